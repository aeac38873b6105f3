/**
 * What every error of this library has in common: a stable `code` to branch on, the HTTP `status` that fits it, and
 * `expose`, which tells Express's default error handler whether the message may be shown to the client.
 *
 * No error holds a session id, a secret or a value of the payload.
 *
 * @example
 * ```ts
 * import { SessionError } from 'typed-session';
 * import type { ErrorRequestHandler } from 'express';
 *
 * export const onError: ErrorRequestHandler = (error, req, res, next) => {
 *   if (error instanceof SessionError) res.status(error.status).json({ code: error.code });
 *   else next(error);
 * };
 * ```
 */
export abstract class SessionError extends Error {
  /** Stable, for code to branch on; the message may change between releases. */
  abstract readonly code: string;
  /** The HTTP status that a response caused by this error should have. Express's default error handler uses it. */
  abstract readonly status: number;
  /** Whether the message may be shown to the client. */
  abstract readonly expose: boolean;

  /** The name of its class. Defined, not assigned: an app may have frozen `Error.prototype`. */
  override readonly name = this.constructor.name;
}

/**
 * An option is missing, unknown, or wrong. Thrown at start-up, by the call that received the option.
 *
 * @group Errors
 */
export class SessionOptionsError extends SessionError {
  readonly code = 'SESSION_OPTIONS';
  readonly status = 500;
  readonly expose = false;

  constructor(
    /** The option that is wrong, as a path: `cookie.sameSite`. */
    readonly option: string,
    advice: string,
    options?: ErrorOptions,
  ) {
    super(`${option}: ${advice}`, options);
  }
}

/**
 * Nobody is signed in, or a field that a guard or a decorator names is absent. Signing in helps.
 *
 * Nobody is signed in if no session is stored, or if the option `principal` is set and the session has no principal.
 * Without that option, a guard that names no field cannot tell whether anybody is signed in, so all its failures are this
 * error.
 *
 * @group Errors
 */
export class SessionRequiredError extends SessionError {
  readonly code = 'SESSION_REQUIRED';
  readonly status = 401;
  readonly expose = true;

  constructor(
    /** The fields that a guard names and that are absent, `undefined` or `null`. */
    readonly missing: readonly string[],
    /** The fields whose value does not match, and the predicates that said no, as `hasCart()` or `predicate()`. */
    readonly failed: readonly string[] = [],
  ) {
    super(`${describeSession('A session', missing, failed)} is required: sign in first.`);
  }
}

/**
 * Somebody is signed in, but a value, a state, or a predicate that a guard or a decorator requires does not match.
 * Signing in again does not help, so do not redirect to a login page: that would be a loop.
 *
 * @group Errors
 */
export class SessionForbiddenError extends SessionError {
  readonly code = 'SESSION_FORBIDDEN';
  readonly status = 403;
  readonly expose = true;

  constructor(
    /** The fields whose value does not match, and the predicates that said no, as `hasCart()` or `predicate()`. */
    readonly failed: readonly string[],
    /** The absent fields; empty, because an absent field is a {@link SessionRequiredError}. */
    readonly missing: readonly string[] = [],
  ) {
    super(`${describeSession('You are signed in, but a session', missing, failed)} is required.`);
  }
}

function describeSession(what: string, missing: readonly string[], failed: readonly string[]): string {
  const parts = [...missing, ...failed.map((one) => (one.endsWith('()') ? one : `the right ${one}`))];
  return parts.length === 0 ? what : `${what} with ${parts.join(', ')}`;
}

/**
 * The handler changed a session behind a readonly guard, or called its `save()`, `update()`, `take()`, or `become()`.
 * Nothing was stored. Use `requireSession(…)` instead of `requireSession.readonly(…)` for a handler that writes.
 *
 * @group Errors
 */
export class SessionReadonlyError extends SessionError {
  readonly code = 'SESSION_READONLY';
  readonly status = 500;
  readonly expose = false;

  constructor(
    /** The fields that were changed, as far as the schema knows them; empty if a method was called. */
    readonly fields: readonly string[],
    what: string,
  ) {
    super(
      `${what} behind a readonly guard${fields.length === 0 ? '' : ` (${fields.join(', ')})`}, and nothing was stored: use requireSession(…) or @RequireSession(…), without .readonly, for a handler that writes.`,
    );
  }
}

/**
 * A guard or a decorator requires that nobody is signed in, but somebody is.
 *
 * @group Errors
 */
export class SessionPresentError extends SessionError {
  readonly code = 'SESSION_PRESENT';
  readonly status = 403;
  readonly expose = true;

