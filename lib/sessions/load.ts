import { cookieValues } from '../cookie/cookie-header.js';
import type { Signer } from '../cookie/cookie-signature.js';
import { SessionCookie } from '../cookie/session-cookie.js';
import type { LoadOutcome } from '../events.js';
import type { SessionSchema } from '../schema/payload-types.js';
import { handleOf, loadTraces, traced, type LoadTrace } from '../tracing.js';
import type { SessionRecord } from '../stores/store-contract.js';
import { moveToFirstName, putInForce, type KeyedRecord } from './move-to-first-name.js';
import { isDamaged, isPending } from './session-records.js';
import { report } from './report.js';
import type { RequestSession } from './request-session.js';
import type { SessionConfig } from './session-config.js';
import type { GuardedStore } from './guarded-store.js';

/** How many signed cookies of a request are checked at most. Each costs a MAC for each secret, and possibly a read. */
const MOST_COOKIES = 8;

/** A cookie whose signature is valid. */
interface VerifiedCookie {
  readonly name: string;
  readonly id: string;
  /** Which secret signed it; 0 is the current one. */
  readonly secret: number;
}

/** The result of looking up a cookie: a live session, or the reason why there is none. */
type FoundSession =
  | { readonly outcome: 'found'; readonly place: KeyedRecord; readonly isUnderFirstName: boolean }
  | { readonly outcome: Exclude<LoadOutcome, 'found' | 'rotated'> }
  | { readonly outcome: 'rotated'; readonly successor: string | null };

/**
 * Fetches the session that the request's cookies identify. Returns `undefined` if the store does not have to be asked.
 *
 * An id from a client is never adopted: if the cookie is forged, unknown, or expired, the new session gets an id of our own.
 */
export function load<S extends SessionSchema>(session: RequestSession<S>): Promise<void> | undefined {
  const { state } = session;
  if (state.isLoaded) return undefined;
  if (state.status.is === 'loading') return state.status.until;
  const header = session.transport.cookieHeader();
  if (header === undefined) {
    session.initialize('none');
    return undefined;
  }
  const cookies = new SignedCookies(session.config, header);
  const first = cookies.nextVerified();
  if (first === undefined) {
    session.initialize(cookies.isAny ? 'signature' : 'none');
    return undefined;
  }
  const loading = traceLoad(session, first, () => loadFirstLive(session, first, cookies));
  state.loading(loading);
  return loading;
}

/** Publishes the trace of a load, if somebody subscribes. */
function traceLoad<S extends SessionSchema>(
  session: RequestSession<S>,
  cookie: VerifiedCookie,
  work: () => Promise<void>,
): Promise<void> {
  if (!loadTraces.hasSubscribers) return work();
  const { request, config } = session;
  const { first } = config.store.keysOf(cookie.id, cookie.name);
  const message: LoadTrace = {
    request,
    middleware: config.names[0],
    store: config.store.kind,
    session: handleOf(first),
    outcome: undefined,
  };
  session.loadTrace = message;
  return traced(loadTraces, message, work);
}

/**
 * The signed cookies of a request. Cookies of the first name come first, because that name may have a prefix that keeps other
 * hosts from setting it.
 */
class SignedCookies {
  /** Whether the request has a cookie of any of the names. */
  readonly isAny: boolean;
  readonly #signer: Signer;
  readonly #cookies: { readonly name: string; readonly value: string }[] = [];
  #next = 0;

  constructor({ names, signer }: Pick<SessionConfig<SessionSchema>, 'names' | 'signer'>, header: string) {
    this.#signer = signer;
    let isAny = false;
    for (const name of names) {
      for (const value of cookieValues(header, name)) {
        isAny = true;
        if (this.#cookies.length < MOST_COOKIES && signer.isSigned(value) && !this.#has(value)) {
          this.#cookies.push({ name, value });
        }
      }
    }
    this.isAny = isAny;
  }

  #has(value: string): boolean {
    return this.#cookies.some((cookie) => cookie.value === value);
  }

  /** The next cookie whose signature is valid. The others after it are verified only when they are asked for. */
  nextVerified(): VerifiedCookie | undefined {
    for (;;) {
      const cookie = this.#cookies[this.#next++];
      if (cookie === undefined) return undefined;
      const verified = this.#signer.verify(cookie.value);
      if (verified !== undefined) return { name: cookie.name, id: verified.id, secret: verified.secret };
    }
  }
}

