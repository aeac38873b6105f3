import { cookieValues } from '../cookie/header.js';
import { emit } from '../events.js';
import type { SessionSchema } from '../schema/types.js';
import type { SessionRecord } from '../stores/store.js';
import { isDamaged } from './records.js';
import type { RequestSession } from './request-session.js';

/**
 * Fetches the session that the request's cookie names. Returns nothing where the store need not be asked.
 *
 * A client's id is never adopted: a cookie that is forged, unknown or expired begins a session with an id of our own.
 */
export function load<S extends SessionSchema>(session: RequestSession<S>): Promise<void> | undefined {
  if (session.loaded) return undefined;
  if (session.loading !== undefined) return session.loading;
  const { settings } = session;
  const header = session.cookieHeader();
  const values = header === undefined ? [] : cookieValues(header, settings.name);
  for (const value of values) {
    const verified = settings.signer.verify(value);
    if (verified === undefined) continue;
    const { id, secret } = verified;
    const key = settings.store.keyOf(id);
    session.loading = settings.store.read(key).then(
      (record) => {
        arrive(session, id, key, record, secret > 0);
      },
      (error: unknown) => {
        session.loading = undefined;
        session.loadError = error as Error; // StoreCalls rejects with nothing else
        throw error;
      },
    );
    return session.loading;
  }
  session.startAnew(values.length === 0 ? 'none' : 'signature');
  return undefined;
}

function arrive<S extends SessionSchema>(
  session: RequestSession<S>,
  id: string,
  key: string,
  record: SessionRecord | undefined,
  signedByOldSecret: boolean,
): void {
  if (record === undefined) {
    session.startAnew('unknown');
    return;
  }
  if (record.rotatedTo !== undefined) {
    session.startAnew('rotated');
    session.ended = 'rotated';
    session.successor = record.rotatedTo;
    return;
  }
  session.stored = { id, key, record };
  const life = session.cookieLife;
  const { deadlines } = session.settings;
  const now = Date.now();
  if (deadlines.passed(record, now, life)) {
    session.startAnew('expired');
    return;
  }
  if (isDamaged(record)) {
    session.startAnew('corrupt');
    return;
  }
  session.id = id;
  session.loaded = true;
  session.outcome = 'found';
  session.cookieArrived = true;
  session.signedByOldSecret = signedByOldSecret;
  emit('load', { request: session.request, outcome: 'found' });
}
