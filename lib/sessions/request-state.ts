import type { CookieAttributes } from '../cookie/options.js';
import { SessionCookie } from '../cookie/session-cookie.js';
import type { SessionEnd } from '../errors.js';
import type { Tree } from '../schema/codec.js';
import type { SessionSchema } from '../schema/types.js';
import type { Settings } from './settings.js';
import type { Stored } from './stored.js';
import type { Transport } from './transport.js';

/** What is known about one request's session besides its payload, and what is still to be done. */
export class RequestState<S extends SessionSchema> {
  readonly settings: Settings<S>;
  /** The cookie's attributes for this request. */
  readonly attributes: CookieAttributes;
  readonly transport: Transport;
  readonly request: object;

  /** Whether the store was asked, or need not be. */
  loaded = false;
  /** The load under way. */
  loading: Promise<void> | undefined;
  /** What the store failed with: an error handler that looks at the session gets the same again. */
  loadError: Error | undefined;
  /** The record that this session is stored as; `undefined` for a new one. */
  stored: Stored | undefined;
  /** The session is to leave `stored` for a new id at the next commit: with its payload, or with a fresh one. */
  move: 'rotate' | 'regenerate' | undefined;
  /** A `save()` has failed to make the move: it is tried again with the next change, and not by a response without one. */
  moveWaits = false;
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
  /** The change that the last commit has looked at, stored or not. */
  considered: Tree | undefined;
  /** What a response below 400 does to the session. */
  onSuccess: 'rotate' | 'destroy' | undefined;
  /** The deadline is to be pushed out at the commit, however little it has moved. */
  touchDue = false;
  /** What the response does to the cookie. */
  cookieFate: 'keep' | 'set' | 'clear' = 'keep';
  /** The name of the request's cookie, if it is not the first one: cleared when the cookie is set under the first. */
  oldName: string | undefined;
  /** The request's cookie was signed by an older secret, or has an older name: it is to be set again. */
  signedByOldSecret = false;
  /** Whether the request's cookie named a session that the store knew. */
  cookieArrived = false;
  /** The payload as it is stored, to compare with and to merge from. */
  base: Tree = {};
  /** How often this request has stored the session. */
  commits = 0;
  /** Whether `base` is just what encoding the stored payload gives; a payload of an older shape may differ. */
  baseIsExact = false;

  #id: string | undefined;
  #cookie: SessionCookie | undefined;
  #last: Promise<unknown> | undefined;

  constructor(settings: Settings<S>, attributes: CookieAttributes, transport: Transport) {
    this.settings = settings;
    this.attributes = attributes;
    this.transport = transport;
    this.request = transport.request;
  }

  /** The session's id; a new session gets one as soon as somebody asks. */
  get id(): string {
    return (this.#id ??= this.newId());
  }

  set id(id: string | undefined) {
    this.#id = id;
  }

  /** The session's id, if it has one already. */
  get idSoFar(): string | undefined {
    return this.#id;
  }

  newId(): string {
    return this.settings.newId(this.request);
  }

  /** Whether the request came with an id that a rotation has ended. */
  get isRotatedAway(): boolean {
    return this.ended === 'rotated' && this.successor !== undefined;
  }

  /** A login that was sent twice: the second one came with the id that the first one has ended, and begins a session of its own. */
  beginAnew(): void {
    if (!this.isRotatedAway) return;
    this.ended = undefined;
    this.successor = undefined;
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

  /** Forgets what this request did to the cookie. */
  protected cookieAsStored(): void {
    this.#cookie = undefined;
  }

  /** A life that an earlier request gave the cookie ends here; one that this request has set stays. */
  forgetMaxAge(): void {
    if (this.#cookie !== undefined) this.#cookie.forget();
    else if (this.stored?.record.cookieMaxAge !== undefined) {
      this.#cookie = new SessionCookie(this.attributes, undefined);
    }
  }

  /** Runs one piece of work with the store after the other, so that a `save()` nobody awaited cannot overtake the commit. */
  serialize<T>(work: () => Promise<T>): Promise<T> {
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
