import { basename } from 'node:path';
import type { Terminal } from '../../lib/cli/terminal.js';
import { command, type Ran } from './command.js';

/** Runs a command on a module with these exports. The arguments have `MODULE` where its path belongs. */
export async function onModule(
  exports: Readonly<Record<string, unknown>>,
  args: readonly string[],
  terminal: Partial<Terminal> = {},
): Promise<Ran> {
  const file = basename(import.meta.filename); // any file that exists
  return command(
    args.map((arg) => (arg === 'MODULE' ? file : arg)),
    { cwd: import.meta.dirname, importModule: async () => exports, ...terminal },
  );
}
