import type { Tree } from '../schema/codec.js';
import type { Source } from '../schema/stored-text.js';
import { ownField } from '../schema/tree.js';
import type { SessionSchema } from '../schema/types.js';
import { plainAttributes } from '../cookie/options.js';
import type { SessionRecord, StoredCookieAttributes } from '../stores/store.js';
import { TOMBSTONE_LIFE } from './deadlines.js';
import type { RequestSession } from './request-session.js';
import type { GuardedStore } from './guarded-store.js';
import { swap } from './swap.js';
import { newWriteId } from './write-id.js';

/** A record, and what its text says. */
export interface Written {
  readonly record: SessionRecord;
  readonly source: Source;
}

/** The record of a payload, with the deadline that follows from when it is stored. */
export function recordOf<S extends SessionSchema>(
  session: RequestSession<S>,
  tree: Tree,
  about: {
    readonly createdAt: number;
    readonly revision: number;
    /** The record that this one replaces: its deadline stays where moving it is not worth a cookie. */
    readonly from?: SessionRecord;
    /** What was stored of this payload before. */
    readonly source: Source | undefined;
  },
): Written {
  const { text, deadlines } = session.settings;
  const { life } = session.cookie;
  const now = Date.now();
  const stays = about.from !== undefined && deadlines.moved(about.from, now, life) === undefined;
  // What this version does not know belongs to the state that was left.
  const before = session.state.pending === 'whole' ? about.source?.withoutFields() : about.source;
  const { text: data, source } = text.write(tree, before);
  const principal = principalOf(session.settings, tree);
  const record: SessionRecord = {
    data,
    revision: about.revision,
    schemaVersion: source.version,
    createdAt: about.createdAt,
    expiresAt: stays && about.from !== undefined ? about.from.expiresAt : deadlines.from(now, about.createdAt, life),
    cookieMaxAge: session.cookie.visible.ownMaxAge,
    principal,
    usedAt: principal === undefined ? undefined : now,
    writeId: newWriteId(),
    ...(session.settings.store.likeExpressSession ? { cookie: cookieOf(session) } : undefined),
  };
  return { record, source };
}

/** What takes the place of a record that is stored elsewhere from now on, or nowhere. `successor` is a key that clients of the old id may reach. */
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

/** Whether a record cannot be read. It has no revision to swap it at, and no request can use it. */
export function isDamaged({ data, forwardTo }: SessionRecord): boolean {
  return data === '' && forwardTo === undefined;
}

/** Whether a record is a copy for another name that is not in force yet; see `moveToFirstName`. */
export function isPending({ data, forwardTo }: SessionRecord): boolean {
  return data !== '' && forwardTo === null;
}

/** Whether a record only says that the session is not stored here any more. */
function isTombstone(record: SessionRecord): boolean {
  return record.forwardTo !== undefined && !isPending(record);
}

/**
 * Ends the session under a key. If another request rotated it in the meantime, the end follows it to its new key.
 * @throws SessionConflictError, SessionStoreError
 */
export async function endRecord(store: GuardedStore, key: string, found: SessionRecord | undefined): Promise<void> {
  // The tombstone, although it is deleted at once, makes a rotation at the same time fail instead of undoing the end.
  const { isRetired, latest } = await retire(store, key, found, null);
  if (isRetired) await store.delete(key);
  else if (typeof latest?.forwardTo === 'string') {
    await endRecord(store, latest.forwardTo, await store.read(latest.forwardTo));
  }
}

/**
 * Replaces a record by a tombstone, and deletes a damaged one, which cannot be swapped.
 * @returns whether there is a tombstone because of this call, and the record that was found last
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

/** Who a payload says the session belongs to. */
export function principalOf({ principal }: { readonly principal: string | undefined }, tree: Tree): string | undefined {
  const value = principal === undefined ? undefined : ownField(tree, principal);
  return value === undefined || value === null ? undefined : principalText(value);
}

/** The text of a principal's encoded value. */
export function principalText(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'bigint' ? String(value) : JSON.stringify(value);
}
