import { formatPath } from '../errors.js';
import type { SessionSchema } from '../schema/payload-types.js';
import { isDamaged } from '../sessions/session-records.js';
import type { SessionConfig } from '../sessions/session-config.js';
import { nameOfKey } from '../stores/store-key.js';
import type { SessionRecord, StoreEntry } from '../stores/store-contract.js';
import { handleOf } from '../tracing.js';

/** What the inspector shows of a session without its payload. */
export interface SessionSummary {
  /** The key in the store. It is never shown as it is. */
  readonly key: string;
  readonly handle: string;
  readonly principal: string | undefined;
  readonly createdAt: number;
  readonly lastUsedAt: number;
  readonly expiresAt: number;
  readonly schemaVersion: number;
  readonly size: number;
}

/** A field of the payload; without a value if it is hidden. */
export interface ShownField {
  readonly name: string;
  readonly value: unknown;
  readonly isHidden: boolean;
}

/** The payload of a session, or why it cannot be read. */
export type ShownPayload =
  | { readonly ok: true; readonly fields: readonly ShownField[] }
  | { readonly ok: false; readonly isDamaged: boolean; readonly problems: readonly string[] };

/** All that the inspector shows of a session. */
export interface SessionDetails extends SessionSummary {
  /** When it ends, however often it is used. */
  readonly endsAt: number;
  readonly revision: number;
  /** The name of the cookie; `undefined` if the store does not know it. */
  readonly cookieName: string | undefined;
  /** The lifetime of the cookie if the session has one of its own; `null` until the browser is closed. */
  readonly cookieMaxAge: number | null | undefined;
  readonly payload: ShownPayload;
}

type Config = SessionConfig<SessionSchema>;

/** Describes a record of the store. */
export function summarize(config: Config, [key, record]: StoreEntry, now: number): SessionSummary {
  const { principal, createdAt, expiresAt, schemaVersion, data } = record;
  return {
    key,
    handle: handleOf(key),
    principal,
    createdAt,
    lastUsedAt: config.deadlines.lastUse(record, now, lifeOf(config, record)),
    expiresAt,
    schemaVersion,
    size: Buffer.byteLength(data),
  };
}

/** Describes a record of the store with its payload, without the fields that are hidden. */
export function describe(config: Config, entry: StoreEntry, hide: readonly string[], now: number): SessionDetails {
  const [key, record] = entry;
  const name = nameOfKey(key);
  return {
    ...summarize(config, entry, now),
    endsAt: config.deadlines.absolute(record.createdAt, lifeOf(config, record)),
    revision: record.revision,
    cookieName: config.names.includes(name) ? name : undefined,
    cookieMaxAge: record.cookieMaxAge,
    payload: showPayload(config, record, hide),
  };
}

/** The payload of a record as the schema describes it. It never contains a value that the schema has not accepted. */
export function showPayload(config: Config, record: SessionRecord, hide: readonly string[]): ShownPayload {
  if (isDamaged(record)) return { ok: false, isDamaged: true, problems: [] };
  const read = config.serializer.read(record.data, record.schemaVersion);
  if (!read.ok) {
    const problems = read.issues.map(({ path, code }) => (path.length === 0 ? code : `${formatPath(path)}: ${code}`));
    return { ok: false, isDamaged: false, problems: problems.length === 0 ? ['not JSON'] : problems };
  }
  const shown = config.codec.show(read.payload) as Readonly<Record<string, unknown>>; // its own fields
  const fields = Object.keys(read.payload).map((name): ShownField => {
    const isHidden = hide.includes(name) || !Object.hasOwn(shown, name);
    return { name, value: isHidden ? undefined : shown[name], isHidden };
  });
  return { ok: true, fields };
}

/** Whether the schema marks the principal as sensitive. Then it is not shown, and no address contains it. */
export function hidesPrincipal(config: Config, hide: readonly string[]): boolean {
  const { principal } = config;
  if (principal === undefined) return false;
  return hide.includes(principal) || !Object.hasOwn(config.codec.show({ [principal]: 'any' }), principal);
}

/** Whether a record is that of a session that a request could use now. */
export function isLive(config: Config, record: SessionRecord, now: number): boolean {
  return record.forwardTo === undefined && !config.deadlines.passed(record, now, lifeOf(config, record));
}

/** The lifetime of the cookie of a record, as far as it is known without a request. */
export function lifeOf({ cookie }: Config, { cookieMaxAge }: SessionRecord): number | undefined {
  if (cookieMaxAge !== undefined) return cookieMaxAge ?? undefined;
  return typeof cookie === 'function' ? undefined : cookie.maxAge;
}
