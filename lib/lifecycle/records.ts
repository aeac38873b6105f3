import { randomBytes } from 'node:crypto';
import type { Tree } from '../schema/codec.js';
import type { Source } from '../schema/stored-text.js';
import { ownField } from '../schema/tree.js';
import type { SessionSchema } from '../schema/types.js';
import { resolveAuto } from '../cookie/options.js';
import type { SessionRecord, StoredCookieAttributes } from '../stores/store.js';
import { TOMBSTONE_LIFE } from './deadlines.js';
import type { RequestSession } from './request-session.js';
import type { Settings } from './settings.js';
import type { GuardedStore } from './guarded-store.js';
import { swap } from './swap.js';

/** A record, and what its text says. */
export interface Written {
  readonly record: SessionRecord;
  readonly source: Source;
}

/** What the stamps of this process begin with. */
const PROCESS = randomBytes(9).toString('base64url');
let writes = 0;

/** A name for one write, that no other write has. */
export function newWriteId(): string {
  writes += 1;
  return PROCESS + writes.toString(36);
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
  const life = session.cookieLife;
  const now = Date.now();
  const stays = about.from !== undefined && deadlines.moved(about.from, now, life) === undefined;
  // What this version does not know belongs to the state that was left.
  const before = session.replaced ? about.source?.withoutFields() : about.source;
  const { text: data, source } = text.write(tree, before);
  const principal = principalOf(session.settings, tree);
  const record: SessionRecord = {
    data,
    revision: about.revision,
    schemaVersion: source.version,
    createdAt: about.createdAt,
    expiresAt: stays && about.from !== undefined ? about.from.expiresAt : deadlines.from(now, about.createdAt, life),
    cookieMaxAge: session.cookie.ownMaxAge,
    principal,
    usedAt: principal === undefined ? undefined : now,
    writeId: newWriteId(),
    ...(session.settings.store.likeExpressSession ? { cookie: cookieAttributes(session) } : undefined),
  };
  return { record, source };
}

/** The note that a session leaves where it was: it has moved, to a key that may be told or not. */
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

/** Whether a record cannot be read, so that it has no revision to swap it at, and is worth nothing to anybody. */
export function isDamaged({ data, forwardTo }: SessionRecord): boolean {
  return data === '' && forwardTo === undefined;
}

/** Whether a record is a copy for another name that is not in force yet; see `moveToFirstName`. */
export function isPending({ data, forwardTo }: SessionRecord): boolean {
  return data !== '' && forwardTo === null;
}

/**
 * Ends the record under a key and, if another request moved it meanwhile, wherever it went: an end must not be undone by a
 * rotation that was faster. The note, which is at once deleted, is what makes that certain.
 * @throws SessionConflictError, SessionStoreError
 */
export async function endRecord(store: GuardedStore, key: string, found: SessionRecord | undefined): Promise<void> {
  const { isEnded, latest } = await retire(store, key, found, null);
  if (isEnded) await store.delete(key);
  else if (typeof latest?.forwardTo === 'string') {
    await endRecord(store, latest.forwardTo, await store.read(latest.forwardTo));
  }
}

/**
 * Replaces a record by the note that it has moved, to a key that may be told or not.
 * @returns whether nobody can use the record any more because of this call; if not, the note that was there already
 */
export async function retire(
  store: GuardedStore,
  key: string,
  record: SessionRecord | undefined,
  successor: string | null,
): Promise<{ readonly isEnded: boolean; readonly latest: SessionRecord | undefined }> {
  let latest = record;
  const noteOn = (found: SessionRecord | undefined) => {
    latest = found;
    if (found === undefined || isDamaged(found) || (found.forwardTo !== undefined && !isPending(found)))
      return undefined;
    return { from: found, record: tombstoneOf(found, successor) };
  };
  const first = noteOn(record);
  const done = first && (await swap(store, key, first, noteOn));
  return { isEnded: done !== undefined || (latest !== undefined && isDamaged(latest)), latest };
}

/** The cookie as express-session would have stored it. */
function cookieAttributes<S extends SessionSchema>(session: RequestSession<S>): StoredCookieAttributes {
  const { httpOnly, path, domain, priority, partitioned } = session.attributes;
  const { secure, sameSite } = resolveAuto(session.attributes, session.isSecure());
  return {
    originalMaxAge: session.cookieLife ?? null,
    httpOnly,
    path,
    ...(domain === undefined ? undefined : { domain }),
    ...(secure ? { secure } : undefined),
    ...(sameSite === undefined ? undefined : { sameSite }),
    ...(priority === undefined ? undefined : { priority }),
    ...(partitioned ? { partitioned } : undefined),
  };
}

/** Who a payload says the session belongs to. */
export function principalOf<S extends SessionSchema>({ principal }: Settings<S>, tree: Tree): string | undefined {
  const value = principal === undefined ? undefined : ownField(tree, principal);
  return value === undefined || value === null ? undefined : principalText(value);
}

/** The text of a principal's encoded value. */
export function principalText(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'bigint' ? String(value) : JSON.stringify(value);
}
