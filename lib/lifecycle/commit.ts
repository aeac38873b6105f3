import {
  SessionConflictError,
  SessionEndedError,
  SessionHeadersSentError,
  SessionStoreError,
  type SessionEnd,
} from '../errors.js';
import { emit } from '../events.js';
import type { Tree } from '../schema/codec.js';
import type { SessionSchema } from '../schema/types.js';
import type { SessionRecord } from '../stores/store.js';
import { mergeTrees } from './merge.js';
import { keepCap } from './principals.js';
import { endNote, principalOf, recordOf, type Written } from './records.js';
import type { RequestSession, Stored } from './request-session.js';
import { withholdsCookie } from './response-cookie.js';

/**
 * Stores what the request did to its session. Called before the first byte of the response, and again at its end where
 * more was changed after that. Returns nothing where there is nothing to wait for.
 *
 * @param status - the response's status: one of 500 or above commits no change of the payload
 * @throws SessionValidationError where the changed payload does not fit the schema; what the promise rejects with is
 *   named at `save()`
 */
export function commit<S extends SessionSchema>(session: RequestSession<S>, status: number): Promise<void> | undefined {
  if (!session.loaded) return undefined;
  // A save() that nobody awaited goes first; what is left to do is seen when it is done.
  if (session.busy) return session.inTurn(() => Promise.resolve(commitNow(session, status)));
  const work = commitNow(session, status);
  return work && session.inTurn(() => work);
}

/** The commit before the response; a change that came too late is an error, or dropped where the app said so. */
function commitNow<S extends SessionSchema>(session: RequestSession<S>, status: number): Promise<void> | undefined {
  const work = settle(session, status >= 500 ? undefined : session.changes());
  if (!session.settings.dropsEnded) return work;
  return work?.catch((error: unknown) => {
    if (!(error instanceof SessionEndedError)) throw error;
    session.rollBack();
    emit('error', { request: session.request, error, consequence: 'dropped', ended: error.reason });
  });
}

/** Brings the store to what the session is now; `tree` is the changed payload, encoded. */
export function settle<S extends SessionSchema>(
  session: RequestSession<S>,
  tree: Tree | undefined,
): Promise<void> | undefined {
  if (session.settings.resave && session.stored !== undefined) session.peek(); // what is stored again has to be read
  const principalChanged =
    tree !== undefined && principalOf(session.settings, tree) !== principalOf(session.settings, session.base);
  if (session.ended === 'rotated' && session.successor !== undefined && principalChanged) {
    // A login sent twice: the second one, on the old id, begins a session of its own.
    session.ended = undefined;
    session.successor = undefined;
  }
  if (session.ended !== undefined) {
    return tree === undefined ? undefined : Promise.reject(new SessionEndedError(session.ended));
  }
  if (session.stored === undefined) {
    return tree === undefined && !session.saveNew && !session.settings.saveUninitialized
      ? undefined
      : create(session, tree ?? session.exactBase());
  }
  if (principalChanged && session.move === undefined) {
    if (session.headersSent()) return Promise.reject(new SessionHeadersSentError());
    session.move = 'rotate';
    session.id = session.newId();
  }
  if (session.move !== undefined) return move(session, session.stored, tree, principalChanged);
  const isDue =
    session.cookieChanged ||
    session.settings.resave ||
    session.stored.source?.migrated === true ||
    isMisfiled(session, session.stored);
  if (tree !== undefined || isDue) return update(session, session.stored, tree ?? session.exactBase());
  if (session.signedByOldSecret) {
    session.signedByOldSecret = false;
    session.cookieDue = true;
  }
  if (session.settings.rolling) session.cookieDue = true;
  return touchIfDue(session, session.stored);
}

/** Whether the store would not find the session by its principal: it was stored before the option was set, say. */
function isMisfiled<S extends SessionSchema>(session: RequestSession<S>, { record, source }: Stored): boolean {
  const { settings, base } = session;
  return source !== undefined && settings.store.knowsPrincipals && principalOf(settings, base) !== record.principal;
}

