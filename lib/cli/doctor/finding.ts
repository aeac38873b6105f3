import { paint, print, type Terminal } from '../terminal.js';

/** How bad a finding is. Only a `problem` makes the command end with 1, and a `warning` with `--strict`. */
export type Level = 'ok' | 'note' | 'warning' | 'problem';

/** The result of one check. */
export interface Finding {
  /** What was checked: a word or two. */
  readonly check: string;
  readonly level: Level;
  readonly message: string;
  /** What to do about it. */
  readonly fix?: string;
}

/** Creates the findings of one check. */
export function findingsOf(check: string) {
  return {
    ok: (message: string): Finding => ({ check, level: 'ok', message }),
    note: (message: string, fix?: string): Finding => finding(check, 'note', message, fix),
    warning: (message: string, fix: string): Finding => finding(check, 'warning', message, fix),
    problem: (message: string, fix: string): Finding => finding(check, 'problem', message, fix),
  };
}

function finding(check: string, level: Level, message: string, fix: string | undefined): Finding {
  return fix === undefined ? { check, level, message } : { check, level, message, fix };
}

const SIGNS = {
  ok: ['green', '✔'],
  note: ['cyan', 'ℹ'],
  warning: ['yellow', '▲'],
  problem: ['red', '✖'],
} as const;

/** Prints findings as a list, each fix below what it is for. */
export function printFindings(terminal: Terminal, findings: readonly Finding[]): void {
  const width = Math.max(...findings.map(({ check }) => check.length));
  for (const { check, level, message, fix } of findings) {
    const [color, sign] = SIGNS[level];
    print(terminal, `  ${paint(terminal, color, sign)} ${check.padEnd(width)}  ${message}`);
    if (fix !== undefined) print(terminal, `    ${' '.repeat(width)}  ${paint(terminal, 'dim', `→ ${fix}`)}`);
  }
}
