import { IncomingMessage, ServerResponse } from 'node:http';
import type { AnyResponse, Exchange } from './exchange.js';
import { HEADER_METHODS, refuseHeaders } from './held-response.js';

/** The methods of a response that begin it. */
export type Method = 'writeHead' | 'flushHeaders' | 'write' | 'end';
export type Untyped = (this: unknown, ...args: unknown[]) => unknown;
/** The methods of a response as they are without us. */
export type Originals = Readonly<Record<Method, Untyped>>;

const METHODS: readonly Method[] = ['writeHead', 'flushHeaders', 'write', 'end'];

/** Where the exchange of a request is found. */
const EXCHANGE = Symbol('typed-session');
/** Where a response of Express says what our methods stand in front of. */
const ORIGINALS = Symbol('typed-session: originals');

interface Attached {
  [EXCHANGE]?: Exchange;
}

/** The exchange of a request that some session middleware has seen. */
export function exchangeOf(request: object): Exchange | undefined {
  return (request as Attached)[EXCHANGE];
}

/**
 * Gives a request `req.session`, and lets its exchange have every call of its response's methods: from now on and not
 * from the first look at the session, because in `res.end(req.session.name)` which `end` is called is settled before.
 *
 * Every property that is put onto a request or a response of Express costs some microseconds on Node 20, because
 * Express has changed its prototype. So it is one property, and the rest is defined once, on `express.request` and
 * `express.response`, which are there to be extended.
 */
export function attach(exchange: Exchange): Originals {
  const { request, response } = exchange;
  (request as Attached)[EXCHANGE] = exchange;
  const originals = hookedOriginals(response) ?? hookExpress(request, response);
  if (originals === undefined && !('session' in request)) {
    ownSession(request);
    Object.defineProperties(request, NAMED);
  }
  // Where another middleware has wrapped this response, its methods are to be called after ours.
  if (originals === undefined || METHODS.some((method) => Object.hasOwn(response, method))) return wrap(exchange);
  return originals;
}

/** Takes away what other middleware has put in front of our methods since. */
export function attachAgain(exchange: Exchange): void {
  const target = exchange.response as unknown as Record<Method, Untyped>; // they take what they are given
  const onPrototype = hookedOriginals(target) === exchange.originals;
  for (const method of METHODS) {
    if (onPrototype) Reflect.deleteProperty(target, method);
    else target[method] = (...args) => exchange.intercept(method, args);
  }
}

/** Gives a request a `session` of its own, which can be deleted. */
export function ownSession(request: object): void {
  Object.defineProperty(request, 'session', SESSION);
}

/** Whether an exchange has its calls from Express's prototypes. */
export function isHooked({ response, originals }: Exchange): boolean {
  return hookedOriginals(response) === originals;
}

function hookedOriginals(response: object): Originals | undefined {
  return (response as { [ORIGINALS]?: Originals })[ORIGINALS];
}

/** Extends Express's prototypes, the first time that a request of this Express comes by. */
function hookExpress(request: object, response: AnyResponse): Originals | undefined {
  if (!('app' in request)) return undefined;
  const requests = prototypeAbove(request, IncomingMessage.prototype);
  const responses = prototypeAbove(response, ServerResponse.prototype);
  if (requests === undefined || responses === undefined) return undefined;
  // Looked up at each call, so that what patches Node's own prototype later (tracing does) is not passed by.
  const originals = ServerResponse.prototype as unknown as Originals; // they take what they are given
  Object.defineProperty(requests, 'session', SESSION);
  Object.defineProperties(requests, NAMED);
  Object.defineProperty(responses, ORIGINALS, { value: originals });
  const define = (name: string, member: PropertyDescriptor): void => {
    Object.defineProperty(responses, name, { configurable: true, ...member });
  };
  for (const method of METHODS) {
    define(method, {
      writable: true,
      value: function (this: AnyResponse, ...args: unknown[]): unknown {
        const exchange = exchangeOf(this.req);
        // Where this response was wrapped, we were asked before.
        if (exchange?.originals !== originals) return originals[method].apply(this, args);
        return exchange.intercept(method, args);
      },
    });
  }
  // While a response waits for the store, it looks as if it had been sent.
  for (const [method, verb] of HEADER_METHODS) {
    const nodes = ServerResponse.prototype as unknown as Readonly<Record<typeof method, Untyped>>;
    define(method, {
      writable: true,
      value: function (this: AnyResponse, ...args: unknown[]): unknown {
        if (exchangeOf(this.req)?.looks !== undefined) refuseHeaders(false, verb);
        return nodes[method].apply(this, args);
      },
    });
  }
  define('headersSent', {
    get(this: AnyResponse) {
      const looksSent = exchangeOf(this.req)?.looks !== undefined;
      return looksSent || Reflect.get(ServerResponse.prototype, 'headersSent', this);
    },
  });
  define('writableEnded', {
    get(this: AnyResponse) {
      const looksEnded = exchangeOf(this.req)?.looks === 'ended';
      return looksEnded || Reflect.get(ServerResponse.prototype, 'writableEnded', this);
    },
  });
  return originals;
}

/** The last object in a prototype chain before one of Node's: `express.request`, `express.response`. */
function prototypeAbove(object: object, end: object): object | undefined {
  let last: object | undefined;
  for (let at: unknown = Object.getPrototypeOf(object); at !== end; at = Object.getPrototypeOf(at)) {
    if (typeof at !== 'object' || at === null) return undefined;
    last = at;
  }
  return last;
}

/** Puts our methods onto one response. */
function wrap(exchange: Exchange): Originals {
  const target = exchange.response as unknown as Record<Method, Untyped>; // they take what they are given
  const { writeHead, flushHeaders, write, end } = target;
  for (const method of METHODS) target[method] = (...args) => exchange.intercept(method, args);
  return { writeHead, flushHeaders, write, end };
}

/** `req.session`, decoded at the first look. */
const SESSION: PropertyDescriptor & ThisType<Attached> = {
  configurable: true,
  get() {
    const first = this[EXCHANGE]?.sessions[0];
    return first?.isPutAway() === true ? null : first?.session;
  },
  set(value: unknown) {
    const mine = this[EXCHANGE]?.sessions[0];
    if (mine !== undefined) {
      if (value === null || value === undefined) {
        mine.putAway(); // what becomes of it says the option `unset`
        return;
      }
      throw new TypeError(
        'req.session cannot be replaced: change its fields, or await req.session.destroy() or .regenerate()',
      );
    }
    setForeign(this, 'session', value);
  },
};

/** A request that no session middleware of ours has seen: the value is another library's, or a test's. */
function setForeign(request: object, name: string, value: unknown): void {
  Object.defineProperty(request, name, { value, writable: true, configurable: true, enumerable: true });
}

/** The session's id and its store, by the names that they have in express-session. */
const NAMED: PropertyDescriptorMap & ThisType<Attached> = {
  sessionID: named('sessionID', (exchange) => exchange.sessions[0]?.id),
  sessionStore: named('sessionStore', (exchange) => exchange.sessions[0]?.settings.givenStore),
};

function named(name: string, look: (exchange: Exchange) => unknown): PropertyDescriptor & ThisType<Attached> {
  return {
    configurable: true,
    get() {
      const exchange = this[EXCHANGE];
      return exchange && look(exchange);
    },
    set(value: unknown) {
      if (this[EXCHANGE]?.sessions[0] !== undefined) {
        throw new TypeError(`req.${name} cannot be set: await req.session.rotate() for another id`);
      }
      setForeign(this, name, value);
    },
  };
}
