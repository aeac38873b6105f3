import type { AnyRequest, AnyResponse } from '../node/node-messages.js';
import { gateOf, type ResponseGate } from '../node/response-gate.js';
import { CONTEXT } from '../node/state-keys.js';
import { attachmentsOf } from '../sessions/registry.js';
import type { RequestSession } from '../sessions/request-session.js';
import type { SessionSchema } from '../schema/payload-types.js';

interface WithContext {
  [CONTEXT]?: RequestContext;
}

/** The context of a request that session middleware of this copy of the package has seen. */
export function contextOf(request: object): RequestContext | undefined {
  return (request as WithContext)[CONTEXT];
}

/** One request, with `req.session` and the gate of its response. */
export class RequestContext {
  readonly request: AnyRequest;
  readonly response: AnyResponse;
  readonly gate: ResponseGate;
  readonly #definedSession: boolean;
  #isPutAway = false;

  /** Defines `req.session` on the request, and puts the gate in front of its response. */
  constructor(request: AnyRequest, response: AnyResponse, next: (error: unknown) => void) {
    this.request = request;
    this.response = response;
    this.gate = gateOf(request, response, next);
    (request as WithContext)[CONTEXT] = this;
    this.#definedSession = defineMissing(request, 'session', SESSION);
    defineMissing(request, 'sessionID', SESSION_ID);
    defineMissing(request, 'sessionStore', SESSION_STORE);
  }

  /** `req.session = null`. */
  putAway(): void {
    this.#isPutAway = true;
  }

  /**
   * Whether the handler has removed the session: `req.session = null` or, once the response has begun, `delete req.session`.
   */
  isUnset(attachment: object | undefined): boolean {
    if (attachmentsOf(this.request)[0] !== attachment) return false;
    this.#isPutAway ||= this.#definedSession && !Object.hasOwn(this.request, 'session');
    return this.#isPutAway;
  }
}

/**
 * Defines a property unless the request already has it: what another library, another copy of this one, or a test has defined
 * stays.
 */
function defineMissing(request: object, name: string, descriptor: PropertyDescriptor): boolean {
  if (name in request) {
    const own = Object.getOwnPropertyDescriptor(request, name); // reading the session of another copy would load it
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
    const [first] = attachmentsOf(this);
    return this[CONTEXT]?.isUnset(first) === true ? null : first?.session.session;
  },
  set(value: unknown) {
    const context = this[CONTEXT];
    if (context === undefined || attachmentsOf(this).length === 0) {
      setForeign(this, 'session', value);
    } else if (value === null || value === undefined) {
      context.putAway(); // the option `unset` decides what happens to it
    } else {
      throw new TypeError(
        'req.session cannot be replaced: change its fields, or await req.session.destroy() or .regenerate()',
      );
    }
  },
};

const SESSION_ID = named('sessionID', (session) => session.state.id);
const SESSION_STORE = named('sessionStore', (session) => session.config.givenStore);

/** The session's id and its store, under the names that express-session uses. */
function named(
  name: string,
  look: (session: RequestSession<SessionSchema>) => unknown,
): PropertyDescriptor & ThisType<object> {
  return {
    configurable: true,
    get() {
      const [first] = attachmentsOf(this);
      return first && look(first.session);
    },
    set(value: unknown) {
      if (attachmentsOf(this).length > 0) {
        throw new TypeError(`req.${name} cannot be set: await req.session.rotate() for another id`);
      }
      setForeign(this, name, value);
    },
  };
}

/** Called if the request has no session of this library: another library or a test sets the value. */
function setForeign(request: object, name: string, value: unknown): void {
  Object.defineProperty(request, name, { value, writable: true, configurable: true, enumerable: true });
}
