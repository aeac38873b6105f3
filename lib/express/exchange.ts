import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { emit } from '../events.js';
import { commit } from '../lifecycle/commit.js';
import type { Settings } from '../lifecycle/options.js';
import { writeCookie } from '../lifecycle/response-cookie.js';
import type { SessionSchema } from '../schema/types.js';
import {
  HeldResponse,
  applyHead,
  checkStatus,
  discardAnswer,
  isHttp2,
  isRefused,
  refuseHeaders,
} from './held-response.js';
import { attach, putOnTop, type Method, type Originals, type Untyped } from './hooks.js';
import type { ExpressRequestSession } from './request-session.js';

/** A request of `node:http`, of `node:http2`'s compatibility API, or of Express, which is one of `node:http`. */
export type AnyRequest = IncomingMessage | Http2ServerRequest;

/** A response of `node:http` or of `node:http2`'s compatibility API. */
export type AnyResponse = ServerResponse | Http2ServerResponse;

/**
 * Where a response is: nothing written yet; `writeHead` called, and waiting with the rest for the first byte; the commit
 * under way, and all that is written in the queue; headers gone, and the session still to be changed until the end; the
 * commit of these changes under way, and the end in the queue; all said.
 */
type Phase = 'open' | 'head given' | 'held' | 'streaming' | 'ending' | 'done';
type Call = readonly [method: Method, args: unknown[]];

/**
 * One request with its response and its sessions. Commits them before the first byte of the response, without a change
 * in what Node promises of `res.end` and `res.write`: their arguments in every form, their callbacks, their return
 * values, what a second call does.
 *
 * Calls that come while the store is at work wait in a queue and are then made in their order, so it is Node itself
 * that answers them. Nothing is written before, so a commit that fails becomes an error response through `next`.
 */
export class Exchange {
  readonly request: AnyRequest;
  readonly response: AnyResponse;
  /** The sessions of the request: the one behind `req.session` first. */
  readonly sessions: ExpressRequestSession<SessionSchema>[] = [];
  /** The response's methods as they are without us. */
  readonly originals: Originals;

  readonly #next: (error: unknown) => void;
  #phase: Phase;
  #headGiven = false;
  #held: HeldResponse | undefined;
  #queue: Call[] = [];
  /** What the first answer was discarded for. */
  #failure: Error | undefined;

  constructor(request: AnyRequest, response: AnyResponse, next: (error: unknown) => void) {
    this.request = request;
    this.response = response;
    this.#next = next;
    this.#phase = response.headersSent ? 'streaming' : 'open';
    this.originals = attach(this);
  }

  /** The request's session of one middleware, or the one behind `req.session`. */
  find<S extends SessionSchema>(settings?: Settings<S>): ExpressRequestSession<S> | undefined {
    const found =
      settings === undefined ? this.sessions[0] : this.sessions.find((one) => Object.is(one.settings, settings));
    return found as ExpressRequestSession<S> | undefined; // whoever has these settings was made with their schema
  }

  /** Whether it is too late for a cookie. While the head is held back, `response.headersSent` only says so. */
  get headersGone(): boolean {
    return this.#phase === 'streaming' || this.#phase === 'ending' || this.#phase === 'done';
  }

