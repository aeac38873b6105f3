import type { SessionRecord } from '../stores/store.js';

const DAY = 24 * 60 * 60 * 1000;

/** The end of time, as a `Date` has it: some stores keep deadlines as dates. */
const LATEST = 8.64e15;

/** How long the tombstone of a rotation stays under the old key, in milliseconds. */
export const TOMBSTONE_LIFE = 60 * 1000;

/** The times that were asked for, in milliseconds; what was left out follows from the rest. */
export interface TimeOptions {
  readonly idleTimeout: number | undefined;
  readonly absoluteTimeout: number | undefined;
  readonly touchAfter: number | undefined;
}

/** When sessions end, worked out from the options and the life of a session's cookie. */
export class Deadlines {
  readonly #options: TimeOptions;

  constructor(options: TimeOptions) {
    this.#options = options;
  }

  /** How long a session may lie unused. */
  idle(cookieLife: number | undefined): number {
    return this.#options.idleTimeout ?? cookieLife ?? DAY;
  }

  /** The moment at which a session ends however busy it is. */
  absolute(createdAt: number, cookieLife: number | undefined): number {
    return createdAt + (this.#options.absoluteTimeout ?? Math.max(30 * DAY, this.idle(cookieLife)));
  }

  /** The deadline that a session used at `now` should have. */
  from(now: number, createdAt: number, cookieLife: number | undefined): number {
    return Math.min(now + this.idle(cookieLife), this.absolute(createdAt, cookieLife), LATEST);
  }

  /** How far a deadline must move to be worth a command. */
  touchAfter(cookieLife: number | undefined): number {
    // A cookie that expires before the session must be sent again in its own time.
    return this.#options.touchAfter ?? Math.min(this.idle(cookieLife), cookieLife ?? Infinity) / 10;
  }

  /**
   * When a session was used last, as far as its record says: at its last write, or at the last touch, which only shows
   * in an idle deadline that the absolute one does not cut short.
   */
  lastUse(record: SessionRecord, now: number, cookieLife: number | undefined): number {
    const written = record.usedAt ?? record.createdAt;
    const isCut = record.expiresAt >= this.absolute(record.createdAt, cookieLife);
    return Math.min(now, isCut ? written : Math.max(written, record.expiresAt - this.idle(cookieLife)));
  }

  /** The new deadline, where it lies far enough from the stored one to be worth a command; else `undefined`. */
  moved(record: SessionRecord, now: number, cookieLife: number | undefined): number | undefined {
    const deadline = this.from(now, record.createdAt, cookieLife);
    const touchAfter = this.touchAfter(cookieLife);
    // Also where it comes nearer, because an option was shortened; by less, it is only another machine's clock.
    return Math.abs(deadline - record.expiresAt) >= touchAfter ? deadline : undefined;
  }

  /**
   * The deadline that keeps a session alive whose touch has to wait for another response. If that response has to set the
   * cookie, this deadline is so early that its touch is still due. Nothing if it is not worth a command.
   */
  interim(record: SessionRecord, now: number, cookieLife: number | undefined, setsCookie: boolean): number | undefined {
    const full = this.moved(record, now, cookieLife);
    if (full === undefined || !setsCookie) return full;
    const touchAfter = this.touchAfter(cookieLife);
    const deadline = full - touchAfter;
    if (deadline <= now) return undefined;
    // A client that only streams is not touched each time; but often enough to stay alive if `touchAfter` is long.
    const step = Math.min(touchAfter, (this.idle(cookieLife) - touchAfter) / 2);
    return Math.abs(deadline - record.expiresAt) >= step ? deadline : undefined;
  }

  /** Whether a record is dead at `now`, whatever the store thinks. */
  passed(record: SessionRecord, now: number, cookieLife: number | undefined): boolean {
    return record.expiresAt <= now || this.absolute(record.createdAt, cookieLife) <= now;
  }
}
