/**
 * The command `typed-session`. `scripts/bundle.mjs` makes an executable of it.
 *
 * @packageDocumentation
 */

import { importModule } from './cli/import-module.js';
import { run } from './cli/program.js';
import { processTerminal } from './cli/terminal.js';

/**
 * Runs the command line of this process, and ends the process. An app's module may have opened connections, which would keep
 * it running.
 * @param version - the version of the package
 */
export async function main(version: string): Promise<void> {
  const terminal = processTerminal(importModule);
  const code = await run(process.argv.slice(2), terminal, version);
  await terminal.flush();
  process.exit(code);
}
