import { emit } from '../events.js';
import { commit } from '../lifecycle/commit.js';
import type { RequestSession } from '../lifecycle/request-session.js';
import { writeCookie } from '../lifecycle/response-cookie.js';
import type { SessionSchema } from '../schema/types.js';
import { HeldResponse, applyHead, type AnyResponse } from './held-response.js';

type Method = 'writeHead' | 'flushHeaders' | 'write' | 'end';
type Call = readonly [method: Method, args: unknown[]];
type Untyped = (...args: unknown[]) => unknown;

/**
 * Where a watched response is: nothing written yet; `writeHead` called, and waiting with the rest for the first byte;
 * a commit under way, and what is written in the queue; headers gone, and the session still to be changed until the
 * end; all said.
 */
type Phase = 'open' | 'head given' | 'held' | 'streaming' | 'done';

/**
 * Commits the session before the first byte of a response, without a change in what Node promises of `res.end` and
 * `res.write`: their arguments in every form, their callbacks, their return values, what a second call does.
 *
 * Calls that come while the store is at work wait in a queue and are then made in their order, so it is Node itself
 * that answers them. Nothing is written before, so a commit that fails becomes an error response through `next`.
 *
 * @returns what tells whether the headers are gone; while they are held back, `response.headersSent` only says so
 */
export function watchResponse<S extends SessionSchema>(
  session: RequestSession<S>,
  response: AnyResponse,
  next: (error: unknown) => void,
): () => boolean {
  // The methods as they are now: Node's, or another middleware's. They are called as they came, whatever that was.
  const target = response as unknown as Record<Method, Untyped>;
  const original: Readonly<Record<Method, Untyped>> = {
    writeHead: target.writeHead,
    flushHeaders: target.flushHeaders,
    write: target.write,
    end: target.end,
  };
  let phase: Phase = response.headersSent ? 'streaming' : 'open';
  let head: unknown[] | undefined;
  let held: HeldResponse | undefined;
  let queue: Call[] = [];
  let failed = false;

  function call(method: Method, args: unknown[]): unknown {
    return original[method].apply(response, args);
  }

  /** Sends what was held back: the cookie, the head, and the first call that writes. */
  function open(then: Phase): void {
    held?.release();
    held = undefined;
    phase = then;
    const args = head;
    head = undefined;
    const rest = args && applyHead(response, args);
    writeCookie(session);
    if (rest !== undefined) call('writeHead', rest);
  }

  function hold(work: Promise<void>, first: Call): void {
    const late = phase === 'streaming';
    phase = 'held';
    if (!late) held ??= new HeldResponse(response);
    queue = [];
    enqueue(first);
    work.then(late ? replay : release, late ? reportLate : fail);
  }

  function enqueue(item: Call): unknown {
    queue.push(item);
    if (item[0] === 'end') held?.end();
    return item[0] === 'write' ? false : response;
  }

  function release(): void {
    try {
      open('streaming');
    } catch (error) {
      fail(error);
      return;
    }
    replay();
  }

  function replay(): void {
    const [first, ...rest] = queue;
    queue = [];
    if (first === undefined) return;
    phase = first[0] === 'end' ? 'done' : 'streaming';
    let lastWrite: unknown = first[0] === 'write';
    try {
      const result = call(...first);
      if (lastWrite === true) lastWrite = result;
      for (const [method, args] of rest) {
        const result = intercept(method, args);
        if (method === 'write') lastWrite = result;
      }
    } catch (error) {
      response.destroy(asError(error));
      return;
    }
    // The writer was told to wait; Node, which was not asked then, will not tell it to go on.
    if (lastWrite === true && isStreaming()) response.emit('drain');
  }

  function isStreaming(): boolean {
    return phase === 'streaming';
  }

  function fail(error: unknown): void {
    session.rollBack();
    if (failed || response.headersSent !== (held !== undefined)) {
      // The error handler's own answer failed too, or Node has begun to write: no other answer is left to give.
      report(error, 'dropped');
      release();
      return;
    }
    failed = true;
    (held ?? new HeldResponse(response)).discard();
    held = undefined;
    head = undefined;
    const calls = queue;
    queue = [];
    phase = 'open';
    for (const [method, args] of calls) {
      const callback = args.find((arg) => typeof arg === 'function') as Untyped | undefined; // Node takes one at most
      if (callback === undefined) continue;
      if (method === 'end') response.once('finish', callback);
      else process.nextTick(callback, error);
    }
    emit('error', { request: session.request, error: asError(error), consequence: 'refused' });
    next(error);
  }

  function reportLate(error: unknown): void {
    report(error, 'dropped');
    replay();
  }

  function report(error: unknown, consequence: 'dropped'): void {
    emit('error', { request: session.request, error: asError(error), consequence });
    session.settings.onError?.(asError(error), session.request);
  }

  /** The commit, with what it throws at once turned into a rejection. */
  function commitNow(status: number): Promise<void> | undefined {
    try {
      return commit(session, status);
    } catch (error) {
      return Promise.reject(asError(error));
    }
  }

  function intercept(method: Method, args: unknown[]): unknown {
    if (isRefused(method, args[0])) return call(method, args); // at once, as the handler expects
    if (phase === 'done') return call(method, args);
    if (phase === 'held') return enqueue([method, args]);
    if (phase === 'streaming') {
      if (method !== 'end') return call(method, args);
      const work = commitNow(response.statusCode);
      if (work === undefined) {
        phase = 'done';
        return call(method, args);
      }
      hold(work, [method, args]);
      return response;
    }
    if (method === 'writeHead') {
      if (phase === 'head given') return call(method, args); // Node says what is wrong with a second one
      phase = 'head given';
      head = args;
      held = new HeldResponse(response);
      return response;
    }
    const status = typeof head?.[0] === 'number' ? head[0] : response.statusCode;
    const work = commitNow(status);
    if (work !== undefined) {
      hold(work, [method, args]);
      return method === 'write' ? false : response;
    }
    open(method === 'end' ? 'done' : 'streaming');
    return call(method, args);
  }

  target.writeHead = (...args) => intercept('writeHead', args);
  target.flushHeaders = (...args) => intercept('flushHeaders', args);
  target.write = (...args) => intercept('write', args);
  target.end = (...args) => intercept('end', args);
  return () => phase !== 'open' && phase !== 'head given' && held === undefined;
}

/** Whether Node throws for what is to be written. */
function isRefused(method: Method, chunk: unknown): boolean {
  if (method !== 'write' && method !== 'end') return false;
  if (typeof chunk === 'string' || chunk instanceof Uint8Array) return false;
  return method === 'write' || (chunk !== undefined && chunk !== null && typeof chunk !== 'function');
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('a value that is no Error was thrown');
}
