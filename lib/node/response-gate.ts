import { emit } from '../events.js';
import { DeferredResponse, makeCall, type Call, type Pass } from './deferred-response.js';
import { nextTick, respondInVain } from './discarded-call.js';
import { DrainListeners } from './drain-listeners.js';
import { applyHead, checkStatus, isRefused, refuseHeaders } from './response-head.js';
import {
  isHttp2,
  isNodeResponse,
  stopTimeout,
  type AnyRequest,
  type AnyResponse,
  type InterceptedMethod,
} from './node-messages.js';
import { ResponsePatch } from './response-patch.js';
import { asError, commitHooks, type ResponseHook } from './response-hook.js';
import { ACTIONS, type Phase } from './response-phases.js';
import { GATE } from './state-keys.js';

interface Gated {
  [GATE]?: ResponseGate;
}

/** The response's gate. The first middleware that needs it creates it; `next` of that one receives errors. */
export function gateOf(request: AnyRequest, response: AnyResponse, next: (error: unknown) => void): ResponseGate {
  const gated = response as Gated;
  return (gated[GATE] ??= new ResponseGate(request, response, next));
}

/**
 * Holds back a response until its hooks have committed: before the first byte, and again before the end of a streamed
 * response. The response keeps Node's contract: arguments in every form, callbacks, return values, backpressure.
 *
 * Calls that come during a commit wait in a queue and are then made in their order, so Node itself responds to them.
 * Nothing is written before, so a commit that fails becomes an error response through `next`.
 */
export class ResponseGate {
  /** What has to be done before the response goes out. */
  readonly hooks: ResponseHook[] = [];

  readonly #request: AnyRequest;
  readonly #response: AnyResponse;
  readonly #next: (error: unknown) => void;
  readonly #patch: ResponsePatch;
  readonly #drains: DrainListeners | undefined;
  /** Created when the response first waits, which most responses never do. */
  #deferredResponse: DeferredResponse | undefined;
  #phase: Phase;
  /** What is left of the arguments of `writeHead`. */
  #head: unknown[] | undefined;
  /** Our `writeHead` is called because Node would call it now, and not by the app. */
  #isHeadImplicit = false;
  #endGiven = false;
  /** Why the first response was discarded. */
  #failure: Error | undefined;

  constructor(request: AnyRequest, response: AnyResponse, next: (error: unknown) => void) {
    this.#request = request;
    this.#response = response;
    this.#next = next;
    this.#phase = response.headersSent ? 'streaming' : 'open';
    this.#patch = new ResponsePatch(response);
    this.#drains = DrainListeners.watch(response);
    this.#patch.install();
  }

  get #deferred(): DeferredResponse {
    return (this.#deferredResponse ??= new DeferredResponse(this.#response));
  }