async function loadFirstLive<S extends SessionSchema>(
  session: RequestSession<S>,
  first: VerifiedCookie,
  others: SignedCookies,
): Promise<void> {
  let dead: Exclude<FoundSession, { outcome: 'found' }> | undefined;
  try {
    for (let cookie: VerifiedCookie | undefined = first; cookie !== undefined; cookie = others.nextVerified()) {
      const found = await lookUp(session, cookie);
      if (found.outcome === 'found') {
        arrive(session, cookie, found);
        return;
      }
      // `'rotated'` is the most useful outcome: a login that was sent twice, or a logout with the old id, depends on it.
      if (dead === undefined || (dead.outcome !== 'rotated' && found.outcome === 'rotated')) dead = found;
    }
  } catch (error) {
    session.state.failed(error as Error); // GuardedStore rejects with nothing else
    throw error;
  }
  session.initialize(dead?.outcome ?? 'unknown', dead?.outcome === 'rotated' ? dead.successor : undefined);
}

/** Looks for a cookie's session under its own name, then under the others, because another request may just have moved it. */
async function lookUp<S extends SessionSchema>(
  session: RequestSession<S>,
  cookie: VerifiedCookie,
): Promise<FoundSession> {
  const { store, names } = session.config;
  const { keys, first } = store.keysOf(cookie.id, cookie.name);
  let dead: FoundSession | undefined;
  for (const key of keys) {
    const record = await store.read(key);
    const isElsewhere = record !== undefined && isStoredElsewhere(record, keys);
    const place = isElsewhere ? await followMove(store, record) : record && { key, record };
    const found = place && judge(session, place, first);
    if (found?.outcome === 'found') {
      if (found.isUnderFirstName) return found;
      const moved = await moveToFirstName(store, cookie.id, found.place);
      if (moved !== undefined) return { outcome: 'found', place: moved, isUnderFirstName: moved.key === first };
    } else dead ??= found;
    // A cookie of the first name is set after the move. Only a release with another first name moves the session back.
    if (cookie.name === names[0] && !isElsewhere) break;
  }
  return dead ?? { outcome: 'unknown' };
}

/** Whether the session of a record was moved to another of its keys, or is about to be. */
function isStoredElsewhere(record: SessionRecord, keys: readonly string[]): boolean {
  const { forwardTo } = record;
  if (forwardTo === undefined) return false;
  return isPending(record) || (typeof forwardTo === 'string' && keys.includes(forwardTo));
}

/** Finds the session that was moved, unless the move is not in force yet. */
async function followMove(
  store: GuardedStore,
  { forwardTo, writeId }: SessionRecord,
): Promise<KeyedRecord | undefined> {
  return typeof forwardTo === 'string' ? putInForce(store, forwardTo, writeId) : undefined;
}

/** Decides whether a record is a live session. */
function judge<S extends SessionSchema>(
  session: RequestSession<S>,
  place: KeyedRecord,
  firstKey: string,
): FoundSession {
  const { record } = place;
  if (record.forwardTo !== undefined) return { outcome: 'rotated', successor: record.forwardTo };
  if (session.config.deadlines.passed(record, Date.now(), cookieLifeOf(session, record))) return { outcome: 'expired' };
  if (isDamaged(record)) return { outcome: 'corrupt' };
  return { outcome: 'found', place, isUnderFirstName: place.key === firstKey };
}

function cookieLifeOf<S extends SessionSchema>(
  { cookie: { attributes } }: RequestSession<S>,
  { cookieMaxAge }: SessionRecord,
): number | undefined {
  if (cookieMaxAge === undefined && attributes.expires === undefined) return attributes.maxAge;
  return new SessionCookie(attributes, cookieMaxAge).maxAge;
}

function arrive<S extends SessionSchema>(
  session: RequestSession<S>,
  cookie: VerifiedCookie,
  { place, isUnderFirstName }: Extract<FoundSession, { outcome: 'found' }>,
): void {
  const oldName = isUnderFirstName && cookie.name !== session.config.names[0] ? cookie.name : undefined;
  session.state.found({ id: cookie.id, ...place });
  session.cookie.arrive({ oldName, isOutdated: cookie.secret > 0 || oldName !== undefined });
  report(session, 'load', { outcome: 'found' });
}
