import { SessionStoreError } from '../errors.js';
import { emit } from '../events.js';
import type { Tree } from '../schema/codec.js';
import type { Source } from '../schema/source.js';
import type { SessionSchema } from '../schema/types.js';
import type { SessionRecord } from '../stores/store.js';
import type { Written } from './records.js';
import type { RequestSession } from './request-session.js';
import { isOurs } from './write-id.js';

/** Where the session is stored, and what the store holds there as far as this request knows. */
export interface Stored {
  readonly id: string;
  readonly key: string;
  readonly record: SessionRecord;
  /** What its text said; `undefined` while nobody has looked. */
  readonly source?: Source | undefined;
}

/** Stores a first record under the session's id; under another one in the case that somebody has it already. */
export async function createRecord<S extends SessionSchema>(
  session: RequestSession<S>,
  written: Written,
): Promise<Stored> {
  for (let attempt = 0; attempt < 3; attempt++) {
    const id = session.id;
    const key = session.settings.store.keyOf(id);
    const { store } = session.settings;
    if (await store.create(key, written.record)) return { id, key, ...written };
    if (isOurs(await store.read(key), written.record)) return { id, key, ...written };
    session.id = session.newId();
  }
  throw new SessionStoreError('create', 'it says that every new id is taken');
}

/** What follows from a change having been stored. */
export function wasStored<S extends SessionSchema>(
  session: RequestSession<S>,
  stored: Stored,
  tree: Tree,
  created: boolean,
): void {
  const before = session.stored?.record;
  const moved = before?.expiresAt !== stored.record.expiresAt && session.cookieLife !== undefined;
  const isDue =
    created ||
    moved ||
    session.settings.rolling ||
    session.signedByOldSecret ||
    before?.cookieMaxAge !== stored.record.cookieMaxAge;
  if (isDue) session.cookieFate = 'set';
  session.signedByOldSecret = false;
  session.stored = stored;
  session.base = tree;
  session.baseIsExact = true;
  session.saveNew = false;
  session.moveWaits = false;
  session.commits += 1;
  session.replaced = false;
  session.changedBefore = undefined;
  emit('commit', { request: session.request, created, revision: stored.record.revision });
}
