import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { SessionEnd, SessionError, SessionIssue } from './errors.js';

/**
 * Why a load returned a new session; `found` if it did not.
 *
 * @group Events
 */
export type LoadOutcome =
  | 'found'
  /** The request had no cookie with the session's name. */
  | 'none'
  /** No secret has signed the cookie: it is forged or damaged, or its secret was removed. */
  | 'signature'
  /** The store has no record for the cookie's id. */
  | 'unknown'
  /** The session's deadline has passed. */
  | 'expired'
  /** The session got a new id less than a minute ago, and this request still has the old one. */
  | 'rotated'
  /** The store returned something that is not a record. */
  | 'corrupt'
  /** The stored payload does not fit the schema. */
  | 'invalid';

/**
 * What every event contains, except {@link UnknownFieldsEvent}.
 *
 * @group Events
 */
export interface SessionEvent {
  /** The request, as the host passed it in. */
  readonly request: object;
  /** The name of the middleware: the name of its cookie. Errors that the response gate reports have none. */
  readonly middleware?: string | undefined;
  /**
   * An opaque handle of the session. It is the same in all events and traces of one session id, and no cookie can be made from
   * it. `undefined` if the session is not stored.
   */
  readonly session?: string | undefined;
}

/**
 * A session was loaded, or a new one was begun.
 *
 * @group Events
 */
export interface LoadEvent extends SessionEvent {
  /** Whether a session was found, or why not. */
  readonly outcome: LoadOutcome;
}

/**
 * A session was stored.
 *
 * @group Events
 */
export interface CommitEvent extends SessionEvent {
  /** Whether it was stored for the first time. */
  readonly created: boolean;
  /** The record's revision from now on. */
  readonly revision: number;
}

/**
 * Another request changed the session at the same time.
 *
 * @group Events
 */
export interface ConflictEvent extends SessionEvent {
  /** The fields that both requests changed; empty if they changed different fields. */
  readonly fields: readonly string[];
}

/**
 * A stored payload does not fit the schema.
 *
 * @group Events
 */
export interface InvalidEvent extends SessionEvent {
  /** The version of the schema that encoded it. */
  readonly schemaVersion: number;
  /** Where it does not fit: paths and codes. */
  readonly issues: readonly SessionIssue[];
}

/**
 * A stored payload has fields that the schema does not know. They stay in the store, unless `unknownFields` is `'drop'`.
 * The event does not name a request, because it is published once for each set of fields.
 *
 * @group Events
 */
export interface UnknownFieldsEvent {
  /** Their paths, such as `theme` or `profile.nick`; `[*]` replaces any position in a list, and keys that a client may have chosen. */
  readonly fields: readonly string[];
}

/**
 * A session got a new id.
 *
 * @group Events
 */
export interface RotateEvent extends SessionEvent {
  /** Whether the cause was a change of the principal. */
  readonly principalChanged: boolean;
}

/**
 * Express and bare Node servers only: a handler changed the session after it had ended the response, and no later `save()`
 * or `update()` stored the change.
 *
 * @group Events
 */
export interface LateChangeEvent extends SessionEvent {
  /** The fields that were changed, however deep inside; `'*'` for a name that the schema does not give. */
  readonly fields: readonly string[];
}

/**
 * Something failed.
 *
 * @group Events
 */
export interface ErrorEvent extends SessionEvent {
  /** What failed. Its message contains no ids and no values. */
  readonly error: SessionError | Error;
  /**
   * What the error meant for the request:
   *
   * - `refused`: the commit failed, and its response was not sent. On Express, the app's error handlers respond. On the
   *   fetch API, `handle()` responds to a 409 and rejects with any other error.
   * - `dropped`: the change is lost, because `onEnded` is `'drop'` or because it was too late for an error response.
   * - `withheld`: no cookie could carry the session, so it was not stored.
   * - `untouched`: only the idle deadline was not extended. The response was sent.
   */
  readonly consequence: 'refused' | 'dropped' | 'withheld' | 'untouched';
  /** How the session had ended, if that is the cause. */
  readonly ended?: SessionEnd | undefined;
}

/**
 * The library's events, on channels of `node:diagnostics_channel`. None contains a session id or a value of the payload.
 *
 * @example
 * ```ts
 * import { subscribe } from 'node:diagnostics_channel';
 * import type { SessionEvents } from 'typed-session';
 *
 * subscribe('typed-session:load', (message) => {
 *   const { outcome } = message as SessionEvents['typed-session:load'];
 *   if (outcome === 'signature') console.warn('a session cookie with a wrong signature');
 * });
 * ```
 * @group Events
 */
export interface SessionEvents {
  /** A session was loaded, or a new one was begun. */
  'typed-session:load': LoadEvent;
  /** A session was stored. */
  'typed-session:commit': CommitEvent;
  /** A deadline was extended. */
  'typed-session:touch': SessionEvent;
  /** Two requests have changed one session. */
  'typed-session:conflict': ConflictEvent;
  /** A stored payload does not fit the schema. */
  'typed-session:invalid': InvalidEvent;
  /** The schema does not know some stored fields: once for each set of fields that a middleware finds. */
  'typed-session:unknown-fields': UnknownFieldsEvent;
  /** A session got a new id. */
  'typed-session:rotate': RotateEvent;
  /** A session was destroyed. */
  'typed-session:destroy': SessionEvent;
  /** A change came after the end of the response and is lost. Not on the fetch API. */
  'typed-session:late-change': LateChangeEvent;
  /** Something failed. */
  'typed-session:error': ErrorEvent;
}

const channels = {
  load: channel('typed-session:load'),
  commit: channel('typed-session:commit'),
  touch: channel('typed-session:touch'),
  conflict: channel('typed-session:conflict'),
  invalid: channel('typed-session:invalid'),
  'unknown-fields': channel('typed-session:unknown-fields'),
  rotate: channel('typed-session:rotate'),
  destroy: channel('typed-session:destroy'),
  'late-change': channel('typed-session:late-change'),
  error: channel('typed-session:error'),
};

/** Whether an event has subscribers. If not, its content does not have to be computed. */
export function isObserved(name: keyof typeof channels): boolean {
  return channels[name].hasSubscribers;
}

/** Publishes an event. It costs almost nothing if there are no subscribers. */
export function emit<K extends keyof typeof channels>(name: K, event: SessionEvents[`typed-session:${K}`]): void {
  const to = channels[name];
  if (to.hasSubscribers) to.publish(event);
}

/**
 * Subscribes to an event, with the type of its content. It is `subscribe` of `node:diagnostics_channel` without a cast.
 *
 * @param name - the name of the event's channel
 * @param handler - called synchronously with each event. If it throws, Node reports an uncaught exception: do not throw.
 * @returns a function that ends the subscription
 * @group Events
 * @example
 * ```ts
 * import { on } from 'typed-session';
 *
 * const stop = on('typed-session:load', ({ outcome, middleware }) => {
 *   if (outcome === 'signature') console.warn(`a cookie ${middleware ?? ''} with a wrong signature`);
 * });
 * stop();
 * ```
 */
export function on<K extends keyof SessionEvents>(name: K, handler: (event: SessionEvents[K]) => void): () => void {
  const listener = (message: unknown): void => {
    handler(message as SessionEvents[K]); // emit() publishes nothing else on this channel
  };
  subscribe(name, listener);
  return () => void unsubscribe(name, listener);
}