  constructor() {
    super('You are signed in already: sign out first.');
  }
}

/**
 * A problem in the payload: a zod issue without its message and input.
 *
 * @group Errors
 */
export interface SessionIssue {
  /**
   * The path into the payload, outermost field first. A key that the schema does not name, such as one of `z.record`,
   * is `'*'`: a client may have chosen it.
   */
  readonly path: readonly PropertyKey[];
  /**
   * zod's issue code, such as `invalid_type`, or one of ours: `codec_failed` (a codec, a check or a default threw an
   * error), `too_deep`, `not_json`, `reserved_field`, `migration_failed`, `no_migration`, `undecryptable`,
   * `merge_failed`, `shared_object`.
   */
  readonly code: string;
}

/**
 * The payload does not fit the schema. Either a handler set a wrong value (found at the commit), or the schema refuses what
 * the store holds (found on load, with `onInvalid: 'error'`). Nothing was stored. If a codec, a check, or a default of the
 * app threw an error, that error is the `cause`, which may quote values.
 *
 * @group Errors
 */
export class SessionValidationError extends SessionError {
  readonly code = 'SESSION_VALIDATION';
  readonly status = 500;
  readonly expose = false;

  constructor(
    message: string,
    /** Paths and codes, never values. */
    readonly issues: readonly SessionIssue[],
    options?: ErrorOptions,
  ) {
    const found = issues.map((issue) => `${formatPath(issue.path)} (${issue.code})`).join(', ');
    super(found === '' ? message : `${message}: ${found}`, options);
  }
}

/**
 * The store failed, or did not answer within `storeTimeout`. The store's own error is the `cause`.
 *
 * @group Errors
 */
export class SessionStoreError extends SessionError {
  readonly code = 'SESSION_STORE';
  readonly status = 503;
  readonly expose = false;

  constructor(
    /** The store's method that failed. */
    readonly operation: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(`The session store failed to ${operation}: ${message}`, options);
  }
}

/**
 * Requests changed one session at the same time, and their changes could not be merged. Nothing was stored. It is safe to
 * try the request again.
 *
 * @group Errors
 */
export class SessionConflictError extends SessionError {
  readonly code = 'SESSION_CONFLICT';
  readonly status = 409;
  readonly expose = true;

  constructor(
    /** The fields that both sides changed. */
    readonly fields: readonly string[],
  ) {
    super(
      `The session was changed by another request at the same time${fields.length === 0 ? '' : ` (${fields.join(', ')})`}: try again.`,
    );
  }
}

/**
 * How a session ended that a request still used.
 *
 * @group Errors
 */
export type SessionEnd = 'destroyed' | 'expired' | 'rotated' | 'gone';

/**
 * This request changed a session that has ended: it was destroyed or revoked, it expired, or another request moved it to a
 * new id. The change was not stored.
 *
 * @group Errors
 */
export class SessionEndedError extends SessionError {
  readonly code = 'SESSION_ENDED';
  readonly status = 409;
  readonly expose = true;

  constructor(
    /** How it ended; `gone` if the store no longer knows. */
    readonly reason: SessionEnd,
  ) {
    super(
      reason === 'destroyed'
        ? 'The session was destroyed and then changed by the same request; the change was not stored. To go on with a fresh session, use regenerate() instead of destroy().'
        : `The session has ended (${reason}) and its change was not stored: try again with the cookie you have now.`,
    );
  }
}

/**
 * A session was used before it was loaded. Either the middleware is not mounted before the handler, or `load: 'demand'` is
 * set and neither a guard nor `await sessions.load(req)` has run.
 *
 * @group Errors
 */
export class SessionNotLoadedError extends SessionError {
  readonly code = 'SESSION_NOT_LOADED';
  readonly status = 500;
  readonly expose = false;
}

/**
 * The session needs a new id, but the response has begun, so no cookie can carry it. Rotate, regenerate, or log in before
 * the first byte of the response.
 *
 * @group Errors
 */
export class SessionHeadersSentError extends SessionError {
  readonly code = 'SESSION_HEADERS_SENT';
  readonly status = 500;
  readonly expose = false;

  constructor() {
    super('The response has begun, so no cookie can carry a new session id: do this before the first byte is written.');
  }
}

/** `cart[0].qty`, as a person would write it; `map[*]` if a key is left out because a client may have chosen it. */
export function formatPath(path: readonly PropertyKey[]): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number' || part === '*') text += `[${part}]`;
    else text += text === '' ? String(part) : `.${String(part)}`;
  }
  return text === '' ? 'payload' : text;
}