  /** Whether it is too late for a cookie. While the head is held back, `response.headersSent` only says so. */
  get headersGone(): boolean {
    if (this.#phase === 'streaming' || this.#phase === 'ending' || this.#phase === 'done') return true;
    return this.#deferredResponse?.isDeferred !== true && this.#response.headersSent;
  }

  /** Takes a call of one of the methods that were put onto the response at the beginning. */
  intercept(method: InterceptedMethod, args: unknown[]): unknown {
    // Middleware behind the session has kept a method of the response that was discarded since.
    if (this.#failure !== undefined) return this.#respondInVain(method, args, this.#failure);
    return this.#intercept(method, args);
  }

  #intercept(method: InterceptedMethod, args: unknown[]): unknown {
    if (method !== 'end') return this.#take(method, args);
    if (this.#endGiven && this.hooks.some(({ endsOnce }) => endsOnce === true)) return false;
    const result = this.#take(method, args);
    this.#endGiven = true; // not before: if Node refused this end, the end of an error handler is the first
    return result;
  }

  #take(method: InterceptedMethod, args: unknown[]): unknown {
    // Until the response has ended, Node's own `end` may still write.
    if (this.#phase === 'done' && this.#failure !== undefined && method !== 'flush' && this.#response.writableEnded) {
      return this.#respondInVain(method, args, this.#failure);
    }
    const isNodes = isNodeResponse(this.#response);
    if (this.#phase !== 'done' && isNodes && isRefused(method, args[0], args[1])) return this.#call(method, args);
    // engine.io's fake response for the upgrade to a WebSocket: its head has no status, and nothing has to be committed first.
    if (method === 'writeHead' && args[0] === undefined && (this.#phase === 'open' || !isNodes)) {
      if (this.#phase === 'open' && args.length === 0 && !isNodes) this.#open('streaming');
      return this.#call(method, args);
    }
    switch (ACTIONS[this.#phase][method]) {
      case 'call':
        return this.#call(method, args);
      case 'queue':
        return this.#deferred.add(method, args);
      case 'giveHead':
        return this.#giveHead(args);
      case 'repeatHead':
        return this.#repeatHead(args);
      case 'begin':
        if (this.#head === undefined) checkStatus(this.#response);
        return this.#begin(method, args);
      case 'endLate':
        return this.#endLate(args);
    }
  }

  #giveHead(args: unknown[]): unknown {
    const response = this.#response;
    const head = applyHead(response, args);
    for (const hook of this.hooks) hook.headGiven?.();
    if (isHttp2(response) && !this.#isHeadImplicit) return this.#begin('writeHead', head); // HTTP/2 sends the head immediately
    this.#phase = 'head given';
    this.#head = head;
    this.#deferred.defer();
    return response;
  }

  /** Middleware that reads `_header` (compression 1.7) passes the head again as Node would. This changes nothing. */
  #repeatHead(args: unknown[]): unknown {
    const response = this.#response;
    if (args.length === 1 && args[0] === (this.#head?.[0] ?? response.statusCode)) return response;
    return refuseHeaders(isHttp2(response), 'write');
  }

  /** The first call that sends something. */
  #begin(method: InterceptedMethod, args: unknown[]): unknown {
    const isImplicit = this.#renderHead(method);
    const status = typeof this.#head?.[0] === 'number' ? this.#head[0] : this.#response.statusCode;
    if (isImplicit) this.#head = undefined; // Node writes it, with the length that it finds
    const ending = method === 'end';
    const work = commitHooks(this.hooks, { status, ending, streamed: !ending });
    if (work !== undefined) return this.#wait(method, args, work, isImplicit);
    this.#open(ending ? 'done' : 'streaming');
    return isImplicit ? this.#patch.withOwnWriteHead(() => this.#call(method, args)) : this.#call(method, args);
  }

  /** The first call waits for the commit. */
  #wait(method: InterceptedMethod, args: unknown[], work: Promise<unknown>, isImplicit: boolean): unknown {
    const pass: Pass = (call) => {
      if (isImplicit) this.#patch.withOwnWriteHead(call);
      else call();
    };
    return this.#hold('held', [method, args], work, () => { this.#release(pass); }, (error) => { this.#fail(error); }); // prettier-ignore
  }

  /**
   * Calls the response's `writeHead` as Node would before the first byte, if middleware behind the session waits for that
   * (compression, response-time): what it does to the head must be part of the head that is held.
   */
  #renderHead(method: InterceptedMethod): boolean {
    if (method === 'writeHead' || this.#head !== undefined || !this.#patch.isWriteHeadWrapped) return false;
    this.#isHeadImplicit = true;
    try {
      this.#patch.callOutermostWriteHead(this.#response.statusCode);
    } finally {
      this.#isHeadImplicit = false;
    }
    return true;
  }

  #call(method: InterceptedMethod, args: unknown[]): unknown {
    const native = method === 'flush' ? this.#patch.flush : this.#patch.native[method];
    const result = native?.apply(this.#response, args);
    return method === 'write' ? result !== false : result; // loggers that wrap `write` may return nothing
  }

  /** The end of a response that has begun: what has changed since is stored now. */
  #endLate(args: unknown[]): unknown {
    const work = commitHooks(this.hooks, { status: this.#response.statusCode, ending: true, streamed: true });
    if (work === undefined) {
      this.#phase = 'done';
      return this.#call('end', args);
    }
    const goOn = (): void => {
      this.#deferred.release();
      this.#replay();
    };
    return this.#hold('ending', ['end', args], work, goOn, (error) => {
      this.#report(error);
      goOn();
    });
  }

  #hold(
    phase: Phase,
    [method, args]: Call,
    work: Promise<unknown>,
    done: () => void,
    failed: (error: unknown) => void,
  ) {
    this.#phase = phase;
    this.#deferred.defer();
    const result = this.#deferred.add(method, args);
    stopTimeout(this.#request);
    work.then(done, failed);
    return result;
  }

  /** Sends what was held back: the cookies and the head. */
  #open(phase: Phase): void {
    this.#deferredResponse?.release();
    this.#phase = phase;
    const head = this.#head;
    this.#head = undefined;
    for (const hook of this.hooks) hook.writeCookie();
    if (head !== undefined) this.#call('writeHead', head);
  }

  #release(pass: Pass = makeCall): void {
    try {
      this.#open('streaming');
    } catch (error) {
      this.#report(error);
      this.#response.destroy(asError(error)); // Node has accepted the head, so other middleware's methods have thrown
      return;
    }
    this.#replay(pass);
  }

  /** Makes the calls that have waited, in their order. */
  #replay(pass: Pass = makeCall): void {
    const [first, ...rest] = this.#deferred.takeCalls();
    const wasFull = this.#deferred.takeFull();
    if (first === undefined) return;
    let goesOn = true;
    const make = ([method, args]: Call): void => {
      const result = this.#take(method, args);
      if (method === 'write') goesOn = result !== false;
    };
    try {
      pass(() => {
        this.#phase = first[0] === 'end' ? 'done' : 'streaming';
        if (first[0] === 'end') this.#call('end', first[1]);
        else make(first);
      });
      rest.forEach(make);
    } catch (error) {
      this.#response.destroy(asError(error));
      return;
    }
    // A writer was asked to wait. Node does not know that, so it will not ask it to go on.
    if (wasFull && goesOn) nextTick(() => { this.#drain(); }); // prettier-ignore
  }

  #drain(): void {
    const response = this.#response;
    if (this.#phase !== 'streaming') return;
    if (this.#drains !== undefined) this.#drains.emit();
    else if (!('writableNeedDrain' in response && response.writableNeedDrain)) response.emit('drain');
  }

  /** A commit failed and nothing was sent: the error handler responds instead. */
  #fail(error: unknown): void {
    for (const hook of this.hooks) hook.rollBack();
    if (this.#failure !== undefined) {
      this.#report(error); // the error handler's own response failed too: there is no other
      this.#release();
      return;
    }
    const failure = asError(error);
    this.#failure = failure;
    this.#deferred.discard(failure);
    this.#head = undefined;
    // Middleware behind the session has wrapped the discarded response, and may think that it has ended.
    this.#patch.installAgain((method, args) => this.#intercept(method, args));
    this.#phase = 'open';
    this.#endGiven = false;
    this.#deferred.takeFull();
    for (const [method, args] of this.#deferred.takeCalls()) this.#respondInVain(method, args, failure);
    emit('error', { request: this.#request, error: failure, consequence: 'refused' });
    this.#next(error);
  }

  #respondInVain(method: InterceptedMethod, args: unknown[], error: Error): unknown {
    if (method === 'writeHead' && this.#response.headersSent) return this.#call(method, args); // Node throws
    return respondInVain(this.#response, [method, args], error);
  }

  /** A failure that no error response can report any more. */
  #report(error: unknown): void {
    emit('error', { request: this.#request, error: asError(error), consequence: 'dropped' });
    for (const hook of this.hooks) hook.failedLate?.(asError(error));
  }
}