async function create<S extends SessionSchema>(session: RequestSession<S>, tree: Tree): Promise<void> {
  if (withholdsCookie(session)) return; // nobody would ever find its record
  if (session.headersSent()) {
    const error = new SessionHeadersSentError();
    emit('error', { request: session.request, error, consequence: 'withheld' });
    if (session.saveNew) throw error;
    return;
  }
  const written = recordOf(session, tree, { createdAt: Date.now(), revision: 1, source: undefined });
  const stored = await createRecord(session, written);
  wasStored(session, stored, tree, true);
  await keepCap(session.settings, stored.record.principal);
}

/** Stores a first record under the session's id; under another one in the case that somebody has it already. */
async function createRecord<S extends SessionSchema>(session: RequestSession<S>, written: Written): Promise<Stored> {
  for (let attempt = 0; attempt < 3; attempt++) {
    const id = session.id;
    const key = session.settings.store.keyOf(id);
    if (await session.settings.store.create(key, written.record)) return { id, key, ...written };
    session.id = session.newId();
  }
  throw new SessionStoreError('create', 'it says that every new id is taken');
}

async function update<S extends SessionSchema>(session: RequestSession<S>, from: Stored, tree: Tree): Promise<void> {
  const { settings } = session;
  const started = Date.now();
  let stored = from;
  let mine = tree;
  for (;;) {
    const written = recordOf(session, mine, {
      createdAt: stored.record.createdAt,
      revision: stored.record.revision + 1,
      from: stored.record,
      source: stored.source,
    });
    if (await settings.store.update(stored.key, written.record, stored.record.revision)) {
      wasStored(session, { ...stored, ...written }, mine, false);
      return;
    }
    const latest = await readAgain(session, stored);
    mine = mergeInto(session, mine, latest.tree);
    stored = { ...stored, record: latest.record, source: latest.source };
    if (settings.codec.same(mine, latest.tree) && !latest.source.migrated && !session.cookieChanged) {
      session.stored = stored; // the other request stored just this
      return;
    }
    if (Date.now() - started > settings.store.patience) throw new SessionConflictError([]);
  }
}

/** Moves the session to its new id, and leaves a note at the old one. */
async function move<S extends SessionSchema>(
  session: RequestSession<S>,
  old: Stored,
  tree: Tree | undefined,
  principalChanged: boolean,
): Promise<void> {
  if (session.headersSent()) throw new SessionHeadersSentError();
  if (withholdsCookie(session)) {
    session.rollBack(); // the browser would be left with an id that is worth nothing
    return;
  }
  const { store } = session.settings;
  const fresh = session.move === 'regenerate';
  const started = Date.now();
  if (fresh && tree === undefined && !session.saveNew) {
    // There is nothing to store. Without its cookie the browser begins anew, and does not come back with the old id.
    await leave(session, old, null);
    session.stored = undefined;
    session.move = undefined;
    session.clearDue = true;
    return;
  }
  let mine = tree ?? session.exactBase();
  const createdAt = fresh || principalChanged ? Date.now() : old.record.createdAt;
  const source = fresh ? undefined : old.source;
  let stored = await createRecord(session, recordOf(session, mine, { createdAt, revision: 1, source }));
  try {
    const successor = principalChanged ? null : stored.key;
    let left = old;
    while (!(await store.update(left.key, endNote(left.record, successor), left.record.revision))) {
      const latest = await readAgain(session, left);
      left = { ...left, record: latest.record };
      if (!fresh) {
        mine = mergeInto(session, mine, latest.tree);
        const revision = stored.record.revision + 1;
        const written = recordOf(session, mine, { createdAt, revision, source: latest.source });
        await store.update(stored.key, written.record, stored.record.revision); // nobody else knows this key
        stored = { ...stored, ...written };
      }
      if (Date.now() - started > store.patience) throw new SessionConflictError([]);
    }
  } catch (error) {
    // Nobody knows the new id yet: without its record it is as if it had never been.
    await store.delete(stored.key).catch(() => undefined);
    throw error;
  }
  session.move = undefined;
  wasStored(session, stored, mine, true);
  emit('rotate', { request: session.request, principalChanged });
  if (principalChanged) await keepCap(session.settings, stored.record.principal);
}

