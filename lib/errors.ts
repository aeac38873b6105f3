import { SessionError } from './session-error.js';

export { SessionError, messageWithoutLink } from './session-error.js';

/**
 * An option is missing, unknown, or wrong. Thrown at start-up, by the call that received the option.
 *
 * @group Errors
 */
export class SessionOptionsError extends SessionError {
  declare readonly code: 'SESSION_OPTIONS';
  declare readonly status: 500;
  declare readonly expose: false;

  constructor(
    /** The option that is wrong, as a path: `cookie.sameSite`. */
    readonly option: string,
    advice: string,
    options?: ErrorOptions,
  ) {
    super({ code: 'SESSION_OPTIONS', status: 500, expose: false }, `${option}: ${advice}`, options);
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
  declare readonly code: 'SESSION_REQUIRED';
  declare readonly status: 401;
  declare readonly expose: true;

  constructor(
    /** The fields that a guard names and that are absent, `undefined` or `null`. */
    readonly missing: readonly string[],
    /** The fields whose value does not match, and the predicates that said no, as `hasCart()` or `predicate()`. */
    readonly failed: readonly string[] = [],
  ) {
    super(
      { code: 'SESSION_REQUIRED', status: 401, expose: true },
      `${describeSession('A session', missing, failed)} is required: sign in first.`,
    );
  }
}

/**
 * Somebody is signed in, but a value, a state, or a predicate that a guard or a decorator requires does not match.
 * Signing in again does not help, so do not redirect to a login page: that would be a loop.
 *
 * @group Errors
 */
export class SessionForbiddenError extends SessionError {
  declare readonly code: 'SESSION_FORBIDDEN';
  declare readonly status: 403;
  declare readonly expose: true;

  constructor(
    /** The fields whose value does not match, and the predicates that said no, as `hasCart()` or `predicate()`. */
    readonly failed: readonly string[],
    /** The absent fields; empty, because an absent field is a {@link SessionRequiredError}. */
    readonly missing: readonly string[] = [],
  ) {
    super(
      { code: 'SESSION_FORBIDDEN', status: 403, expose: true },
      `${describeSession('You are signed in, but a session', missing, failed)} is required.`,
    );
  }
}

function describeSession(what: string, missing: readonly string[], failed: readonly string[]): string {
  const parts = [...missing, ...failed.map((one) => (one.endsWith('()') ? one : `the right ${one}`))];
  return parts.length === 0 ? what : `${what} with ${listed(parts)}`;
}

/** `a`, `a and b`, or `a, b, and c`. */
function listed(parts: readonly string[]): string {
  if (parts.length < 3) return parts.join(' and ');
  return `${parts.slice(0, -1).join(', ')}, and ${parts.at(-1) ?? ''}`;
}

/**
 * The handler changed a session behind a readonly guard, or called its `save()`, `update()`, `take()`, or `become()`.
 * Nothing was stored. Use `requireSession(…)` instead of `requireSession.readonly(…)` for a handler that writes.
 *
 * @group Errors
 */
export class SessionReadonlyError extends SessionError {
  declare readonly code: 'SESSION_READONLY';
  declare readonly status: 500;
  declare readonly expose: false;

  constructor(
    /** The fields that were changed, as far as the schema knows them; empty if a method was called. */
    readonly fields: readonly string[],
    what: string,
  ) {
    super(
      { code: 'SESSION_READONLY', status: 500, expose: false },
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
  declare readonly code: 'SESSION_PRESENT';
  declare readonly status: 403;
  declare readonly expose: true;

  constructor() {
    super({ code: 'SESSION_PRESENT', status: 403, expose: true }, 'You are signed in already: sign out first.');
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
  declare readonly code: 'SESSION_VALIDATION';
  declare readonly status: 500;
  declare readonly expose: false;

  constructor(
    message: string,
    /** Paths and codes, never values. */
    readonly issues: readonly SessionIssue[],
    options?: ErrorOptions,
  ) {
    const found = issues.map((issue) => `${formatPath(issue.path)} (${issue.code})`).join(', ');
    super(
      { code: 'SESSION_VALIDATION', status: 500, expose: false },
      found === '' ? message : `${message}: ${found}`,
      options,
    );
  }
}

/**
 * The store failed, or did not answer within `storeTimeout`. The store's own error is the `cause`.
 *
 * @group Errors
 */
export class SessionStoreError extends SessionError {
  declare readonly code: 'SESSION_STORE';
  declare readonly status: 503;
  declare readonly expose: false;

  constructor(
    /** The store's method that failed. */
    readonly operation: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(
      { code: 'SESSION_STORE', status: 503, expose: false },
      `The session store failed to ${operation}: ${message}`,
      options,
    );
  }
}

/**
 * Requests changed one session at the same time, and their changes could not be merged. Nothing was stored. It is safe to
 * try the request again.
 *
 * @group Errors
 */
export class SessionConflictError extends SessionError {
  declare readonly code: 'SESSION_CONFLICT';
  declare readonly status: 409;
  declare readonly expose: true;

  constructor(
    /** The fields that both sides changed. */
    readonly fields: readonly string[],
  ) {
    super(
      { code: 'SESSION_CONFLICT', status: 409, expose: true },
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
  declare readonly code: 'SESSION_ENDED';
  declare readonly status: 409;
  declare readonly expose: true;

  constructor(
    /** How it ended; `gone` if the store no longer knows. */
    readonly reason: SessionEnd,
  ) {
    super(
      { code: 'SESSION_ENDED', status: 409, expose: true },
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
  declare readonly code: 'SESSION_NOT_LOADED';
  declare readonly status: 500;
  declare readonly expose: false;

  constructor(message: string) {
    super({ code: 'SESSION_NOT_LOADED', status: 500, expose: false }, message);
  }
}

/**
 * The session needs a new id, but the response has begun, so no cookie can carry it. Rotate, regenerate, or log in before
 * the first byte of the response.
 *
 * @group Errors
 */
export class SessionHeadersSentError extends SessionError {
  declare readonly code: 'SESSION_HEADERS_SENT';
  declare readonly status: 500;
  declare readonly expose: false;

  constructor() {
    super(
      { code: 'SESSION_HEADERS_SENT', status: 500, expose: false },
      'The response has begun, so no cookie can carry a new session id: do this before the first byte is written.',
    );
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
