import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { emit } from '../events.js';
import type { Settings } from '../lifecycle/settings.js';
import type { SessionSchema } from '../schema/types.js';
import {
  HeldResponse,
  applyHead,
  checkStatus,
  isHttp2,
  isRefused,
  refuseHeaders,
  type Looks,
} from './held-response.js';
import { attach, attachAgain, isHooked, type Method, type Originals } from './hooks.js';
import type { ExpressRequestSession } from './request-session.js';

/** A request of `node:http`, of `node:http2`'s compatibility API, or of Express, which is one of `node:http`. */
export type AnyRequest = IncomingMessage | Http2ServerRequest;

/** A response of `node:http` or of `node:http2`'s compatibility API. */
export type AnyResponse = ServerResponse | Http2ServerResponse;

/** Whoever has something to do before a response goes out: a session, whichever face made it. */
export interface Participant {
  /**
   * Brings the store up to date before what is sent next; returns nothing where there is nothing to wait for. What it
   * rejects with becomes an error response, where that is still possible.
   * @param ending - whether the response ends with this
   */
  finish(status: number, ending: boolean): Promise<unknown> | undefined;
  /** The app has said what the head is; later changes do not show in it. */
  headGiven?(): void;
  /** The head goes out now: the last moment for a cookie. */
  writeCookie(): void;
  /** Another answer will go out in the place of this one. */
  rollBack(): void;
  /** Whether a second `end` is passed over, as express-session does; Node makes an error of one that brings a body. */
  readonly endsOnce?: boolean;
  /** A failure that no error response can tell any more. */
  failedLate?(error: Error): void;
}

