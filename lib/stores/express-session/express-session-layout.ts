import { createHash } from 'node:crypto';
import { isDate } from '../../realms.js';
import { hasRecordFields, recordFields, type RecordFields } from '../record-fields.js';
import type { SessionRecord } from '../store-contract.js';

/**
 * What a record holds besides the payload and the cookie. It lies in the stored cookie, under our name: express-session
 * reads over it there and drops it when it writes, which is how we see that it wrote.
 */
interface About extends RecordFields {
  readonly revision: number;
}

/** How long a session of unknown deadline is taken to live, in milliseconds: long enough to be touched. */
const UNKNOWN_LIFE = 60_000;

/** The last moment that a `Date` can hold, in milliseconds. */
const LATEST = 8.64e15;

/** The cookie of a stored session. Stores take its deadline from `expires` or `maxAge`; JSON has what express-session's has. */
class StoredCookie {
  readonly originalMaxAge: number | null;
  readonly expires: Date;
  readonly #about: About;

  constructor(originalMaxAge: number | null, expiresAt: number, attributes: object, about: About) {
    Object.assign(this, attributes); // first: what this class has itself is not theirs to set
    this.originalMaxAge = originalMaxAge;
    this.expires = new Date(expiresAt);
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
  const stored: object = typeof cookie === 'object' && cookie !== null ? cookie : {};
  const data = JSON.stringify(payload);
  const about = aboutOf(valueOf(stored, 'typedSession'));
  const written = momentOf(valueOf(stored, 'expires')) ?? momentOf(valueOf(stored, '_expires'));
  const known = Math.max(written ?? now + UNKNOWN_LIFE, touchedUntil ?? 0);
  const originalMaxAge = lifeOf(valueOf(stored, 'originalMaxAge'));
  const attributes = attributesOf(stored);
  return {
    ...recordFields(about ?? { schemaVersion: 0, createdAt: now, cookieMaxAge: originalMaxAge }),
    data: about?.forwardTo === undefined ? data : '',
    revision: about?.revision ?? revisionOf(data),
    expiresAt: keepsTime && known <= now ? now + UNKNOWN_LIFE : known,
    cookie: originalMaxAge === undefined ? attributes : { originalMaxAge, ...attributes },
  };
}

/** A revision for what carries none: another content, another number. Below 2^48, so that one can be added to it. */
function revisionOf(data: string): number {
  return createHash('sha256').update(data).digest().readUIntBE(0, 6);
}

/** What is stored of a cookie besides its attributes: these follow from the record, or are the class's own. */
const NO_ATTRIBUTES: ReadonlySet<string> = new Set([
  ...['typedSession', 'expires', '_expires', 'maxAge', 'originalMaxAge', 'toJSON', 'data', 'serialize', '__proto__'],
]);

/**
 * The attributes of a stored cookie. Only what JSON has as a plain value is kept: the store hands out what other releases,
 * other programs, or the store itself made of the cookie.
 */
function attributesOf(stored: object): Record<string, string | number | boolean | null> {
  const attributes: Record<string, string | number | boolean | null> = {};
  for (const name of Object.keys(stored)) {
    if (NO_ATTRIBUTES.has(name)) continue;
    const value = valueOf(stored, name);
    if (value === null || typeof value === 'string' || typeof value === 'boolean') attributes[name] = value;
    else if (typeof value === 'number' && Number.isFinite(value)) attributes[name] = value;
  }
  return attributes;
}

/** A property, which may be a getter that throws. */
function valueOf(stored: object, name: string): unknown {
  try {
    return (stored as Readonly<Record<string, unknown>>)[name]; // any object can be asked
  } catch {
    return undefined;
  }
}

/** A cookie's life in milliseconds, or `null` for a browser-session cookie. */
function lifeOf(value: unknown): number | null | undefined {
  if (value === null) return null;
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

/** A moment, as a `Date` of any realm, its JSON, or a number of milliseconds. */
function momentOf(expires: unknown): number | undefined {
  let moment = Number.NaN;
  if (typeof expires === 'number') moment = expires;
  else if (typeof expires === 'string') moment = /^\d+$/.test(expires) ? Number(expires) : Date.parse(expires);
  else if (isDate(expires)) moment = expires.getTime();
  return Math.abs(moment) <= LATEST ? moment : undefined;
}

function aboutOf(value: unknown): About | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const fits = 'revision' in value && Number.isSafeInteger(value.revision) && hasRecordFields(value);
  return fits ? (value as About) : undefined; // every field was looked at
}
