import type { CookieAttributes } from '../cookie/options.js';
import { SessionCookie } from '../cookie/session-cookie.js';
import { SessionNotLoadedError, type SessionEnd } from '../errors.js';
import { emit, type LoadOutcome } from '../events.js';
import type { Tree } from '../schema/codec.js';
import type { Source } from '../schema/stored-text.js';
import type { Payload, SessionSchema } from '../schema/types.js';
import type { SessionRecord } from '../stores/store.js';
import { freeze, replaceFields } from './fields.js';
import { decodeInvalid } from './invalid.js';
import type { Settings } from './settings.js';
import { SessionObject } from './session.js';

/** Where the session is stored, and what the store holds there as far as this request knows. */
export interface Stored {
  readonly id: string;
  readonly key: string;
  readonly record: SessionRecord;
  /** What its text said; `undefined` while nobody has looked. */
  readonly source?: Source | undefined;
}

/**
 * One request's session: what was loaded, what the handler made of it, and what is to be done before the response.
 * A face (Express, or another) says how to read the request and how to reach the response, and calls `commit` before
 * the first byte of it.
 */
export abstract class RequestSession<S extends SessionSchema> {
  readonly settings: Settings<S>;
  /** The cookie's attributes for this request. */
  readonly attributes: CookieAttributes;
  readonly request: object;

  /** Whether the store was asked, or need not be. */
  loaded = false;
  /** The load under way. */
  loading: Promise<void> | undefined;
  /** What the store failed with: an error handler that looks at the session gets the same again. */
  loadError: Error | undefined;
  outcome: LoadOutcome = 'none';
  /** The record that this session is stored as; `undefined` for a new one. */
  stored: Stored | undefined;
  /** The session is to leave `stored` for a new id at the next commit: with its payload, or with a fresh one. */
  move: 'rotate' | 'regenerate' | undefined;
  /** The session ended: nothing is stored any more, and no cookie set. */
  ended: SessionEnd | undefined;
  /** Where the request came with an id that was rotated away: the successor's key, `null` where it must not be known. */
  successor: string | null | undefined;
  /** A change of the payload that no commit has stored yet is to be stored even where it is none: `save()` on a new session. */
  saveNew = false;
  /** The payload is a whole that must not be merged with another: `become()`. */
  replaced = false;
  /** The function of an `update()` runs, as far as it does so without waiting. */
  inChange = false;
  /** What a response below 400 does to the session. */
  onSuccess: 'rotate' | 'destroy' | undefined;
  /** The deadline is to be pushed out at the commit, however little it has moved. */
  touchDue = false;
  /** The response must set the cookie. */
  cookieDue = false;
  /** The response must clear the cookie. */
  clearDue = false;
  /** The name of the request's cookie, if it is not the first one: cleared when the cookie is set under the first. */
  oldName: string | undefined;
  /** The request's cookie was signed by an older secret, or has an older name: it is to be set again. */
  signedByOldSecret = false;
  /** Whether the request's cookie named a session that the store knew. */
  cookieArrived = false;
  /** The payload as it is stored, to compare with and to merge from. */
  base: Tree = {};
  /** Whether `base` is just what encoding the stored payload gives; a payload of an older shape may differ. */
  baseIsExact = false;

  #id: string | undefined;
  #session: SessionObject<S> | undefined;
  #cookie: SessionCookie | undefined;
  #handedOut = false;
  #isReadonly = false;
  #last: Promise<unknown> | undefined;

  constructor(settings: Settings<S>, attributes: CookieAttributes, request: object) {
    this.settings = settings;
    this.attributes = attributes;
    this.request = request;
  }

  /** The request's Cookie header. */
  abstract cookieHeader(): string | undefined;
  /** Whether the request came over TLS, as far as the app trusts what says so. */
  abstract isSecure(): boolean;
  /** Whether it is too late to set a cookie. */
  abstract headersSent(): boolean;
  /** Whether shared caches may keep the response, by the headers that it has now. */
  abstract isCacheable(): boolean;
  /** Adds a Set-Cookie header to the response, and keeps it out of shared caches. */
  abstract addCookie(header: string): void;
  /** Whether the handler has put the session away: `req.session = null`. */
  abstract isPutAway(): boolean;

  /** The session's id; a new session gets one as soon as somebody asks. */
  get id(): string {
    return (this.#id ??= this.newId());
  }

  set id(id: string | undefined) {
    this.#id = id;
  }

  newId(): string {
    return this.settings.newId(this.request);
  }

  get isNew(): boolean {
    return this.stored === undefined || this.move === 'regenerate';
  }

  get cookie(): SessionCookie {
    return (this.#cookie ??= new SessionCookie(
      this.attributes,
      this.isNew ? undefined : this.stored?.record.cookieMaxAge,
    ));
  }

  /** The life of the session's cookie in milliseconds. */
  get cookieLife(): number | undefined {
    if (this.#cookie === undefined && this.stored?.record.cookieMaxAge === undefined) {
      const { expires, maxAge } = this.attributes;
      if (expires === undefined) return maxAge;
    }
    return this.cookie.maxAge;
  }

  /** Whether `req.session.cookie` was given a life of its own that is not stored yet. */
  get cookieChanged(): boolean {
    return this.#cookie !== undefined && this.#cookie.ownMaxAge !== this.stored?.record.cookieMaxAge;
  }