/** Ends the record that the session leaves; whoever ended it first is welcome. */
async function leave<S extends SessionSchema>(
  session: RequestSession<S>,
  old: Stored,
  successor: string | null,
): Promise<void> {
  const { store } = session.settings;
  let left: SessionRecord | undefined = old.record;
  while (left?.rotatedTo === undefined && left !== undefined) {
    if (await store.update(old.key, endNote(left, successor), left.revision)) return;
    left = await store.read(old.key);
  }
}

async function touchNow<S extends SessionSchema>(
  session: RequestSession<S>,
  stored: Stored,
  expiresAt: number,
): Promise<void> {
  const { record, key } = stored;
  // False: another request moved the revision and the deadline with it, or the session is gone. Both are no cookie.
  if (!(await session.settings.store.touch(key, expiresAt, record.revision))) return;
  session.stored = { ...stored, record: { ...record, expiresAt } };
  if (session.cookieLife !== undefined) session.cookieDue = true;
  emit('touch', { request: session.request });
}

function touchIfDue<S extends SessionSchema>(session: RequestSession<S>, stored: Stored): Promise<void> | undefined {
  const { deadlines } = session.settings;
  const moved = session.touchDue
    ? deadlines.from(Date.now(), stored.record.createdAt, session.cookieLife)
    : deadlines.moved(stored.record, Date.now(), session.cookieLife);
  session.touchDue = false;
  return moved === undefined ? undefined : touchNow(session, stored, moved);
}

/** Pushes the deadline out, due or not. */
export function touch<S extends SessionSchema>(session: RequestSession<S>, stored: Stored): Promise<void> {
  const life = session.cookieLife;
  return touchNow(session, stored, session.settings.deadlines.from(Date.now(), stored.record.createdAt, life));
}

/**
 * What is stored now, where a compare-and-swap has failed.
 * @throws SessionEndedError where the session is no more
 */
export async function readAgain<S extends SessionSchema>(
  session: RequestSession<S>,
  stored: Stored,
): Promise<Written & { readonly tree: Tree }> {
  const { store, codec, text, deadlines } = session.settings;
  const record = await store.read(stored.key);
  const now = Date.now();
  let end: SessionEnd | undefined;
  if (record === undefined) end = stored.record.expiresAt <= now ? 'expired' : 'gone';
  else if (record.rotatedTo !== undefined) end = 'rotated';
  else if (deadlines.passed(record, now, session.cookieLife)) end = 'expired';
  if (record === undefined || end !== undefined) {
    session.ended = end;
    throw new SessionEndedError(end ?? 'gone');
  }
  const read = text.read(record.data, record.schemaVersion);
  if (!read.ok) throw new SessionConflictError([]); // another release of the app writes what this one cannot read
  return { record, source: read.source, tree: codec.encode(read.payload) };
}

/** Brings this request's change together with what is stored now; the handler's payload follows. */
function mergeInto<S extends SessionSchema>(session: RequestSession<S>, mine: Tree, theirs: Tree): Tree {
  const { codec } = session.settings;
  const { payload, fields } = session.replaced
    ? { payload: codec.decodeOrThrow(mine), fields: [] }
    : mergeTrees(session.settings, session.exactBase(), mine, theirs);
  const tree = codec.encode(payload);
  emit('conflict', { request: session.request, fields });
  session.replace(payload);
  session.base = theirs;
  return tree;
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
  session.cookieDue ||=
    created || moved || session.signedByOldSecret || before?.cookieMaxAge !== stored.record.cookieMaxAge;
  session.signedByOldSecret = false;
  session.stored = stored;
  session.base = tree;
  session.baseIsExact = true;
  session.saveNew = false;
  session.replaced = false;
  emit('commit', { request: session.request, created, revision: stored.record.revision });
}
