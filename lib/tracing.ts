import type { AsyncLocalStorage } from 'node:async_hooks';
import { createHash } from 'node:crypto';
import { tracingChannel } from 'node:diagnostics_channel';
import type { LoadOutcome } from './events.js';

/** What the messages of all traces contain. */
interface Trace {
  /** The name of the middleware: the name of its cookie. */
  readonly middleware: string;
  /** The kind of the store: the name of its class, such as `RedisStore`. */
  readonly store: string;
  /**
   * An opaque handle of the session. It is the same in all messages of one session id, and no cookie can be made from it.
   * `undefined` for a session that is not stored yet.
   */
  session?: string | undefined;
  /** The error, from the message `error` on. */
  error?: unknown;
  /** Whether there is something to wait for, from the message `end` on. If not, no `asyncStart` and `asyncEnd` follow. */
  isAsync?: boolean | undefined;
}

/**
 * A session is loaded: the messages of `tracing:typed-session:load:*`.
 * @group Events
 */
export interface LoadTrace extends Trace {
  /** The request, as the host passed it in. */
  readonly request: object;
  /** What the load led to; `undefined` until it has ended. */
  outcome?: LoadOutcome | undefined;
}

/**
 * The changes of a request are stored: the messages of `tracing:typed-session:commit:*`.
 * @group Events
 */
export interface CommitTrace extends Trace {
  /** The request, as the host passed it in. */
  readonly request: object;
  /** What asked for it: the response, or a method of `req.session`. */
  readonly operation: 'response' | 'save' | 'update' | 'take' | 'destroy';
  /** What was stored; `unchanged` if nothing was. */
  outcome: 'unchanged' | 'created' | 'updated' | 'rotated' | 'touched' | 'destroyed';
  /** How often another request was faster, so that this one merged its change and tried again. */
  retries: number;
  /** After a rotation, the handle of the session before it. */
  previousSession?: string | undefined;
}

/**
 * The store carries out a command: the messages of `tracing:typed-session:store:*`.
 * @group Events
 */
export interface StoreTrace extends Trace {
  /** The method of the store. */
  readonly operation: 'read' | 'create' | 'update' | 'touch' | 'delete' | 'list' | 'revoke' | 'scan';
}

/**
 * The messages of the tracing channels, by the name of the channel.
 * @group Events
 */
export interface SessionTraces {
  /** A session is loaded. */
  'typed-session:load': LoadTrace;
  /** The changes of a request are stored. */
  'typed-session:commit': CommitTrace;
  /** The store carries out a command. */
  'typed-session:store': StoreTrace;
}

/** One of the channels of a trace. A type of its own: those of Node's types differ between their releases. */
interface TraceChannel<M> {
  readonly name: string;
  publish(message: M): void;
  runStores<T>(message: M, run: () => T): T;
  bindStore<Store>(store: AsyncLocalStorage<Store>, storeOf: (message: M) => Store): void;
  unbindStore<Store>(store: AsyncLocalStorage<Store>): void;
}

/** The channels of a trace, as Node's `tracingChannel()` returns them. */
export interface TraceChannels<M> {
  readonly hasSubscribers: boolean;
  readonly start: TraceChannel<M>;
  readonly end: TraceChannel<M>;
  readonly asyncStart: TraceChannel<M>;
  readonly asyncEnd: TraceChannel<M>;
  readonly error: TraceChannel<M>;
}

function channelsOf<K extends keyof SessionTraces>(name: K): TraceChannels<SessionTraces[K]> {
  return tracingChannel(name) as unknown as TraceChannels<SessionTraces[K]>; // nothing else is published there
}

export const loadTraces = channelsOf('typed-session:load');
export const commitTraces = channelsOf('typed-session:commit');
export const storeTraces = channelsOf('typed-session:store');

/**
 * Runs work, and publishes its messages as `TracingChannel.tracePromise` does, with two differences: the work may turn out to
 * have nothing to wait for, and the result is not published, because it may contain a payload.
 */
export function traced<T, M extends Trace>(channel: TraceChannels<M>, message: M, work: () => Promise<T>): Promise<T>;
export function traced<T, M extends Trace>(
  channel: TraceChannels<M>,
  message: M,
  work: () => Promise<T> | undefined,
): Promise<T> | undefined;
export function traced<T, M extends Trace>(
  channel: TraceChannels<M>,
  message: M,
  work: () => Promise<T> | undefined,
): Promise<T> | undefined {
  const fail = (error: unknown): void => {
    message.error = error;
    channel.error.publish(message);
  };
  return channel.start.runStores(message, () => {
    try {
      const result = work();
      message.isAsync = result !== undefined;
      return result?.then(
        (value) => {
          channel.asyncStart.publish(message);
          channel.asyncEnd.publish(message);
          return value;
        },
        (error: unknown) => {
          fail(error);
          channel.asyncStart.publish(message);
          channel.asyncEnd.publish(message);
          throw error;
        },
      );
    } catch (error) {
      fail(error);
      throw error;
    } finally {
      channel.end.publish(message);
    }
  });
}

/** The opaque handle of the session that is stored under a key. */
export function handleOf(key: string): string {
  return createHash('sha256').update('typed-session handle ').update(key).digest('base64url').slice(0, 16);
}
