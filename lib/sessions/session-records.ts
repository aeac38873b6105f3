import { SessionStoreError } from '../errors.js';
import type { EncodedPayload } from '../schema/payload-codec.js';
import type { DecodedRecord } from '../schema/payload-serializer.js';
import { ownField } from '../schema/encoded-payload.js';
import type { SessionSchema } from '../schema/payload-types.js';
import { plainAttributes } from '../cookie/cookie-options.js';
import type { SessionRecord, StoredCookieAttributes } from '../stores/store-contract.js';
import { TOMBSTONE_LIFE } from './deadlines.js';
import type { RequestSession } from './request-session.js';
import type { GuardedStore } from './guarded-store.js';
import { swap } from './swap.js';
import type { Stored } from './status.js';
import { isOurs, newWriteId } from './write-id.js';

/** A record, and what its text contains. */
export interface Written {
  readonly record: SessionRecord;
  readonly decodedRecord: DecodedRecord;
}

/** Creates the record of a payload, with the deadline that results from storing it now. */
export function recordOfPayload<S extends SessionSchema>(
  session: RequestSession<S>,
  encoded: EncodedPayload,
  about: {
    readonly createdAt: number;
    readonly revision: number;
    /** The record that this one replaces. Its deadline stays if moving it is not worth a cookie. */
    readonly from?: SessionRecord;
    /** What was stored of this payload before. */
    readonly decodedRecord: DecodedRecord | undefined;
  },
): Written {
  const { serializer, deadlines } = session.config;
  const { life } = session.cookie;
  const now = Date.now();
  const stays = about.from !== undefined && deadlines.moved(about.from, now, life) === undefined;
  // Data that this version does not know belongs to the state that was replaced.
  const before = session.state.pending === 'whole' ? about.decodedRecord?.withoutFields() : about.decodedRecord;
  const { data, decodedRecord } = serializer.write(encoded, before);
  const principal = principalOf(session.config, encoded);
  const record: SessionRecord = {
    data,
    revision: about.revision,
    schemaVersion: decodedRecord.version,
    createdAt: about.createdAt,
    expiresAt: stays && about.from !== undefined ? about.from.expiresAt : deadlines.from(now, about.createdAt, life),
    cookieMaxAge: session.cookie.visible.ownMaxAge,
    principal,
    usedAt: principal === undefined ? undefined : now,
    writeId: newWriteId(),
    ...(session.config.store.storesCookie ? { cookie: cookieOf(session) } : undefined),
  };
  return { record, decodedRecord };
}

/** Stores a first record under the session's id, or under another id if that one is taken. */
export async function createRecord<S extends SessionSchema>(
  session: RequestSession<S>,
  written: Written,
): Promise<Stored> {
  for (let attempt = 0; attempt < 3; attempt++) {
    const { store } = session.config;
    const { id } = session.state;
    const key = store.keyOf(id);
    if (await store.create(key, written.record)) return { id, key, ...written };
    if (isOurs(await store.read(key), written.record)) return { id, key, ...written };
    session.state.renewId();
  }
  throw new SessionStoreError('create', 'the store reports that every new id is taken');
}

/**
 * Creates the tombstone of a record whose session is now stored elsewhere, or nowhere.
 * @param successor - the key of the session for clients of the old id; `null` if they must not reach it
 */
export function tombstoneOf(record: SessionRecord, successor: string | null): SessionRecord {
  return {
    data: '',
    revision: record.revision + 1,
    schemaVersion: record.schemaVersion,
    createdAt: record.createdAt,
    expiresAt: Date.now() + TOMBSTONE_LIFE,
    forwardTo: successor,
    writeId: newWriteId(),
    cookie: record.cookie,
  };
}

/** Whether a record cannot be read. It has no revision for a swap, and no request can use it. */
export function isDamaged({ data, forwardTo }: SessionRecord): boolean {
  return data === '' && forwardTo === undefined;
}

/** Whether a record is a copy for another name that is not in force yet; see `moveToFirstName`. */
export function isPending({ data, forwardTo }: SessionRecord): boolean {
  return data !== '' && forwardTo === null;
}

/** Whether a record only marks that the session is no longer stored here. */
function isTombstone(record: SessionRecord): boolean {
  return record.forwardTo !== undefined && !isPending(record);
}

/**
 * Ends the session under a key. If another request has rotated it in the meantime, the session under the new key ends too.
 * @throws SessionConflictError, SessionStoreError
 */
export async function endRecord(store: GuardedStore, key: string, found: SessionRecord | undefined): Promise<void> {
  // The tombstone is deleted immediately, but it makes a concurrent rotation fail instead of undoing the end.
  const { isRetired, latest } = await retire(store, key, found, null);
  if (isRetired) await store.delete(key);
  else if (typeof latest?.forwardTo === 'string') {
    await endRecord(store, latest.forwardTo, await store.read(latest.forwardTo));
  }
}

/**
 * Replaces a record by a tombstone. A damaged record cannot be swapped, so it is deleted.
 * @returns whether this call has stored the tombstone, and the record that was found last
 */
export async function retire(
  store: GuardedStore,
  key: string,
  record: SessionRecord | undefined,
  successor: string | null,
): Promise<{ readonly isRetired: boolean; readonly latest: SessionRecord | undefined }> {
  let latest = record;
  const attemptOn = async (found: SessionRecord | undefined) => {
    latest = found;
    if (found === undefined || isTombstone(found)) return undefined;
    if (!isDamaged(found)) return { from: found, record: tombstoneOf(found, successor) };
    await store.delete(key);
    return undefined;
  };
  const first = await attemptOn(record);
  const done = first && (await swap(store, key, first, attemptOn));
  return { isRetired: done !== undefined, latest };
}

/** The cookie as express-session would have stored it. */
function cookieOf<S extends SessionSchema>({ cookie, transport }: RequestSession<S>): StoredCookieAttributes {
  return { originalMaxAge: cookie.life ?? null, ...plainAttributes(cookie.attributes, transport.isSecure()) };
}

/** The principal of a payload: who the session belongs to. */
export function principalOf(
  { principal }: { readonly principal: string | undefined },
  encoded: EncodedPayload,
): string | undefined {
  const value = principal === undefined ? undefined : ownField(encoded, principal);
  return value === undefined || value === null ? undefined : principalText(value);
}

/** The text of a principal's encoded value. */
export function principalText(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'bigint' ? String(value) : JSON.stringify(value);
}
