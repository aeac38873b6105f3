import { inspect } from 'node:util';
import type { SessionCookie } from '../cookie/session-cookie.js';
import type { RefuseExcess } from '../schema/refusals.js';
import type { MayBeAbsent, Takeable, TakeableField } from '../schema/required-fields.js';
import type { FieldValue, Payload, RegisteredSchema, SessionField, SessionSchema } from '../schema/types.js';
import { defer } from '../timers.js';
import * as actions from './actions.js';
import type { RequestSession } from './request-session.js';
import { isUpdating } from './update-function.js';

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

/** The object behind `req.session`: its own properties are the payload, everything else sits on the prototype. */
export class SessionObject<S extends SessionSchema> {
  readonly #request: RequestSession<S>;
  /** The field that is an accessor, and its value: the principal's. */
  #watched: string | undefined;
  #principal: unknown;

  constructor(request: RequestSession<S>) {
    this.#request = request;
  }

  /** The request's session that an object is the handler's side of; `undefined` if it is none. */
  static requestOf(object: object): RequestSession<SessionSchema> | undefined {
    return #request in object ? object.#request : undefined;
  }

  /**
   * Makes a session's own properties those of a payload, in the payload's order. The field `watched` becomes an accessor,
   * so that the request learns of a new principal when it is assigned.
   */
  static give<S extends SessionSchema>(session: SessionObject<S>, payload: object, watched: string | undefined): void {
    for (const field of Object.keys(session)) {
      const isOldAccessor = field === session.#watched && field !== watched;
      if (isOldAccessor || !Object.hasOwn(payload, field)) Reflect.deleteProperty(session, field);
    }
    session.#watched = watched;
    const fields = session as unknown as Record<string, unknown>; // its own properties are the payload
    for (const [field, value] of Object.entries(payload) as [string, unknown][]) {
      if (field === watched) {
        session.#principal = value;
        Object.defineProperty(session, field, accessorOf(field));
      } else {
        fields[field] = value;
      }
    }
  }

  /** The value of the watched field, as an accessor reads it: of an object that inherits from a session, too. */
  static principalOf(receiver: object): unknown {
    let at: object | null = receiver;
    while (at !== null && !(#principal in at)) at = Object.getPrototypeOf(at) as object | null;
    return at === null ? undefined : at.#principal;
  }

  /** The watched field is assigned. */
  static setPrincipal(receiver: object, field: string, value: unknown): void {
    if (!(#principal in receiver)) {
      // An object that inherits from a session gets a property of its own, as with any other field.
      Object.defineProperty(receiver, field, { value, configurable: true, enumerable: true, writable: true });
      return;
    }
    if (Object.isFrozen(receiver)) throw new TypeError(`${field} is read-only, as the whole session is`);
    receiver.#principal = value;
    (receiver as SessionObject<SessionSchema>).#request.principalAssigned(receiver);
  }

  get id(): string {
    return this.#request.state.id;
  }

  get cookie(): SessionCookie {
    return this.#request.cookie.visible;
  }

  get isNew(): boolean {
    return this.#request.state.isNew;
  }

  save(callback?: SessionCallback): Promise<void> | undefined {
    return this.#ask(actions.save, callback);
  }

  validate(callback?: SessionCallback): Promise<void> | undefined {
    return this.#ask(actions.validate, callback);
  }

  become(state: Payload<S>, callback?: SessionCallback): Promise<void> | undefined {
    return this.#ask((request) => actions.become(request, state), callback);
  }

  reload(callback?: SessionCallback): Promise<void> | undefined {
    return this.#ask(actions.reload, callback);
  }

  rotate(callback?: SessionCallback): Promise<void> | undefined {
    return this.#ask(actions.rotate, callback);
  }

  regenerate(callback?: SessionCallback): Promise<void> | undefined {
    return this.#ask((request) => actions.regenerate(request, callback !== undefined), callback);
  }

  destroy(callback?: SessionCallback): Promise<void> | undefined {
    return this.#ask(actions.destroy, callback);
  }

  touch(callback?: SessionCallback): Promise<void> | undefined {
    return this.#ask(actions.touch, callback);
  }

  resetMaxAge(): this {
    this.#request.state.requestTouch();
    return this;
  }

  update(change: (payload: Payload<S>) => void | Promise<void>, callback?: SessionCallback): Promise<void> | undefined {
    return this.#ask((request) => actions.update(request, change), callback);
  }

  take(field: SessionField<S>, callback?: (error: unknown, value?: unknown) => void): Promise<unknown> | undefined {
    return this.#ask((request) => actions.take(request, field), callback);
  }

  #ask<T>(
    action: (request: RequestSession<S>) => Promise<T>,
    callback: ((error?: unknown, value?: T) => void) | undefined,
  ): Promise<T> | undefined {
    return answer(isUpdating(this.#request) ? refuseInChange() : action(this.#request), callback);
  }

  /** The payload alone, as a plain object: ids do not belong in logs, nor do fields marked as sensitive. */
  [inspect.custom](): object {
    return this.#request.settings.codec.show({ ...this });
  }

  /** What `JSON.stringify`, `res.json()` and loggers write: the payload without the fields marked as sensitive. */
  toJSON(): object {
    return this.#request.settings.codec.show({ ...this });
  }
}

/** One accessor for each name of a field, so that all sessions of an app have one shape. */
const accessors = new Map<string, PropertyDescriptor>();

function accessorOf(field: string): PropertyDescriptor {
  let accessor = accessors.get(field);
  if (accessor === undefined) {
    accessor = {
      configurable: true,
      enumerable: true,
      get(this: object) {
        return SessionObject.principalOf(this);
      },
      set(this: object, value: unknown) {
        SessionObject.setPrincipal(this, field, value);
      },
    };
    accessors.set(field, accessor);
  }
  return accessor;
}

function refuseInChange(): Promise<never> {
  const advice = 'change what it is given, and call the method before update() or after it';
  return Promise.reject(
    new TypeError(`update() is at work, and its function would wait for ever for a method of the session: ${advice}.`),
  );
}

/** A promise, or express-session's way: a callback, called outside of any promise so that what it throws is not swallowed. */
function answer<T>(promise: Promise<T>, callback?: (error?: unknown, value?: T) => void): Promise<T> | undefined {
  if (callback === undefined) return promise;
  promise.then(
    (value) => {
      defer(callback, undefined, value);
    },
    (error: unknown) => {
      defer(callback, error);
    },
  );
  return undefined;
}
