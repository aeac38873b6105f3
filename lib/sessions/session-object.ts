import { inspect } from 'node:util';
import type { SessionCookie } from '../cookie/session-cookie.js';
import type { Payload, SessionField, SessionSchema } from '../schema/payload-types.js';
import { defer } from '../timers.js';
import * as actions from './actions.js';
import type { RequestSession } from './request-session.js';
import type { SessionCallback } from './session.js';
import { isUpdating } from './update-function.js';

/** The object behind `req.session`. Its own properties are the payload, and everything else is on the prototype. */
export class SessionObject<S extends SessionSchema> {
  readonly #request: RequestSession<S>;
  /** The principal's field, which is an accessor, and its value. */
  #watched: string | undefined;
  #principal: unknown;

  constructor(request: RequestSession<S>) {
    this.#request = request;
  }

  /** The request's session behind an object that a handler holds; `undefined` if the object is not a session. */
  static requestOf(object: object): RequestSession<SessionSchema> | undefined {
    return #request in object ? object.#request : undefined;
  }

  /**
   * Makes the payload the own properties of a session object, in the payload's order. The field `watched` becomes an accessor,
   * so that the request notices when a new principal is assigned.
   */
  static give<S extends SessionSchema>(session: SessionObject<S>, payload: object, watched: string | undefined): void {
    for (const field of Object.keys(session)) {
      const isOldAccessor = field === session.#watched && field !== watched;
      if (isOldAccessor || !Object.hasOwn(payload, field)) Reflect.deleteProperty(session, field);
    }
    session.#watched = watched;
    const fields = session as unknown as Record<string, unknown>; // its own properties are the payload
    const given = payload as Readonly<Record<string, unknown>>; // an object has fields
    for (const field of Object.keys(given)) {
      if (field === watched) {
        session.#principal = given[field];
        Object.defineProperty(session, field, accessorOf(field));
      } else {
        fields[field] = given[field];
      }
    }
  }

  /** The value of the watched field, as the accessor reads it, even on an object that inherits from a session. */
  static principalOf(receiver: object): unknown {
    let at: object | null = receiver;
    while (at !== null && !(#principal in at)) at = Object.getPrototypeOf(at) as object | null;
    return at === null ? undefined : at.#principal;
  }

  /** Called when the watched field is assigned. */
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
    if (callback != null && typeof callback !== 'function') {
      throw new TypeError('A method of the session takes a callback or none, such as: await req.session.save()');
    }
    return answer(isUpdating(this.#request) ? refuseInChange() : action(this.#request), callback);
  }

  /** The payload alone, as a plain object: ids do not belong in logs, nor do fields marked as sensitive. */
  [inspect.custom](): object {
    return this.#request.config.codec.show({ ...this });
  }

  /** What `JSON.stringify`, `res.json()` and loggers write: the payload without the fields marked as sensitive. */
  toJSON(): object {
    return this.#request.config.codec.show({ ...this });
  }
}

/** One accessor for each field name, so that all sessions of an app have the same shape. */
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
    new TypeError(`update() is running, and its function would wait forever for a method of the session: ${advice}.`),
  );
}

/** Returns the promise, or calls the callback, outside of any promise so that an error that it throws is not swallowed. */
function answer<T>(
  promise: Promise<T>,
  callback?: ((error?: unknown, value?: T) => void) | null,
): Promise<T> | undefined {
  if (callback == null) return promise;
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
