import { HEADER_METHODS, refuseHeaders, type HeaderMethod } from './response-head.js';
import { DEFERRED } from './state-keys.js';
import { isHttp2, removeHeader, type AnyResponse, type InterceptedMethod, type Untyped } from './node-messages.js';

/** What describes a body or where to find it. An error response that replaces the body must not inherit it. */
// prettier-ignore
const REPRESENTATION_HEADERS = [
  'accept-ranges', 'age', 'cache-control', 'content-disposition', 'content-encoding', 'content-language',
  'content-length', 'content-location', 'content-range', 'content-type', 'etag', 'expires', 'last-modified', 'location',
  'trailer', 'transfer-encoding',
];

/** How much of a body may wait before its writer is asked to stop, if the response does not say so itself. */
const HIGH_WATER_MARK = 16 * 1024;

/** A call that has been queued. */
export type Call = readonly [method: InterceptedMethod, args: unknown[]];

/** Makes the first of the queued calls. */
export type Pass = (call: () => void) => void;

/** Makes it as it is. */
export const makeCall: Pass = (call) => {
  call();
};

/**
 * A response whose beginning or end waits for the commit: the calls that were made meanwhile, and what the response
 * reports until they are passed on to Node. Like a response that Node has begun, it reports that its headers are sent,
 * refuses others, and ignores later changes of the status. `writableEnded` stays false until Node ends the response:
 * serverless adapters take the response as soon as it is true.
 */
export class DeferredResponse {
  readonly #response: AnyResponse;
  /** The methods for headers as they are without us. */
  readonly #native: Partial<Record<HeaderMethod, Untyped>> = {};
  /** What other middleware has put onto the response in place of Node's state. */
  readonly #own: Partial<Record<ReportedMember, PropertyDescriptor>> = {};
  #isDeferred = false;
  #isPatched = false;
  #reportsQueue = false;
  #statusCode = 200;
  #statusMessage = '';
  #calls: Call[] = [];
  #queued = 0;
  /** A writer was asked to wait for a `drain`. */
  #isFull = false;
  #isEnded = false;

  constructor(response: AnyResponse) {
    this.#response = response;
  }

