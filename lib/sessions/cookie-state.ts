import type { CookieAttributes } from '../cookie/cookie-options.js';
import { SessionCookie } from '../cookie/session-cookie.js';
import type { SessionState } from './state.js';

/** What the response does to the cookie. */
export type CookieFate = 'keep' | 'set' | 'clear';

/** A request's cookie that led to a live session. */
interface ArrivedCookie {
  /** The cookie's name, if it is not the first one. */
  readonly oldName: string | undefined;
  /** It was signed by an older secret, or has an older name, so it must be sent again. */
  readonly isOutdated: boolean;
}

/** The cookie of one request's session: the one that arrived, its life, and what the response does to it. */
export class CookieState {
  readonly attributes: CookieAttributes;
  readonly #state: SessionState;
  #arrived: ArrivedCookie | undefined;
  #fate: CookieFate = 'keep';
  #visible: SessionCookie | undefined;

  /** @param attributes - the cookie's attributes for this request */
  constructor(attributes: CookieAttributes, state: SessionState) {
    this.attributes = attributes;
    this.#state = state;
  }

  /** `req.session.cookie`. */
  get visible(): SessionCookie {
    return (this.#visible ??= new SessionCookie(
      this.attributes,
      this.#state.isNew ? undefined : this.#state.stored?.record.cookieMaxAge,
    ));
  }

  /** The cookie's lifetime in milliseconds. */
  get life(): number | undefined {
    if (this.#visible === undefined && this.#state.stored?.record.cookieMaxAge === undefined) {
      const { expires, maxAge } = this.attributes;
      if (expires === undefined) return maxAge;
    }
    return this.visible.maxAge;
  }

  /** Whether `req.session.cookie` has a lifetime of its own that is not stored yet. */
  get isChanged(): boolean {
    return this.#visible !== undefined && this.#visible.ownMaxAge !== this.#state.stored?.record.cookieMaxAge;
  }

  /** Drops a lifetime that an earlier request set. One that this request has set stays. */
  forgetLife(): void {
    if (this.#visible !== undefined) this.#visible.forget();
    else if (this.#state.stored?.record.cookieMaxAge !== undefined) {
      this.#visible = new SessionCookie(this.attributes, undefined);
    }
  }

  /** Drops the lifetime that this request set. */
  reset(): void {
    this.#visible = undefined;
  }

  /** The request's cookie led to a live session. */
  arrive(cookie: ArrivedCookie): void {
    this.#arrived = cookie;
  }

  /** The session that the request's cookie led to is not used. */
  disregard(): void {
    this.reset();
    this.#isSent();
  }

  /** Whether the cookie has to be sent again, whatever happens to the session. */
  get isOutdated(): boolean {
    return this.#arrived?.isOutdated === true;
  }

  #isSent(): void {
    if (this.#arrived !== undefined) this.#arrived = { ...this.#arrived, isOutdated: false };
  }

  /** The response sets the cookie. */
  set(): void {
    this.#fate = 'set';
    this.#isSent();
  }

  /** The response clears the cookie. */
  clear(): void {
    this.#fate = 'clear';
  }

  /** Whether the client has the cookie of one of our sessions, or is about to get it. */
  get isKnown(): boolean {
    return this.#arrived !== undefined || this.#fate === 'set';
  }

  /** Undoes {@link clear}, because the session continues. */
  cancelClear(): void {
    if (this.#fate === 'clear') this.#fate = 'keep';
  }

  /** A commit failed. A session that is not stored gets no cookie; one that was stored under a new id still gets its cookie. */
  rollBack(): void {
    if (this.#fate === 'set' && this.#state.stored === undefined) this.#fate = 'keep';
    this.reset();
  }

  /** What the response must do to the cookie; `'keep'` from the second call on. */
  takeFate(): CookieFate {
    const fate = this.#fate;
    this.#fate = 'keep';
    return fate;
  }

  /**
   * The older name whose cookie must be cleared when the cookie is set under the first name; `undefined` from the second call
   * on.
   */
  takeOldName(): string | undefined {
    const oldName = this.#arrived?.oldName;
    if (oldName !== undefined) this.#arrived = { oldName: undefined, isOutdated: this.isOutdated };
    return oldName;
  }
}