  /** The session as the handler sees it; decoded and validated at the first look. */
  get session(): SessionObject<S> {
    this.#handedOut = true;
    return (this.#session ??= this.#look());
  }

  /** The session for one who changes nothing: a guard, or ourselves. */
  peek(): SessionObject<S> {
    return (this.#session ??= this.#look());
  }

  /** From here on the session is only read: what was changed before is committed, and nothing else. */
  makeReadonly(): void {
    this.#isReadonly = this.changes() === undefined;
    if (process.env['NODE_ENV'] !== 'production') freeze(this.peek());
  }

  /** The session as a bag of fields. */
  get fields(): Record<string, unknown> {
    return this.session as unknown as Record<string, unknown>; // any field of any object can be asked for and set
  }

  /** Whether anybody could have changed the session: what nobody saw, nobody changed. */
  get seen(): boolean {
    return this.#handedOut && !this.#isReadonly;
  }

  /** The payload as the handler left it. */
  get payload(): Payload<S> {
    return { ...this.session } as Payload<S>; // its own enumerable properties are the payload and nothing else
  }

  #look(): SessionObject<S> {
    if (!this.loaded) {
      if (this.loadError !== undefined) throw this.loadError;
      throw new SessionNotLoadedError(
        "The session is not loaded yet: under load: 'demand' put a guard or a decorator before the handler, or await sessions.load(req).",
      );
    }
    const payload = this.#decodeStored() ?? this.#begin();
    const session = new SessionObject<S>(this);
    replaceFields(session, payload);
    return session;
  }

  #decodeStored(): Payload<S> | undefined {
    if (this.stored === undefined) return undefined;
    const { record } = this.stored;
    const read = this.settings.text.read(record.data, record.schemaVersion);
    const found = read.ok ? read : decodeInvalid(this.settings, this.request, read, record.schemaVersion);
    if (found === undefined) {
      this.startAnew(!read.ok && read.tree === undefined ? 'corrupt' : 'invalid');
      return undefined;
    }
    const { source, payload } = found;
    this.baseIsExact = source.isResolved;
    this.base = source.isResolved ? source.known : source.tree;
    this.stored = { ...this.stored, source };
    return payload;
  }

  #begin(): Payload<S> {
    const payload = this.settings.codec.initial();
    this.base = this.settings.codec.snapshot(payload);
    this.baseIsExact = true;
    return payload;
  }

  /** Lets go of whatever the cookie named: the session is a new one, with an id of its own. */
  startAnew(outcome: LoadOutcome): void {
    this.loaded = true;
    this.outcome = outcome;
    this.stored = undefined;
    this.#id = undefined;
    this.#cookie = undefined;
    this.signedByOldSecret = false;
    emit('load', { request: this.request, outcome });
  }

  /** Another object in the place of the handler's, which is left to him. */
  newObject(): void {
    this.#session = new SessionObject<S>(this);
  }

  /** A fresh payload under a new id, from here on; what was stored is left at the next commit. */
  startFresh(): void {
    this.ended = undefined;
    this.successor = undefined;
    this.clearDue = false;
    this.replaced = false;
    this.move = this.stored === undefined ? undefined : 'regenerate';
    this.#id = this.newId();
    this.reset();
  }

  /** The payload of a new session in the place of the handler's. */
  reset(): void {
    this.#cookie = undefined;
    this.replace(this.#begin());
  }

  /** Another payload in the place of the handler's, in the object that the handler holds. */
  replace(payload: object): void {
    if (Object.isFrozen(this.session)) this.newObject(); // the one that was handed out to be read
    replaceFields(this.session, payload);
  }

  /**
   * The encoded payload if the handler changed it, else `undefined`.
   * @throws SessionValidationError where the changed payload does not fit the schema
   */
  changes(): Tree | undefined {
    if (!this.seen) return undefined;
    const { codec } = this.settings;
    const payload = this.payload;
    const current = codec.comparable(payload);
    if (codec.same(current, this.base)) return undefined;
    if (codec.same(current, this.exactBase())) return undefined;
    const tree = codec.encode(payload);
    return codec.same(tree, this.base) ? undefined : tree;
  }

  /** `base` as encoding it would give it: defaults filled in, unknown fields gone. */
  exactBase(): Tree {
    this.peek();
    if (!this.baseIsExact) {
      this.base = this.stored?.source?.known ?? this.base; // it is not exact only while it is what was loaded
      this.baseIsExact = true;
    }
    return this.base;
  }

  /** After a failed commit: the payload is as it was loaded, so that the error handler's answer cannot fail the same way. */
  rollBack(): void {
    if (this.move === 'regenerate') this.stored = undefined;
    this.move = undefined;
    this.#id = this.stored?.id;
    this.saveNew = false;
    this.replaced = false;
    this.cookieDue &&= this.stored !== undefined; // where the session moved, the old cookie is worth nothing any more
    this.#cookie = undefined;
    // Not before somebody looks again: a schema that goes by the time may refuse by then what it took.
    this.#session = undefined;
    this.#handedOut = false;
  }

  /** Runs one piece of work with the store after the other, so that a `save()` nobody awaited cannot overtake the commit. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last === undefined ? work() : this.#last.then(work, work);
    this.#last = result;
    const done = (): void => {
      if (this.#last === result) this.#last = undefined;
    };
    result.then(done, done);
    return result;
  }

  /** Whether work with the store is under way. */
  get busy(): boolean {
    return this.#last !== undefined;
  }
}
