import type { SessionCookie } from '../cookie/session-cookie.js';
import type { RefuseExcess } from '../schema/refusals.js';
import type { MayBeAbsent, Takeable, TakeableField } from '../schema/required-fields.js';
import type { FieldValue, Payload, RegisteredSchema, SessionSchema } from '../schema/payload-types.js';

/**
 * A callback as in express-session: called once, with an error or with nothing.
 *
 * @group Types
 */
export type SessionCallback = (error?: unknown) => void;

/** The members of {@link SessionMembers} whose types do not depend on the schema, so that an editor shows them without it. */
export interface SessionControls {
  /**
   * The session's id: 32 characters that only the client and this process know. A new session gets an id when you first read
   * it, and keeps it only if the session is stored. So store something before you bind a token to the id, as csrf-csrf does:
   * call `await req.session.save()`, or set any field.
   */
  readonly id: string;
  /** The session's cookie. You can set its `maxAge` for this session alone. */
  readonly cookie: SessionCookie;
  /** Whether the session is not stored yet. */
  readonly isNew: boolean;
  /**
   * Validates and stores the payload now instead of before the response. A new session is stored even if it is unchanged. If it
   * rejects, the payload is what was stored last (or what a new session begins with), so that an error handler's response does
   * not fail with the same error. The same holds for {@link SessionMembers.update} and {@link SessionMembers.take}.
   * @throws SessionValidationError, SessionEndedError, SessionConflictError, SessionStoreError
   */
  save(): Promise<void>;
  /** {@link SessionMembers.save} with a callback, as in express-session. */
  save(callback: SessionCallback): void;
  /**
   * Validates the payload, as the commit will, and stores nothing.
   * @throws SessionValidationError
   */
  validate(): Promise<void>;
  /** {@link SessionMembers.validate} with a callback, as in express-session. */
  validate(callback: SessionCallback): void;
  /**
   * Fetches the session again and discards changes that were not stored.
   * @throws SessionEndedError if it no longer exists, SessionStoreError
   */
  reload(): Promise<void>;
  /** {@link SessionMembers.reload} with a callback, as in express-session. */
  reload(callback: SessionCallback): void;
  /**
   * Gives the session a new id and keeps the payload. Call it at every login and change of rights, so that an id that somebody
   * else planted or saw is useless (OWASP Session Management Cheat Sheet, "Renew the Session ID After Any Privilege Level
   * Change"). The old id ends when the response is committed.
   * @throws SessionEndedError, SessionHeadersSentError
   */
  rotate(): Promise<void>;
  /** {@link SessionMembers.rotate} with a callback, as in express-session. */
  rotate(callback: SessionCallback): void;
  /**
   * Gives the session a new id and a fresh payload, as express-session does. The old session ends when the response is
   * committed. The compiler does not notice: a field that a guard narrowed keeps its type, but may be `undefined` afterwards.
   * @throws SessionHeadersSentError
   */
  regenerate(): Promise<void>;
  /**
   * {@link SessionMembers.regenerate} with a callback, as in express-session. `req.session` is another object afterwards, and
   * this one keeps its payload, so that you can copy some of it.
   */
  regenerate(callback: SessionCallback): void;
  /**
   * Ends the session immediately and clears its cookie, for a logout. The payload is reset to that of a new session; if you
   * change it afterwards, the request fails with `SessionEndedError`. To leave a message for the next page, use `regenerate()`
   * instead. The compiler does not notice: a field that a guard narrowed keeps its type, but may be `undefined` afterwards.
   * Copy what you still need before the call.
   * @throws SessionStoreError
   */
  destroy(): Promise<void>;
  /** {@link SessionMembers.destroy} with a callback, as in express-session. */
  destroy(callback: SessionCallback): void;
  /**
   * Extends the idle deadline now, without writing the payload.
   * @throws SessionStoreError
   */
  touch(): Promise<void>;
  /** {@link SessionMembers.touch} with a callback, as in express-session. */
  touch(callback: SessionCallback): void;
  /** Makes the response extend the deadline, even if that is not due yet. It is synchronous, as in express-session. */
  resetMaxAge(): this;
}

/**
 * The members of `req.session` besides its payload. Every method returns a promise. If you pass a callback, it calls that
 * instead, as express-session does.
 *
 * @group Sessions
 */
export interface SessionMembers<S extends SessionSchema> extends SessionControls {
  /**
   * Changes the payload in one atomic step. `change` gets the latest stored payload and is called again if another request was
   * faster, so it must do nothing but change that payload. Resolves when the change is stored. If it rejects, because `change`
   * threw an error or for another reason, the payload is what was stored last.
   * @throws SessionValidationError, SessionEndedError, SessionConflictError, SessionStoreError
   */
  update(change: (payload: Payload<S>) => void | Promise<void>): Promise<void>;
  /** {@link SessionMembers.update} with a callback, as in express-session. */
  update(change: (payload: Payload<S>) => void | Promise<void>, callback: SessionCallback): void;
  /**
   * Reads a field and resets it to its default, exactly once, no matter how many requests try. Use it for flash messages, OAuth
   * `state`, and one-time tokens. The compiler does not notice: if a guard narrowed the field, it keeps its type, but may be
   * `undefined` afterwards.
   * @throws SessionEndedError, SessionConflictError, SessionStoreError
   */
  take<F extends TakeableField<S>>(field: F & Takeable<S, F>): Promise<FieldValue<S, F> | MayBeAbsent<Payload<S>, F>>;
  /** {@link SessionMembers.take} with a callback, as in express-session. */
  take<F extends TakeableField<S>>(
    field: F & Takeable<S, F>,
    callback: (error: unknown, value?: FieldValue<S, F> | MayBeAbsent<Payload<S>, F>) => void,
  ): void;
  /**
   * Puts the session into another state. `state` becomes the whole payload, and nothing of the previous payload is kept,
   * whatever another request does to it meanwhile. If the principal changes, the session also gets a new id at the commit. The
   * compiler does not notice: `req.session` keeps the type that a guard narrowed it to.
   * @throws SessionValidationError, SessionEndedError, SessionHeadersSentError
   */
  become<T extends Payload<S>>(state: T & RefuseExcess<T, S>): Promise<void>;
  /** {@link SessionMembers.become} with a callback, as in express-session. */
  become<T extends Payload<S>>(state: T & RefuseExcess<T, S>, callback: SessionCallback): void;
}

/**
 * A session: its payload, and the members that every session has. Without a schema, the session of the registered one.
 *
 * @group Sessions
 */
export type Session<S extends SessionSchema = RegisteredSchema> = Payload<S> & SessionMembers<S>;
