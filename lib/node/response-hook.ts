/** What is about to happen to a response. */
export interface ResponseMoment {
  /** The response's status. */
  readonly status: number;
  /** Whether the response ends with this. */
  readonly ending: boolean;
  /** Whether it is a streamed response: one that began, or begins now, with something else than its end. */
  readonly streamed: boolean;
}

/** Something that has to be done before a response goes out. */
export interface ResponseHook {
  /**
   * Stores what has to be stored: before the first byte, and again at the end of a streamed response. Returns nothing if
   * there is nothing to wait for. What it rejects with becomes an error response, if that is still possible.
   */
  commit(moment: ResponseMoment): Promise<unknown> | undefined;
  /** The app has called `writeHead`; later changes do not count for the head. */
  headGiven?(): void;
  /** The head goes out now: the last moment for a cookie. */
  writeCookie(): void;
  /** The response is replaced by an error response. */
  rollBack(): void;
  /** Whether a second `end` is ignored and returns false, as express-session does it; otherwise Node responds to it. */
  readonly endsOnce?: boolean;
  /** Called with a failure that no error response can report any more. */
  failedLate?(error: Error): void;
}

/** Commits every hook, all at the same time; what is thrown synchronously is a rejection too. */
export function commitHooks(hooks: readonly ResponseHook[], moment: ResponseMoment): Promise<unknown> | undefined {
  try {
    let work: Promise<unknown> | undefined;
    for (const hook of hooks) {
      const one = hook.commit(moment);
      if (one !== undefined) work = work === undefined ? one : both(work, one);
    }
    return work;
  } catch (error) {
    return Promise.reject(asError(error));
  }
}

/** Waits for both even if one fails: what the other still stores must not be rolled back. */
async function both(one: Promise<unknown>, other: Promise<unknown>): Promise<void> {
  for (const result of await Promise.allSettled([one, other])) if (result.status === 'rejected') throw result.reason;
}

/** What was thrown, as an error. An error of another realm is one too. */
export function asError(error: unknown): Error {
  const isError = error instanceof Error || Object.prototype.toString.call(error) === '[object Error]';
  return isError ? (error as Error) : new Error('a value that is not an Error was thrown');
}
