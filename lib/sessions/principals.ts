import { SessionOptionsError, SessionStoreError } from '../errors.js';
import type { Payload, SessionSchema } from '../schema/payload-types.js';
import { mapInTurns, pagesOf } from '../stores/in-turns.js';
import type { StoreEntry } from '../stores/store-contract.js';
import { endRecord, principalText } from './session-records.js';
import type { RequestSession } from './request-session.js';
import type { SessionConfig } from './session-config.js';
import type { ListedSession, Principal } from './stored-sessions.js';

/** A principal's live sessions, newest first. */
export async function listSessions<S extends SessionSchema>(
  config: SessionConfig<S>,
  principal: Principal,
  current: RequestSession<S> | undefined,
): Promise<ListedSession<S>[]> {
  const { serializer, store, codec, deadlines, cookie } = config;
  const own = current === undefined ? [] : keysOf(current);
  const entries = await store.list(checkPrincipal(config, principal));
  const now = Date.now();
  const life = typeof cookie === 'function' ? undefined : cookie.maxAge;
  return mapInTurns(entries.toSorted(byAge).toReversed(), ([key, record]) => {
    const { data, schemaVersion, createdAt, expiresAt, cookieMaxAge } = record;
    const read = serializer.read(data, schemaVersion);
    const payload = read.ok ? (codec.show(read.payload) as Partial<Payload<S>>) : undefined; // some of its fields
    const lastUsedAt = deadlines.lastUse(record, now, cookieMaxAge === undefined ? life : (cookieMaxAge ?? undefined));
    return { key, payload, createdAt, lastUsedAt, expiresAt, isCurrent: own.includes(key) };
  });
}

/**
 * Ends all sessions of a principal, except that of a request. A rotation may move a session meanwhile, so this repeats until no
 * session is left.
 */
export async function revokeSessions<S extends SessionSchema>(
  config: SessionConfig<S>,
  principal: Principal,
  except: RequestSession<S> | undefined,
): Promise<number> {
  const { store } = config;
  const name = checkPrincipal(config, principal);
  const kept = except === undefined ? [] : keysOf(except);
  const started = Date.now();
  let revoked = 0;
  for (;;) {
    revoked += await store.revoke(name, kept);
    const left = await store.list(name);
    if (left.every(([key]) => kept.includes(key))) return revoked;
    if (Date.now() - started > store.retryBudget) throw new SessionStoreError('revoke', 'new sessions kept coming');
  }
}

/** Ends one session if it belongs to this principal. The check is needed because the key may come from a form. */
export async function revokeOne<S extends SessionSchema>(
  config: SessionConfig<S>,
  principal: Principal,
  only: unknown,
): Promise<number> {
  if (typeof only !== 'string') throw new TypeError('only must be the key of one session, as list() returns it.');
  const entries = await config.store.list(checkPrincipal(config, principal));
  const found = entries.find(([key]) => key === only);
  if (found === undefined) return 0;
  await endRecord(config.store, ...found);
  return 1;
}

/**
 * Ends a principal's oldest sessions if a login has exceeded the limit. Logins that happen at the same time count each other,
 * and all of them end the same sessions.
 */
export async function enforceSessionLimit<S extends SessionSchema>(
  config: SessionConfig<S>,
  principal: string | undefined,
): Promise<void> {
  const { maxSessionsPerPrincipal: cap, store } = config;
  if (cap === undefined || principal === undefined) return;
  const entries = await store.list(principal);
  const tooMany = entries.toSorted(byAge).slice(0, Math.max(0, entries.length - cap));
  for (const page of pagesOf(tooMany)) await Promise.all(page.map((entry) => endRecord(store, ...entry)));
}

function byAge([a, { createdAt: first }]: StoreEntry, [b, { createdAt: second }]: StoreEntry): number {
  return first - second || (a < b ? -1 : 1);
}

/** The keys of a request's session: that of its record, and that under which its next commit stores it. */
function keysOf<S extends SessionSchema>(session: RequestSession<S>): string[] {
  const { stored, move } = session.state;
  if (stored === undefined) return [];
  return move === undefined ? [stored.key] : [stored.key, session.config.store.keyOf(session.state.id)];
}

/** The principal in the form that records have, because the schema may have converted it. */
function checkPrincipal<S extends SessionSchema>(config: SessionConfig<S>, principal: Principal): string {
  const { principal: field, codec } = config;
  if (field === undefined) {
    throw new SessionOptionsError(
      'principal',
      'name the field that identifies who a session belongs to, to list and revoke by it',
    );
  }
  if (typeof principal === 'string' || typeof principal === 'number' || typeof principal === 'bigint') {
    return principalText(codec.encodeField(field, principal) ?? principal);
  }
  throw new TypeError('The principal must be text or a number: whose sessions are meant?');
}
