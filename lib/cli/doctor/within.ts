import { ProblemError } from '../command-errors.js';

/**
 * Waits for a result, but not longer than a time in milliseconds.
 * @throws ProblemError if it takes longer
 */
export async function within<T>(limit: number, result: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ProblemError(`no answer within ${String(limit)} ms`)), limit);
  });
  return Promise.race([result, late]).finally(() => clearTimeout(timer));
}
