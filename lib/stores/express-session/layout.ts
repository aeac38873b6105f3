import { createHash } from 'node:crypto';
import type { SessionRecord } from '../store.js';

/**
 * What a record holds besides the payload and the cookie. It lies in the stored cookie, under our name: express-session
 * reads over it there and drops it when it writes, which is how we see that it wrote.
 */
interface About {
  readonly revision: number;
  readonly schemaVersion: number;
  readonly createdAt: number;
  readonly cookieMaxAge?: number | null | undefined;
  readonly principal?: string | undefined;
  readonly rotatedTo?: string | null | undefined;
  readonly mirroredUntil?: number | undefined;
  readonly stamp?: string | undefined;
}

/** How long a session of unknown deadline is taken to live, in milliseconds: long enough to be touched. */
const UNKNOWN_LIFE = 60_000;

/** The cookie of a stored session. Stores take its deadline from `expires` or `maxAge`; JSON has what express-session's has. */
class StoredCookie {
  readonly originalMaxAge: number | null;
  readonly expires: Date;
  readonly #about: About;

  constructor(originalMaxAge: number | null, expiresAt: number, attributes: object, about: About) {
    this.originalMaxAge = originalMaxAge;
    this.expires = new Date(expiresAt);
    Object.assign(this, attributes);
    this.#about = about;
  }

  get maxAge(): number {
    return this.expires.getTime() - Date.now();
  }

  toJSON(): object {
    return { ...this, typedSession: this.#about };
  }
}

/** A record as express-session's stores take it: `{ ...data, cookie }`. */
export function toStoredSession(record: SessionRecord): object {
  const { data, cookie, expiresAt, ...about } = record;
  const payload = data === '' ? {} : (JSON.parse(data) as object); // an encoded payload is an object
  const { originalMaxAge = null, ...attributes } = cookie ?? {};
  return { ...payload, cookie: new StoredCookie(originalMaxAge, expiresAt, attributes, about) };
}

/**
 * The record of a stored session, ours or one that express-session wrote.
 * @param keepsTime - whether the store ends sessions itself, so that one it returned is alive whatever is written there
 * @param touchedUntil - a deadline that was pushed out since the session was written
 */
export function fromStoredSession(
  found: unknown,
  now: number,
  keepsTime: boolean,
  touchedUntil: number | undefined,
): SessionRecord {
  if (typeof found !== 'object' || found === null) {
    return { data: '', revision: 0, schemaVersion: 0, createdAt: now, expiresAt: now + UNKNOWN_LIFE };
  }
  const { cookie, ...payload } = found as { readonly cookie?: unknown; readonly [field: string]: unknown }; // any object can be asked
  const stored = (typeof cookie === 'object' && cookie !== null ? cookie : {}) as Readonly<Record<string, unknown>>; // the same
  const data = JSON.stringify(payload);
  const about = aboutOf(stored['typedSession']);
  const written = momentOf(stored['expires']);
  const known = Math.max(written ?? now + UNKNOWN_LIFE, touchedUntil ?? 0);
  const { originalMaxAge } = stored;
  const attributes = Object.entries(stored).filter(([name]) => name !== 'typedSession' && name !== 'expires');
  return {
    data: about?.rotatedTo === undefined ? data : '',
    revision: about?.revision ?? revisionOf(data),
    schemaVersion: about?.schemaVersion ?? 0,
    createdAt: about?.createdAt ?? now,
    expiresAt: keepsTime && known <= now ? now + UNKNOWN_LIFE : known,
    cookieMaxAge:
      about === undefined
        ? typeof originalMaxAge === 'number' || originalMaxAge === null
          ? originalMaxAge
          : undefined
        : about.cookieMaxAge,
    principal: about?.principal,
    rotatedTo: about?.rotatedTo,
    mirroredUntil: about?.mirroredUntil,
    stamp: about?.stamp,
    cookie: Object.fromEntries(attributes),
  };
}

/** A revision for what carries none: another content, another number. Below 2^48, so that one can be added to it. */
function revisionOf(data: string): number {
  return createHash('sha256').update(data).digest().readUIntBE(0, 6);
}

function momentOf(expires: unknown): number | undefined {
  const moment =
    expires instanceof Date ? expires.getTime() : typeof expires === 'string' ? Date.parse(expires) : Number.NaN;
  return Number.isNaN(moment) ? undefined : moment;
}

function aboutOf(value: unknown): About | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const about = value as Readonly<Record<keyof About, unknown>>; // only its fields' types are asked for below
  const { revision, schemaVersion, createdAt, cookieMaxAge, principal, rotatedTo, mirroredUntil, stamp } = about;
  const fits =
    Number.isSafeInteger(revision) &&
    Number.isSafeInteger(schemaVersion) &&
    Number.isSafeInteger(createdAt) &&
    (cookieMaxAge == null || typeof cookieMaxAge === 'number') &&
    (principal === undefined || typeof principal === 'string') &&
    (rotatedTo == null || typeof rotatedTo === 'string') &&
    (mirroredUntil === undefined || typeof mirroredUntil === 'number') &&
    (stamp === undefined || typeof stamp === 'string');
  return fits ? (value as About) : undefined; // every field was looked at
}
