import type { AnyRequest, AnyResponse } from '../node/messages.js';
import { gateOf, type ResponseGate } from '../node/response-gate.js';
import { CONTEXT } from '../node/state-keys.js';
import type { Settings } from '../lifecycle/settings.js';
import type { SessionSchema } from '../schema/types.js';
import type { ExpressRequestSession } from './request-session.js';

interface WithContext {
  [CONTEXT]?: RequestContext;
}

/** The context of a request that session middleware of this copy of the package has seen. */
export function contextOf(request: object): RequestContext | undefined {
  return (request as WithContext)[CONTEXT];
}

/** One request with its sessions and the gate of its response. */
export class RequestContext {
  readonly request: AnyRequest;
  readonly response: AnyResponse;
  readonly gate: ResponseGate;
  /** The sessions of the request: the one behind `req.session` first. */
  readonly sessions: ExpressRequestSession<SessionSchema>[] = [];
  readonly #definedSession: boolean;

  /** Gives the request `req.session`, and puts the gate in front of its response. */
  constructor(request: AnyRequest, response: AnyResponse, next: (error: unknown) => void) {
    this.request = request;
    this.response = response;
    this.gate = gateOf(request, response, next);
    (request as WithContext)[CONTEXT] = this;
    this.#definedSession = defineMissing(request, 'session', SESSION);
    defineMissing(request, 'sessionID', SESSION_ID);
    defineMissing(request, 'sessionStore', SESSION_STORE);
  }

  /** The request's session of one middleware, or the one behind `req.session`. */
  find<S extends SessionSchema>(settings?: Settings<S>): ExpressRequestSession<S> | undefined {
    const found =
      settings === undefined ? this.sessions[0] : this.sessions.find((one) => Object.is(one.settings, settings));
    return found; // it was created with these settings, so with their schema
  }

  /** Whether the handler has deleted `req.session`. */
  get isSessionDeleted(): boolean {
    return this.#definedSession && !Object.hasOwn(this.request, 'session');
  }
}

/**
 * Defines a property unless something is there: what another library, another copy of this one, or a test has put onto
 * the request stays.
 */
function defineMissing(request: object, name: string, descriptor: PropertyDescriptor): boolean {
  if (name in request) {
    const own = Object.getOwnPropertyDescriptor(request, name); // looking at another copy's session would load it
    const isEmpty = own === undefined || 'value' in own ? Reflect.get(request, name) === undefined : false;
    if (!isEmpty || own?.configurable === false) return false;
  }
  Object.defineProperty(request, name, descriptor);
  return true;
}

/** `req.session`, decoded when it is first accessed. */
const SESSION: PropertyDescriptor & ThisType<WithContext> = {
  configurable: true,
  get() {
    const first = this[CONTEXT]?.sessions[0];
    return first?.isUnset() === true ? null : first?.session;
  },
  set(value: unknown) {
    const mine = this[CONTEXT]?.sessions[0];
    if (mine === undefined) {
      setForeign(this, 'session', value);
    } else if (value === null || value === undefined) {
      mine.putAway(); // the option `unset` says what becomes of it
    } else {
      throw new TypeError(
        'req.session cannot be replaced: change its fields, or await req.session.destroy() or .regenerate()',
      );
    }
  },
};

const SESSION_ID = named('sessionID', (context) => context.sessions[0]?.id);
const SESSION_STORE = named('sessionStore', (context) => context.sessions[0]?.settings.givenStore);

/** The session's id and its store, under the names that they have in express-session. */
function named(name: string, look: (context: RequestContext) => unknown): PropertyDescriptor & ThisType<WithContext> {
  return {
    configurable: true,
    get() {
      const context = this[CONTEXT];
      return context && look(context);
    },
    set(value: unknown) {
      if (this[CONTEXT]?.sessions[0] !== undefined) {
        throw new TypeError(`req.${name} cannot be set: await req.session.rotate() for another id`);
      }
      setForeign(this, name, value);
    },
  };
}

/** No session of ours is behind the request: the value is another library's, or a test's. */
function setForeign(request: object, name: string, value: unknown): void {
  Object.defineProperty(request, name, { value, writable: true, configurable: true, enumerable: true });
}
