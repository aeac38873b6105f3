import { createHash } from 'node:crypto';
import { isDate } from '../../realms.js';
import { hasRecordFields, recordFields, type RecordFields } from '../record-fields.js';
import type { SessionRecord } from '../store-contract.js';

/**
 * What a record contains besides the payload and the cookie. It is stored in the cookie, under our name. There
 * express-session ignores it, and drops it when it writes the session. So if it is missing, express-session wrote last.
 */
interface About extends RecordFields {
  readonly revision: number;
}

/** The assumed remaining lifetime of a session with an unknown deadline, in milliseconds. It is long enough for a touch. */
const UNKNOWN_LIFE = 60_000;

/** The latest time that a `Date` can represent, in milliseconds. */
const LATEST = 8.64e15;

/** The cookie of a stored session. Stores read its deadline from `expires` or `maxAge`. Its JSON is express-session's. */
class StoredCookie {
  readonly originalMaxAge: number | null;
  readonly expires: Date;
  readonly #about: About;

  constructor(originalMaxAge: number | null, expiresAt: number, attributes: object, about: About) {
    Object.assign(this, attributes); // first, so that they cannot overwrite the properties below
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

/** Converts a record to the form that stores for express-session expect: `{ ...data, cookie }`. */
export function toStoredSession(record: SessionRecord): object {
  const { data, cookie, expiresAt, ...about } = record;
  const payload = data === '' ? {} : (JSON.parse(data) as object); // an encoded payload is an object
  const { originalMaxAge = null, ...attributes } = cookie ?? {};
  return { ...payload, cookie: new StoredCookie(originalMaxAge, expiresAt, attributes, about) };
}

/**
 * Returns the record of a stored session that this library or express-session wrote.
 * @param keepsTime - whether the store enforces deadlines itself, so that a session is live whatever deadline it contains
 * @param touchedUntil - the deadline that a touch has set since the session was written
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
  const { cookie, ...payload } = found as { readonly cookie?: unknown; readonly [field: string]: unknown }; // an object
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

/** Returns a revision for a session without one. It depends on the content, and is below 2^48, so that it can increase. */
function revisionOf(data: string): number {
  return createHash('sha256').update(data).digest().readUIntBE(0, 6);
}

/** Properties of a stored cookie that are not attributes. They follow from the record, or belong to the class. */
const NO_ATTRIBUTES: ReadonlySet<string> = new Set([
  ...['typedSession', 'expires', '_expires', 'maxAge', 'originalMaxAge', 'toJSON', 'data', 'serialize', '__proto__'],
]);

/**
 * Returns the attributes of a stored cookie. Only primitive JSON values are kept, because other releases, other programs,
 * or the store itself may have put anything into the cookie.
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

/** Returns a property. It may be a getter that throws. */
function valueOf(stored: object, name: string): unknown {
  try {
    return (stored as Readonly<Record<string, unknown>>)[name]; // an object has properties
  } catch {
    return undefined;
  }
}

/** Returns the lifetime of a cookie in milliseconds, or `null` for a browser-session cookie; `undefined` if not valid. */
function lifeOf(value: unknown): number | null | undefined {
  if (value === null) return null;
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

/** Returns a time in milliseconds. It may be given as a `Date` of any realm, as its JSON, or in milliseconds. */
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
  return fits ? (value as About) : undefined; // every field was checked
}