  /** From here on the response reports that it has begun, with the status that it has now. */
  defer(): void {
    if (this.#isDeferred) return;
    this.#isDeferred = true;
    this.#statusCode = this.#response.statusCode;
    this.#statusMessage = isHttp2(this.#response) ? '' : this.#response.statusMessage; // HTTP/2 warns about a look at it
    if (!this.#isPatched) this.#patch();
  }

  /** Whether the response is deferred now. */
  get isDeferred(): boolean {
    return this.#isDeferred;
  }

  /** Adds a call to those that wait, and returns what Node would return for it. */
  add(method: InterceptedMethod, args: unknown[]): unknown {
    if (method === 'end' && this.#isEnded) {
      // A second end sends nothing. Node calls its callback with an error.
      const callback = args.find((arg) => typeof arg === 'function');
      this.#calls.push(['end', callback === undefined ? [] : [callback]]);
      return this.#response;
    }
    this.#calls.push([method, args]);
    if (method === 'write') return this.#countChunk(args[0]);
    if (method === 'end') this.#isEnded = true;
    return method === 'end' || method === 'writeHead' ? this.#response : undefined;
  }

  /** The calls that wait, in their order; from here on none does. */
  takeCalls(): Call[] {
    const calls = this.#calls;
    this.#calls = [];
    this.#queued = 0;
    this.#isEnded = false;
    return calls;
  }

  /** Whether a writer waits for a `drain`; from here on none does. */
  takeFull(): boolean {
    const isFull = this.#isFull;
    this.#isFull = false;
    return isFull;
  }

  /** The response reports what is true of it again, and has the status that it had when it was deferred. */
  release(): void {
    if (!this.#isDeferred) return;
    this.#isDeferred = false;
    this.#response.statusCode = this.#statusCode;
    if (!isHttp2(this.#response)) this.#response.statusMessage = this.#statusMessage;
  }

  /**
   * The response is ready for another one than the one that waited. It already has the status of the error: the first
   * handler may write more before the error handler does.
   */
  discard(error: Error): void {
    this.release();
    this.#response.statusCode = statusOf(error);
    if (!isHttp2(this.#response)) this.#response.statusMessage = '';
    for (const name of REPRESENTATION_HEADERS) removeHeader(this.#response, name);
  }

  /** @returns whether the writer may go on, by Node's rule */
  #countChunk(chunk: unknown): boolean {
    this.#reportQueue();
    if (this.#isEnded) return false; // Node will refuse it
    const { length } = chunk as string | Uint8Array; // the gate has refused everything else
    this.#queued += length;
    const { writableHighWaterMark: mark } = this.#response as { readonly writableHighWaterMark?: unknown };
    if (this.#queued < (typeof mark === 'number' ? mark : HIGH_WATER_MARK)) return true;
    this.#isFull = true;
    return false;
  }

  /** Calls one of the response's methods for headers, or refuses it as Node does. */
  header(method: HeaderMethod, args: unknown[]): unknown {
    if (this.#isDeferred) refuseHeaders(isHttp2(this.#response), HEADER_METHODS[method]);
    return this.#native[method]?.apply(this.#response, args);
  }

  /** Done at most once for each response. The members stay, and report Node's own state when nothing is deferred. */
  #patch(): void {
    this.#isPatched = true;
    const response = this.#response as unknown as Record<string, unknown> & Deferred;
    response[DEFERRED] = this;
    for (const method of NAMES) {
      const native = response[method];
      if (typeof native !== 'function') continue;
      this.#native[method] = native as Untyped;
      response[method] = METHODS[method];
    }
    this.#report('headersSent');
  }

  /** Only a response that is written in parts has a queue. */
  #reportQueue(): void {
    if (this.#reportsQueue) return;
    this.#reportsQueue = true;
    if ('writableNeedDrain' in this.#response) this.#report('writableNeedDrain');
    if ('writableLength' in this.#response) this.#report('writableLength');
  }

  #report(member: ReportedMember): void {
    const own = Object.getOwnPropertyDescriptor(this.#response, member); // another copy's, or another middleware's
    if (own !== undefined) this.#own[member] = own;
    Object.defineProperty(this.#response, member, REPORTED[member]);
  }

  /** What a member of the response reports. */
  report(member: ReportedMember): unknown {
    switch (member) {
      case 'headersSent':
        return this.#isDeferred || this.#nativeState(member);
      case 'writableNeedDrain':
        return this.#isFull || this.#nativeState(member);
      case 'writableLength':
        return this.#queued + Number(this.#nativeState(member));
    }
  }

  #nativeState(member: ReportedMember): unknown {
    const response = this.#response;
    const own = this.#own[member];
    if (own === undefined) return Reflect.get(Object.getPrototypeOf(response) as object, member, response);
    return own.get === undefined ? (own.value as unknown) : own.get.call(response);
  }
}

/** The members of a response that report something else while it waits. */
type ReportedMember = 'headersSent' | 'writableNeedDrain' | 'writableLength';

interface Deferred {
  [DEFERRED]: DeferredResponse;
}

const NAMES = Object.keys(HEADER_METHODS) as readonly HeaderMethod[]; // of the object itself

/** The methods of every response that has waited. They are shared, so that a request allocates none. */
const METHODS: Readonly<Record<HeaderMethod, Untyped>> = {
  setHeader: methodOf('setHeader'),
  setHeaders: methodOf('setHeaders'),
  appendHeader: methodOf('appendHeader'),
  removeHeader: methodOf('removeHeader'),
};

/** As {@link METHODS}: with a function of its own, each response would get a shape of its own too, which is slow. */
const REPORTED: Readonly<Record<ReportedMember, PropertyDescriptor>> = {
  headersSent: descriptorOf('headersSent'),
  writableNeedDrain: descriptorOf('writableNeedDrain'),
  writableLength: descriptorOf('writableLength'),
};

function descriptorOf(member: ReportedMember): PropertyDescriptor & ThisType<Deferred> {
  return {
    configurable: true,
    get() {
      return this[DEFERRED].report(member);
    },
  };
}

function methodOf(name: HeaderMethod): Untyped {
  return function (this: unknown, ...args) {
    return (this as Deferred)[DEFERRED].header(name, args);
  };
}

/** The status that an error asks for, as Express's own error handler reads it. */
function statusOf(error: Error): number {
  const { status } = error as { readonly status?: unknown }; // any object may have one
  return typeof status === 'number' && Number.isInteger(status) && status >= 400 && status <= 599 ? status : 500;
}
