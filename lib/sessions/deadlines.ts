import type { SessionRecord } from '../stores/store-contract.js';

const DAY = 24 * 60 * 60 * 1000;

/** The latest time that a `Date` can hold, because some stores keep deadlines as dates. */
const LATEST = 8.64e15;

/** How long the tombstone of a rotation stays under the old key, in milliseconds. */
export const TOMBSTONE_LIFE = 60 * 1000;

/** The times that the app has configured, in milliseconds. The defaults of the others are derived from them. */
export interface TimeOptions {
  readonly idleTimeout: number | undefined;
  readonly absoluteTimeout: number | undefined;
  readonly touchAfter: number | undefined;
}

/** Calculates when sessions end, from the options and the lifetime of a session's cookie. */
export class Deadlines {
  readonly #options: TimeOptions;

  constructor(options: TimeOptions) {
    this.#options = options;
  }

  /** How long a session may stay unused before it expires. */
  idle(cookieLife: number | undefined): number {
    return this.#options.idleTimeout ?? cookieLife ?? DAY;
  }

  /** When a session ends, however often it is used. */
  absolute(createdAt: number, cookieLife: number | undefined): number {
    return createdAt + (this.#options.absoluteTimeout ?? Math.max(30 * DAY, this.idle(cookieLife)));
  }

  /** The deadline of a session that is used at `now`. */
  from(now: number, createdAt: number, cookieLife: number | undefined): number {
    return Math.min(now + this.idle(cookieLife), this.absolute(createdAt, cookieLife), LATEST);
  }

  /** How far a deadline must move before it is worth a store command. */
  touchAfter(cookieLife: number | undefined): number {
    // If the cookie expires before the session, touches follow the lifetime of the cookie.
    return this.#options.touchAfter ?? Math.min(this.idle(cookieLife), cookieLife ?? Infinity) / 10;
  }

  /**
   * When a session was last used, according to its record: at its last write or its last touch. A touch only shows in an idle
   * deadline that the absolute deadline does not cut short.
   */
  lastUse(record: SessionRecord, now: number, cookieLife: number | undefined): number {
    const written = record.usedAt ?? record.createdAt;
    const isCut = record.expiresAt >= this.absolute(record.createdAt, cookieLife);
    return Math.min(now, isCut ? written : Math.max(written, record.expiresAt - this.idle(cookieLife)));
  }

  /** The new deadline if it differs enough from the stored one to be worth a command; otherwise `undefined`. */
  moved(record: SessionRecord, now: number, cookieLife: number | undefined): number | undefined {
    const deadline = this.from(now, record.createdAt, cookieLife);
    const touchAfter = this.touchAfter(cookieLife);
    // A deadline also moves to an earlier time, because an option was shortened. A smaller difference is only clock skew.
    return Math.abs(deadline - record.expiresAt) >= touchAfter ? deadline : undefined;
  }

  /**
   * The deadline that keeps a session alive if its touch has to wait for another response. If that response must set the
   * cookie, this deadline is early enough that the touch is still due then. `undefined` if it is not worth a command.
   */
  interim(record: SessionRecord, now: number, cookieLife: number | undefined, setsCookie: boolean): number | undefined {
    const full = this.moved(record, now, cookieLife);
    if (full === undefined || !setsCookie) return full;
    const touchAfter = this.touchAfter(cookieLife);
    const deadline = full - touchAfter;
    if (deadline <= now) return undefined;
    // A client that only streams is not touched for every response, but often enough to stay alive if `touchAfter` is long.
    const step = Math.min(touchAfter, (this.idle(cookieLife) - touchAfter) / 2);
    return Math.abs(deadline - record.expiresAt) >= step ? deadline : undefined;
  }

  /** Whether a record has expired at `now`, even if the store still returns it. */
  passed(record: SessionRecord, now: number, cookieLife: number | undefined): boolean {
    return record.expiresAt <= now || this.absolute(record.createdAt, cookieLife) <= now;
  }
}
