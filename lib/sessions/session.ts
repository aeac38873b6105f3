import type { SessionCookie } from '../cookie/session-cookie.js';
import type { RefuseExcess } from '../schema/refusals.js';
import type { MayBeAbsent, Takeable, TakeableField } from '../schema/required-fields.js';
import type { FieldValue, Payload, RegisteredSchema, SessionSchema } from '../schema/types.js';

/** A callback in express-session's manner: called once, with an error or with nothing. */
export type SessionCallback = (error?: unknown) => void;

/**
 * What `req.session` has besides its payload. Every method returns a promise; given a callback, it calls that
 * instead, as express-session does.
 */
export interface SessionMembers<S extends SessionSchema> {
  /**
   * The session's id: 32 characters that only the client and this process know. A new session gets one when it is asked for,
   * and keeps it only if it is stored. So store something before you bind a token to the id, as csrf-csrf does:
   * `await req.session.save()`, or any field.
   */
  readonly id: string;
  /** The session's cookie; its `maxAge` may be set for this one session. */
  readonly cookie: SessionCookie;
  /** Whether the session is not stored yet. */
  readonly isNew: boolean;
  /**
   * Validates and stores the payload now instead of before the response, a new session's even where it is unchanged.
   * If it rejects, the payload is what was stored last (or what a new session begins with), so that an error handler's
   * response does not fail in the same way. The same holds for {@link SessionMembers.update} and {@link SessionMembers.take}.
   * @throws SessionValidationError, SessionEndedError, SessionConflictError, SessionStoreError
   */
  save(): Promise<void>;
  /** {@link SessionMembers.save} in express-session's manner. */
  save(callback: SessionCallback): void;
  /**
   * Validates the payload, as the commit will, and stores nothing.
   * @throws SessionValidationError
   */
  validate(): Promise<void>;
  /** {@link SessionMembers.validate} in express-session's manner. */
  validate(callback: SessionCallback): void;
  /**
   * Fetches the session again and drops what was changed since.
   * @throws SessionEndedError where it is gone, SessionStoreError
   */
  reload(): Promise<void>;
  /** {@link SessionMembers.reload} in express-session's manner. */
  reload(callback: SessionCallback): void;
  /**
   * Gives the session a new id and keeps the payload: at every login and change of rights, so that an id which somebody
   * else planted or saw is worth nothing (OWASP Session Management Cheat Sheet, "Renew the Session ID After Any
   * Privilege Level Change"). The old id ends when the response is committed.
   * @throws SessionEndedError, SessionHeadersSentError
   */
  rotate(): Promise<void>;
  /** {@link SessionMembers.rotate} in express-session's manner. */
  rotate(callback: SessionCallback): void;
  /**
   * Gives the session a new id and a fresh payload, as express-session does. The old session ends when the response is
   * committed. The compiler does not see it: a field that a guard narrowed keeps its type, and may be `undefined` afterwards.
   * @throws SessionHeadersSentError
   */
  regenerate(): Promise<void>;
  /**
   * {@link SessionMembers.regenerate} in express-session's manner: `req.session` is another object then, and this one
   * keeps what it held, so that some of it can be taken along.
   */
  regenerate(callback: SessionCallback): void;
  /**
   * Ends the session at once and clears its cookie: logout. The payload goes back to what a new session has; changing
   * it afterwards is a `SessionEndedError`. To leave a notice for the next page, `regenerate()` instead. The compiler does not
   * see it: a field that a guard narrowed keeps its type, and may be `undefined` afterwards. Copy what you still need before.
   * @throws SessionStoreError
   */
  destroy(): Promise<void>;
  /** {@link SessionMembers.destroy} in express-session's manner. */
  destroy(callback: SessionCallback): void;
  /**
   * Pushes the idle deadline out now, without writing the payload.
   * @throws SessionStoreError
   */
  touch(): Promise<void>;
  /** {@link SessionMembers.touch} in express-session's manner. */
  touch(callback: SessionCallback): void;
  /** Pushes the deadline out before the response, and says so at once: express-session's way to start the clock anew. */
  resetMaxAge(): this;
  /**
   * Changes the payload in one atomic step: `change` gets the latest stored payload and is called again if another
   * request was faster, so it must do nothing but change what it is given. Resolves when the change is stored. If it
   * rejects, because `change` has thrown or otherwise, the payload is what was stored last.
   * @throws SessionValidationError, SessionEndedError, SessionConflictError, SessionStoreError
   */
  update(change: (payload: Payload<S>) => void | Promise<void>): Promise<void>;
  /** {@link SessionMembers.update} in express-session's manner. */
  update(change: (payload: Payload<S>) => void | Promise<void>, callback: SessionCallback): void;
  /**
   * Reads a field and puts it back to its default, exactly once however many requests try: flash messages, OAuth
   * `state`, one-time tokens. The compiler does not see it: if a guard narrowed the field, it keeps its type, and may be
   * `undefined` afterwards.
   * @throws SessionEndedError, SessionConflictError, SessionStoreError
   */
  take<F extends TakeableField<S>>(field: F & Takeable<S, F>): Promise<FieldValue<S, F> | MayBeAbsent<Payload<S>, F>>;
  /** {@link SessionMembers.take} in express-session's manner. */
  take<F extends TakeableField<S>>(
    field: F & Takeable<S, F>,
    callback: (error: unknown, value?: FieldValue<S, F> | MayBeAbsent<Payload<S>, F>) => void,
  ): void;
  /**
   * Puts the session into another state: `state` is the whole payload from now on, and nothing of the one before stays,
   * whatever another request does to it meanwhile. The compiler does not see it: `req.session` keeps the type that a guard
   * narrowed it to. Where the principal is another one then, the session also gets a new
   * id at the commit.
   * @throws SessionValidationError, SessionEndedError, SessionHeadersSentError
   */
  become<T extends Payload<S>>(state: T & RefuseExcess<T, S>): Promise<void>;
  /** {@link SessionMembers.become} in express-session's manner. */
  become<T extends Payload<S>>(state: T & RefuseExcess<T, S>, callback: SessionCallback): void;
}

/** A session: its payload, and the members every session has; without a schema, the registered one's. */
export type Session<S extends SessionSchema = RegisteredSchema> = Payload<S> & SessionMembers<S>;