  /** Takes a call of one of the response's methods. */
  intercept(method: Method, args: unknown[]): unknown {
    const { response } = this;
    if (this.#phase === 'done') {
      return this.#failure === undefined
        ? this.#call(method, args)
        : this.#callAfterFailure(method, args, this.#failure);
    }
    if (isRefused(response, method, args)) return this.#call(method, args); // at once, as the handler expects
    if (method === 'writeHead') return this.#giveHead(args);
    if (this.#phase === 'held' || this.#phase === 'ending') return this.#enqueue(method, args);
    if (this.#phase === 'streaming' && method !== 'end') return this.#call(method, args);
    if (this.#phase === 'open') checkStatus(response);
    return this.#callAfterCommit(method, args);
  }

  #call(method: Method, args: unknown[]): unknown {
    return this.originals[method].apply(this.response, args);
  }

  #giveHead(args: unknown[]): unknown {
    const { response } = this;
    if (this.#phase === 'streaming' || this.#phase === 'ending') return this.#call('writeHead', args); // Node's own, or it throws
    if (this.#phase !== 'open') {
      // Middleware that looks into `_header` gives the head that Node would, once more; that changes nothing.
      if (args.length === 1 && args[0] === this.#held?.statusCode) return response;
      refuseHeaders(response, 'write');
    }
    applyHead(response, args);
    // HTTP/2 sends the head at once, and a client may wait for just that.
    if (isHttp2(response)) return this.#callAfterCommit('writeHead', [response.statusCode]);
    this.#phase = 'head given';
    this.#headGiven = true;
    this.#held = new HeldResponse(response, 'begun');
    return response;
  }

  /** Makes a call that writes once the sessions are stored; at once where there is nothing to store. */
  #callAfterCommit(method: Method, args: unknown[]): unknown {
    const { response } = this;
    const work = this.#commit(this.#held?.statusCode ?? response.statusCode);
    if (work === undefined) {
      this.#open(method);
      return this.#call(method, args);
    }
    if (this.#phase === 'streaming') {
      this.#phase = 'ending';
      this.#held = new HeldResponse(response, 'ended');
      const goOn = (): void => { this.#release(); }; // prettier-ignore
      work.then(goOn, (error: unknown) => {
        this.#report(error);
        goOn();
      });
    } else {
      this.#phase = 'held';
      this.#held ??= new HeldResponse(response, method === 'end' ? 'begunAndEnded' : 'begun');
      work.then(() => { this.#release(); }, (error: unknown) => { this.#fail(error); }); // prettier-ignore
    }
    this.#queue = [];
    return this.#enqueue(method, args);
  }

  /** Commits every session of the request; what is thrown at once is a rejection too. */
  #commit(status: number): Promise<unknown> | undefined {
    try {
      let work: Promise<unknown> | undefined;
      for (const session of this.sessions) {
        const one = commit(session, status);
        if (one !== undefined) work = work === undefined ? one : Promise.all([work, one]);
      }
      return work;
    } catch (error) {
      return Promise.reject(asError(error));
    }
  }

  #enqueue(method: Method, args: unknown[]): unknown {
    this.#queue.push([method, args]);
    if (method === 'end' && this.#phase === 'held') this.#held?.look('begunAndEnded');
    if (method === 'flushHeaders') return undefined;
    return method === 'write' ? false : this.response;
  }

  /** The response is itself again: the cookies are set, and the head is written that was given. */
  #open(first: Method): void {
    const late = this.#phase === 'streaming' || this.#phase === 'ending';
    this.#held?.release();
    this.#held = undefined;
    this.#phase = first === 'end' ? 'done' : 'streaming';
    if (late) return;
    for (const session of this.sessions) writeCookie(session);
    if (this.#headGiven) this.#call('writeHead', [this.response.statusCode]);
  }

  #release(): void {
    try {
      this.#replay();
    } catch (error) {
      // Only what other middleware puts in the place of Node's methods comes here: Node itself was asked before.
      this.response.destroy(asError(error));
    }
  }

  /** Makes the calls that waited, in their order, as if they were made only now. */
  #replay(): void {
    const [first, ...rest] = this.#queue;
    this.#queue = [];
    if (first === undefined) return;
    this.#open(first[0]);
    let last = first[0];
    let result = this.#call(...first);
    for (const [method, args] of rest) {
      last = method;
      result = this.intercept(method, args);
    }
    // The writer was told to wait; Node, which was not asked then, will not tell it to go on.
    if (last === 'write' && result === true) process.nextTick(() => { this.#drain(); }); // prettier-ignore
  }

  #drain(): void {
    const { response } = this;
    const isFull = 'writableNeedDrain' in response && response.writableNeedDrain;
    if (this.#phase === 'streaming' && !isFull) response.emit('drain');
  }

  /** A commit failed and nothing was sent: the answer is discarded, and an error response takes its place. */
  #fail(error: unknown): void {
    for (const session of this.sessions) session.rollBack();
    if (this.#failure !== undefined) {
      this.#report(error); // the error handler's own answer failed too: no other is left to give
      this.#release();
      return;
    }
    const failure = asError(error);
    this.#failure = failure;
    this.#held?.release();
    this.#held = undefined;
    this.#headGiven = false;
    discardAnswer(this.response);
    putOnTop(this); // middleware further on has wrapped the discarded answer, and may think that it has ended
    this.#phase = 'open';
    const calls = this.#queue;
    this.#queue = [];
    for (const [method, args] of calls) this.#callAfterFailure(method, args, failure);
    emit('error', { request: this.request, error: failure, consequence: 'refused' });
    this.#next(error);
  }

  /** Answers a call of a handler who knows nothing of the error response that was sent in the place of his. */
  #callAfterFailure(method: Method, args: unknown[], failure: Error): unknown {
    if (method === 'writeHead') return this.#call(method, args); // Node throws
    const callback = args.find((arg) => typeof arg === 'function') as Untyped | undefined; // Node takes one at most
    if (callback !== undefined && method === 'write') process.nextTick(callback, failure);
    if (callback !== undefined && method === 'end') {
      if (this.response.writableFinished) process.nextTick(callback);
      else this.response.once('finish', callback);
    }
    return method === 'write' ? false : this.response;
  }

  /** Tells of a change that was lost after the response had begun; outside of any promise, should the app throw. */
  #report(error: unknown): void {
    emit('error', { request: this.request, error: asError(error), consequence: 'dropped' });
    for (const { settings } of this.sessions) {
      if (settings.onError !== undefined) process.nextTick(settings.onError, asError(error), this.request);
    }
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('a value that is no Error was thrown');
}