/**
 * Where a response is: nothing written yet; `writeHead` called, and waiting with the rest for the first byte; a commit
 * under way, and what is written in the queue; headers gone, and the session still to be changed until the end; a commit
 * of that under way, and the end in the queue; all said.
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
  /** Whoever has a say before the response goes out. */
  readonly participants: Participant[] = [];
  /** The response's methods as they are without us. */
  readonly originals: Originals;
  /** Whether Express's prototypes hand us the calls; otherwise the response has methods of ours. */
  readonly hooked: boolean;
  /** How the response is to look to its handler while it waits for the store. */
  looks: Looks | undefined;

  readonly #next: (error: unknown) => void;
  #phase: Phase;
  #head: unknown[] | undefined;
  #endGiven = false;
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
    this.hooked = isHooked(this);
  }

  /** The request's session of one middleware, or the one behind `req.session`. */
  find<S extends SessionSchema>(settings?: Settings<S>): ExpressRequestSession<S> | undefined {
    const found =
      settings === undefined ? this.sessions[0] : this.sessions.find((one) => Object.is(one.settings, settings));
    return found; // whoever has these settings was made with their schema
  }

  /** Whether it is too late for a cookie. While the head is held back, `response.headersSent` only says so. */
  get headersGone(): boolean {
    if (this.#phase === 'streaming' || this.#phase === 'ending' || this.#phase === 'done') return true;
    return this.#held === undefined && this.response.headersSent;
  }

  /** Takes a call of one of the response's methods. */
  intercept(method: Method, args: unknown[]): unknown {
    if (method !== 'end') return this.#take(method, args);
    if (this.#endGiven && this.participants.some(({ endsOnce }) => endsOnce === true)) return false;
    const result = this.#take(method, args);
    this.#endGiven = true; // not before: where Node refused this end, an error handler's is the first
    return result;
  }

  #take(method: Method, args: unknown[]): unknown {
    if (this.#phase === 'done') {
      const isVain = this.#failure !== undefined && this.response.writableEnded; // before that Node's own end may write
      return isVain ? this.#callInVain(method, args, this.#failure) : this.#call(method, args);
    }
    if (isRefused(method, args[0], args[1])) return this.#call(method, args);
    if (method === 'writeHead') return this.#giveHead(args);
    if (this.#phase === 'held' || this.#phase === 'ending') return this.#enqueue([method, args]);
    if (this.#phase === 'streaming') return method === 'end' ? this.#endLate(args) : this.#call(method, args);
    if (this.#head === undefined) checkStatus(this.response);
    return this.#begin(method, args);
  }

  #giveHead(args: unknown[]): unknown {
    const { response } = this;
    if (args.length === 0 && !('assignSocket' in response)) {
      // No response of Node's: engine.io asks so for the headers of a WebSocket's handshake, and waits for nothing.
      if (this.#phase === 'open') this.#open('streaming');
      return this.#call('writeHead', args);
    }
    if (this.#phase === 'streaming' || this.#phase === 'ending') return this.#call('writeHead', args); // Node's own, or it throws
    if (this.#phase !== 'open') {
      // Middleware that looks into `_header` (compression 1.7) gives the head again as Node would: it changes nothing.
      if (args.length === 1 && args[0] === (this.#head?.[0] ?? response.statusCode)) return response;
      refuseHeaders(isHttp2(response), 'write');
    }
    // Node refuses it; what stands in for a response at a WebSocket's upgrade (engine.io's) is called so.
    if (args[0] === undefined) return this.#call('writeHead', args);
    const head = applyHead(response, args);
    for (const participant of this.participants) participant.headGiven?.();
    if (isHttp2(response)) return this.#begin('writeHead', head); // it sends the head at once, and a client may wait for just that
    this.#phase = 'head given';
    this.#head = head;
    this.#held = new HeldResponse(this);
    return response;
  }

  /** The first call that sends something. */
  #begin(method: Method, args: unknown[]): unknown {
    const status = typeof this.#head?.[0] === 'number' ? this.#head[0] : this.response.statusCode;
    const work = this.#commit(status, method === 'end');
    if (work === undefined) {
      this.#open(method === 'end' ? 'done' : 'streaming');
      return this.#call(method, args);
    }
    this.#held ??= new HeldResponse(this);
    return this.#hold('held', [method, args], work, () => { this.#release(); }, (error) => { this.#fail(error); }); // prettier-ignore
  }

  #call(method: Method, args: unknown[]): unknown {
    return this.originals[method].apply(this.response, args);
  }

  /** The end of a response that has begun: what was changed since is stored now. */
  #endLate(args: unknown[]): unknown {
    const work = this.#commit(this.response.statusCode, true);
    if (work === undefined) {
      this.#phase = 'done';
      return this.#call('end', args);
    }
    this.#held = new HeldResponse(this);
    const goOn = (): void => {
      this.#held?.release();
      this.#held = undefined;
      this.#replay();
    };
    return this.#hold('ending', ['end', args], work, goOn, (error) => {
      this.#report(error);
      goOn();
    });
  }

  /** Commits every session of the request; what is thrown at once is a rejection too. */
  #commit(status: number, ending: boolean): Promise<unknown> | undefined {
    try {
      let work: Promise<unknown> | undefined;
      for (const participant of this.participants) {
        const one = participant.finish(status, ending);
        if (one !== undefined) work = work === undefined ? one : both(work, one);
      }
      return work;
    } catch (error) {
      return Promise.reject(asError(error));
    }
  }

  #hold(
    phase: Phase,
    first: Call,
    work: Promise<unknown>,
    done: () => void,
    failed: (error: unknown) => void,
  ): unknown {
    this.#phase = phase;
    this.#queue = [];
    const result = this.#enqueue(first);
    work.then(done, failed);
    return result;
  }

  #enqueue(call: Call): unknown {
    this.#queue.push(call);
    if (call[0] === 'end') this.#held?.end();
    if (call[0] === 'flushHeaders') return undefined;
    return call[0] === 'write' ? false : this.response;
  }

  /** Sends what was held back: the cookies and the head. */
  #open(phase: Phase): void {
    this.#held?.release();
    this.#held = undefined;
    this.#phase = phase;
    const head = this.#head;
    this.#head = undefined;
    for (const participant of this.participants) participant.writeCookie();
    if (head !== undefined) this.#call('writeHead', head);
  }

  #release(): void {
    try {
      this.#open('streaming');
    } catch (error) {
      this.#report(error);
      this.response.destroy(asError(error)); // of what Node refuses it was asked before: other middleware's methods throw
      return;
    }
    this.#replay();
  }

  /** Makes the calls that have waited, in their order. */
  #replay(): void {
    const [first, ...rest] = this.#queue;
    this.#queue = [];
    if (first === undefined) return;
    this.#phase = first[0] === 'end' ? 'done' : 'streaming';
    let lastWrite: unknown;
    try {
      const result = this.#call(...first);
      if (first[0] === 'write') lastWrite = result;
      for (const [method, args] of rest) {
        const result = this.#take(method, args);
        if (method === 'write') lastWrite = result;
      }
    } catch (error) {
      this.response.destroy(asError(error));
      return;
    }
    // The writer was told to wait; Node, which was not asked then, will not tell it to go on.
    if (lastWrite === true) process.nextTick(() => { this.#drain(); }); // prettier-ignore
  }

  #drain(): void {
    const { response } = this;
    if (this.#phase !== 'streaming' || ('writableNeedDrain' in response && response.writableNeedDrain)) return;
    response.emit('drain');
  }

  /** A commit failed and nothing was sent: the error handler answers instead. */
  #fail(error: unknown): void {
    for (const participant of this.participants) participant.rollBack();
    if (this.#failure !== undefined) {
      this.#report(error); // the error handler's own answer failed too: no other is left to give
      this.#release();
      return;
    }
    this.#failure = asError(error);
    this.#held?.discard(this.#failure);
    this.#held = undefined;
    this.#head = undefined;
    attachAgain(this); // middleware further on has wrapped the discarded answer, and may think that it has ended
    this.#phase = 'open';
    this.#endGiven = false;
    const calls = this.#queue;
    this.#queue = [];
    for (const [method, args] of calls) this.#callInVain(method, args, this.#failure);
    emit('error', { request: this.request, error: asError(error), consequence: 'refused' });
    this.#next(error);
  }

  /** Answers a call of a handler who knows nothing of the error response that went out in the place of his. */
  #callInVain(method: Method, args: unknown[], error: unknown): unknown {
    if (method === 'writeHead') return this.#call(method, args); // Node throws
    const callback = args.find((arg) => typeof arg === 'function') as (() => void) | undefined; // Node takes one at most
    if (callback !== undefined && method === 'write') process.nextTick(callback, error);
    if (callback !== undefined && method === 'end') {
      if (this.response.writableFinished) process.nextTick(callback);
      else this.response.once('finish', callback);
    }
    return method === 'write' ? false : method === 'end' ? this.response : undefined;
  }

  /** A failure that no error response can tell any more; the app is told outside of any promise, should it throw. */
  #report(error: unknown): void {
    emit('error', { request: this.request, error: asError(error), consequence: 'dropped' });
    for (const participant of this.participants) participant.failedLate?.(asError(error));
  }
}

/** Waits for both also where one fails: what the other is still storing must not be rolled back. */
async function both(one: Promise<unknown>, other: Promise<unknown>): Promise<void> {
  for (const result of await Promise.allSettled([one, other])) if (result.status === 'rejected') throw result.reason;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('a value that is no Error was thrown');
}
