import type { Command } from 'commander';
import type { ExitCode, Terminal } from './terminal.js';

/** What each command gets to add itself to the program. */
export interface CommandContext {
  readonly terminal: Terminal;
  /** Wraps the work of a command: its result becomes the exit code of the process. */
  readonly action: <A extends unknown[]>(
    work: (...args: A) => ExitCode | Promise<ExitCode>,
  ) => (...args: A) => Promise<void>;
}

/** Adds a command to the program. */
export type AddCommand = (program: Command, context: CommandContext) => void;

/** Examples at the end of a help text. Each is a command line and what it does. */
export function examples(...lines: readonly (readonly [command: string, does: string])[]): string {
  return `\nExamples:\n${lines.map(([command, does]) => `  # ${does}\n  $ npx typed-session ${command}`).join('\n')}\n`;
}
