import { once } from 'node:events';

/** What a command may use of the process: specs pass in one that records. */
export interface Terminal {
  /** Writes to the standard output: results, and nothing else. */
  readonly write: (text: string) => void;
  /** Writes to the standard error: progress, notes, and errors. */
  readonly writeError: (text: string) => void;
  /** Reads the standard input to its end. */
  readonly readInput: () => Promise<string>;
  /** Whether the standard error is a terminal, so that a progress bar can be redrawn. */
  readonly isInteractive: boolean;
  /** Whether results may have colours. */
  readonly hasColors: boolean;
  /** The environment variables. Commands that read a file of them, or assume production, change it. */
  readonly env: NodeJS.ProcessEnv;
  /** The folder that paths are relative to. */
  readonly cwd: string;
  /** Aborted by Ctrl-C, so that a long run can stop at a place where it can continue. */
  readonly signal: AbortSignal;
  /** Imports a module of the app. */
  readonly importModule: (path: string) => Promise<Readonly<Record<string, unknown>>>;
}

/** What a command ends with: 0 if all is well, 1 if it found a problem, 2 if it was called wrongly. */
export type ExitCode = 0 | 1 | 2;

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

/** Colours a text if the terminal shows colours. */
export function paint({ hasColors }: Terminal, style: keyof typeof CODES, text: string): string {
  return hasColors ? `\u001b[${String(CODES[style])}m${text}\u001b[0m` : text;
}

/** Writes a line to the standard output. */
export function print(terminal: Terminal, line = ''): void {
  terminal.write(`${line}\n`);
}

/** Writes a value as JSON on one line. */
export function printJson(terminal: Terminal, value: unknown): void {
  print(terminal, JSON.stringify(value));
}

/** Whether an output shows colours: a terminal does, unless `NO_COLOR` (no-color.org) or `TERM=dumb` forbids it. */
export function showsColors(env: NodeJS.ProcessEnv, isTerminal: boolean): boolean {
  return isTerminal && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
}

/** A number with separators for thousands: `12,345`. */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** A number with its noun: `1 session`, `2,000 sessions`. */
export function plural(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/**
 * The terminal of this process. From here on, only the command writes to the standard output: what the app's modules print is
 * sent to the standard error, so that `--json` and `schema infer > file` stay clean.
 */
export function processTerminal(
  importModule: Terminal['importModule'],
): Terminal & { readonly flush: () => Promise<void> } {
  const { stdin, stdout, stderr, env } = process;
  const write = stdout.write.bind(stdout);
  stdout.write = stderr.write.bind(stderr);
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort()); // a second Ctrl-C ends the process
  return {
    write: (text) => void write(text),
    writeError: (text) => void stderr.write(text),
    readInput: async () => {
      let text = '';
      stdin.setEncoding('utf8').on('data', (part: string) => (text += part));
      await once(stdin, 'end');
      return text;
    },
    isInteractive: stderr.isTTY,
    hasColors: showsColors(env, stdout.isTTY),
    env,
    cwd: process.cwd(),
    signal: controller.signal,
    importModule,
    flush: () => new Promise((done) => write('', () => done())),
  };
}
