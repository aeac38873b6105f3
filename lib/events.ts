import { channel } from 'node:diagnostics_channel';
import type { SessionEnd, SessionError, SessionIssue } from './errors.js';

/** Why a load gave a new session; `found` where it did not. */
export type LoadOutcome =
  | 'found'
  /** The request carried no cookie of ours. */
  | 'none'
  /** No secret had signed the cookie: it is forged, damaged, or its secret was retired. */
  | 'signature'
  /** The store holds nothing under the cookie's id. */
  | 'unknown'
  /** The session's deadline has passed. */
  | 'expired'
  /** The session moved to a new id less than a minute ago, and this request still came with the old one. */
  | 'rotated'
  /** What the store held is not a record. */
  | 'corrupt'
  /** The stored payload does not fit the schema. */
  | 'invalid';

/** What every event says. */
export interface SessionEvent {
  /** The request as the framework gave it. */
  readonly request: object;
}

/** A session was loaded, or a new one begun and why. */
export interface LoadEvent extends SessionEvent {
  /** What came of it. */
  readonly outcome: LoadOutcome;
}

/** A session was stored. */
export interface CommitEvent extends SessionEvent {
  /** Whether it was stored for the first time. */
  readonly created: boolean;
  /** The record's revision from now on. */
  readonly revision: number;
}

/** Another request had changed the session meanwhile. */
export interface ConflictEvent extends SessionEvent {
  /** The fields that both had changed; empty where the changes lay side by side. */
  readonly fields: readonly string[];
}

/** A stored payload did not fit the schema. */
export interface InvalidEvent extends SessionEvent {
  /** The version of the schema that had encoded it. */
  readonly schemaVersion: number;
  /** Where it does not fit: paths and codes. */
  readonly issues: readonly SessionIssue[];
}

/** A stored payload has fields that the schema does not know. They stay in the store, unless `unknownFields` is `'drop'`. */
export interface UnknownFieldsEvent {
  /** Their paths, such as `theme` or `profile.nick`; `[*]` stands for any place in a list and for keys that a client may have chosen. */
  readonly fields: readonly string[];
}

/** A session got a new id. */
export interface RotateEvent extends SessionEvent {
  /** Whether the library did it because the principal changed. */
  readonly principalChanged: boolean;
}

/** A handler has changed the session after it had ended the response, and no later `save()` or `update()` stored that. */
export interface LateChangeEvent extends SessionEvent {
  /** The fields that were changed, however deep inside; `'*'` for a name that the schema does not give. */
  readonly fields: readonly string[];
}

/** Something did not go through. */
export interface ErrorEvent extends SessionEvent {
  /** What went wrong; as everywhere, without ids and values. */
  readonly error: SessionError | Error;
  /**
   * What became of the request's change: `refused` (an error response went out), `dropped` (lost knowingly, or too
   * late for an error response), `withheld` (no cookie could carry the session, so it was not stored), `untouched` (there
   * was none: only the idle deadline was not extended, and the response went out).
   */
  readonly consequence: 'refused' | 'dropped' | 'withheld' | 'untouched';
  /** How the session had ended, where that is why. */
  readonly ended?: SessionEnd | undefined;
}

/**
 * The library's events, on channels of `node:diagnostics_channel`. None says a session id or a value of the payload.
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
 */
export interface SessionEvents {
  /** A session was loaded, or a new one begun. */
  'typed-session:load': LoadEvent;
  /** A session was stored. */
  'typed-session:commit': CommitEvent;
  /** A deadline was pushed out. */
  'typed-session:touch': SessionEvent;
  /** Two requests had changed one session. */
  'typed-session:conflict': ConflictEvent;
  /** A stored payload did not fit the schema. */
  'typed-session:invalid': InvalidEvent;
  /** Stored fields that the schema does not know: once for each set of fields that a middleware meets. */
  'typed-session:unknown-fields': UnknownFieldsEvent;
  /** A session got a new id. */
  'typed-session:rotate': RotateEvent;
  /** A session was ended. */
  'typed-session:destroy': SessionEvent;
  /** A change came after the end of the response, and is lost. */
  'typed-session:late-change': LateChangeEvent;
  /** Something did not go through. */
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

/** Whether anybody listens to an event: what it says need not be found out otherwise. */
export function isObserved(name: keyof typeof channels): boolean {
  return channels[name].hasSubscribers;
}

/** Publishes an event; costs next to nothing where nobody listens. */
export function emit<K extends keyof typeof channels>(name: K, event: SessionEvents[`typed-session:${K}`]): void {
  const to = channels[name];
  if (to.hasSubscribers) to.publish(event);
}
