import { isError } from '../../realms.js';
import { describeError, ProblemError } from '../command-errors.js';
import { print, printJson, type ExitCode, type Terminal } from '../terminal.js';

/** How far a run over all sessions is. */
export interface RunProgress {
  /** Where to continue; `undefined` when all sessions are done. */
  readonly cursor: string | undefined;
  /** What was counted, for JSON. */
  readonly counts: Readonly<Record<string, number>>;
}

/**
 * Reports a run that ended, by itself or by Ctrl-C or an error of the store, and how to continue it.
 * @param resume - the command line that continues it, without the cursor
 * @param summary - what was done, as text
 * @returns 1 if it must be continued
 */
export function reportRun(
  terminal: Terminal,
  { isJson, resume }: { readonly isJson: boolean; readonly resume: string },
  progress: RunProgress,
  summary: string,
): ExitCode {
  const isDone = progress.cursor === undefined;
  if (isJson) printJson(terminal, { done: isDone, ...progress.counts, cursor: progress.cursor });
  else {
    print(terminal, summary);
    if (!isDone)
      print(
        terminal,
        `Not all sessions are done. To continue: npx typed-session ${resume} --cursor '${progress.cursor ?? ''}'`,
      );
  }
  return isDone ? 0 : 1;
}

/**
 * The error for a run that failed between two pages. Its message says where to continue.
 * @param cursor - the cursor of the last page that is done
 */
export function interrupted(terminal: Terminal, error: unknown, resume: string, cursor: string | undefined): Error {
  const next = cursor === undefined ? '' : ` --cursor '${cursor}'`;
  return new ProblemError(`${describeError(error, terminal.env)}\n  To continue: npx typed-session ${resume}${next}`, {
    cause: isError(error) ? error : undefined,
  });
}
