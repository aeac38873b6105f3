import { formatPath } from '../errors.js';
import type { SessionSchema } from '../schema/payload-types.js';
import { isDamaged, isPending } from '../sessions/session-records.js';
import type { SessionConfig } from '../sessions/session-config.js';
import type { SessionRecord } from '../stores/store-contract.js';
import { handleOf } from '../tracing.js';
import { durationText } from './duration-text.js';

/** What the store holds for a cookie that was verified. */
export interface StoredVerdict {
  readonly isLive: boolean;
  readonly message: string;
  /** The opaque handle of the session. */
  readonly handle: string;
}

type Config = SessionConfig<SessionSchema>;

/** Looks a session up, as a load would, and changes nothing. */
export async function findStored(config: Config, id: string, cookieName: string | undefined): Promise<StoredVerdict> {
  const { keys, first } = config.store.keysOf(id, cookieName ?? config.names[0]);
  const handle = handleOf(first);
  let verdict = {
    isLive: false,
    message: 'the store has none under this id: it was never stored, it expired, or it was ended',
  };
  for (const key of keys) {
    const record = await config.store.read(key);
    if (record === undefined) continue;
    verdict = judgeRecord(config, record);
    if (verdict.isLive) break;
  }
  return { ...verdict, handle };
}

function judgeRecord(config: Config, record: SessionRecord): { readonly isLive: boolean; readonly message: string } {
  const { serializer, deadlines, cookie } = config;
  const life = typeof cookie === 'function' ? undefined : cookie.maxAge;
  if (isDamaged(record))
    return { isLive: false, message: 'its record cannot be read: a newer release or another program wrote it' };
  if (isPending(record))
    return { isLive: false, message: 'it is moving from another cookie name, and is not in force yet' };
  if (record.forwardTo !== undefined) {
    const message =
      'its id was replaced, at a login or by a rotation: the browser has a newer cookie, or this one was stolen';
    return { isLive: false, message };
  }
  if (deadlines.passed(record, Date.now(), record.cookieMaxAge ?? life)) {
    return { isLive: false, message: 'it has reached its absolute deadline (absoluteTimeout)' };
  }
  const read = serializer.read(record.data, record.schemaVersion);
  if (read.ok) {
    return {
      isLive: true,
      message: `it is stored, fits the schema, and expires in ${durationText(record.expiresAt - Date.now())} if nobody uses it`,
    };
  }
  const where = [...new Set(read.issues.map(({ path, code }) => `${formatPath(path)} (${code})`))].join(', ');
  return {
    isLive: false,
    message: `it is stored, but does not fit the schema${where === '' ? '' : `: ${where}`}; onInvalid decides what happens`,
  };
}
