import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { run } from '../../lib/cli/program.js';
import type { Terminal } from '../../lib/cli/terminal.js';

export const root = resolve(import.meta.dirname, '../..');

/** So that it is found in any folder. */
const TSX = import.meta.resolve('tsx');

/** What a command printed and how it ended. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command in this process, and captures what it prints. */
export async function command(
  args: readonly string[],
  given: Partial<Terminal> & { input?: string } = {},
): Promise<Ran> {
  let out = '';
  let err = '';
  const { input = '', ...rest } = given;
  const terminal: Terminal = {
    write: (part) => (out += part),
    writeError: (part) => (err += part),
    readInput: async () => input,
    isInteractive: false,
    hasColors: false,
    env: {},
    cwd: import.meta.dirname,
    signal: new AbortController().signal,
    importModule: (path) => import(path),
    ...rest,
  };
  return { code: await run(args, terminal, '1.2.3'), out, err };
}

/** Runs the command as a process of its own. */
export async function child(
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; cwd?: string } = {},
): Promise<Ran> {
  const main = join(import.meta.dirname, 'main.ts');
  const started = spawn(process.execPath, ['--import', TSX, main, ...args], {
    cwd: options.cwd ?? root,
    env: { PATH: process.env['PATH'], ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err, [code]] = await Promise.all([text(started.stdout), text(started.stderr), once(started, 'exit')]);
  return { code: code as number, out, err };
}

/** A folder of one test. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'typed-session-cli-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
