import { hash } from 'node:crypto';
import { recordFromText, recordToText } from '../record-text.js';
import type { SessionRecord } from '../store-contract.js';
import { script } from './redis-driver.js';

// A session is one string. It starts with a head: the revision and the deadline with 16 digits each, and the digest of the
// principal with 22 characters. The fixed length allows scripts to compare numbers as text and to overwrite the deadline in
// place. A line feed and the record's text follow. Scripts read only the head, no matter how long the rest is. A later
// form must not start with a digit.

const NUMBER = 16;
const DIGEST = 22;
const HEAD = 2 * NUMBER + DIGEST;

/** The digest if there is no principal. */
const NOBODY = '-'.repeat(DIGEST);

/** Formats a number for the head. */
export function digits(value: number): string {
  return String(Math.max(0, Math.round(value))).padStart(NUMBER, '0');
}

/** Returns what identifies a principal in the head and in the key of its index, so that keys contain no e-mail addresses. */
export function digestOf(principal: string | undefined): string {
  if (principal === undefined) return NOBODY;
  const bytes = Buffer.from(principal, 'utf16le'); // UTF-8 maps all lone surrogates to one character
  return hash('sha256', bytes, 'base64url').slice(0, DIGEST);
}

export function valueOf(record: SessionRecord): string {
  const head = digits(record.revision) + digits(record.expiresAt) + digestOf(record.principal);
  return `${head}\n${recordToText(record)}`;
}

/** Reads the record of a value; `undefined` if it has expired. A value in another form is loaded as `corrupt`. */
export function recordFromValue(value: string, now: number): SessionRecord | undefined {
  const revision = Number(value.slice(0, NUMBER));
  const expiresAt = Number(value.slice(NUMBER, 2 * NUMBER));
  if (!Number.isSafeInteger(revision) || !Number.isSafeInteger(expiresAt)) {
    return { data: '', revision: 0, schemaVersion: 0, createdAt: 0, expiresAt: now + 1 };
  }
  return expiresAt > now ? recordFromText(value.slice(HEAD + 1), revision, expiresAt) : undefined;
}

/**
 * Returns how long the server must keep something, in milliseconds. It is a duration instead of a time, because the
 * server's clock may differ from ours, and ours decides.
 */
export function lifeOf(expiresAt: number, now: number): string {
  return String(Math.max(1, Math.round(expiresAt - now)));
}

/** How long an index outlives its last session, in milliseconds. It is more than the clocks of two machines differ. */
export const INDEX_SLACK = 24 * 60 * 60 * 1000;

/** The results of a script that changes something, as text. */
export const REFUSED = '0';
export const DONE = '1';

/** The result of `update` if the deadline is extended or the principal has changed: the index must be updated first. */
export const INDEX_FIRST = '2';

/** Returns the value, for clients whose GET may use a replica. */
export const read = script(`return redis.call('GET', KEYS[1])`);

/** ARGV: now, value, life */
export const create = script(`
if redis.call('GETRANGE', KEYS[1], ${NUMBER}, ${2 * NUMBER - 1}) > ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1`);

/** Checks that the record is live and has the expected revision. ARGV: expected revision, now */
const IS_EXPECTED = `
local head = redis.call('GETRANGE', KEYS[1], 0, ${HEAD - 1})
if string.sub(head, 1, ${NUMBER}) ~= ARGV[1] or string.sub(head, ${NUMBER + 1}, ${2 * NUMBER}) <= ARGV[2] then return 0 end`;

/** ARGV: expected revision, now, value, life, whether the index is up to date */
export const update = script(`${IS_EXPECTED}
local digest = string.sub(ARGV[3], ${2 * NUMBER + 1}, ${HEAD})
if ARGV[5] == '0' and digest ~= '${NOBODY}' and (digest ~= string.sub(head, ${2 * NUMBER + 1})
  or string.sub(ARGV[3], ${NUMBER + 1}, ${2 * NUMBER}) > string.sub(head, ${NUMBER + 1}, ${2 * NUMBER})) then
  return ${INDEX_FIRST}
end
redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4])
return 1`);

/** ARGV: expected revision, now, deadline, life, whether the index is up to date. If it is not, returns the digest. */
export const touch = script(`${IS_EXPECTED}
local digest = string.sub(head, ${2 * NUMBER + 1})
if ARGV[5] == '0' and digest ~= '${NOBODY}' and ARGV[3] > string.sub(head, ${NUMBER + 1}, ${2 * NUMBER}) then
  return digest
end
redis.call('SETRANGE', KEYS[1], ${NUMBER}, ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1`);

/** ARGV: now. Removes a live or damaged value. A value that has expired by our clock may be live by another clock. */
export const remove = script(`
local deadline = redis.call('GETRANGE', KEYS[1], ${NUMBER}, ${2 * NUMBER - 1})
if string.find(deadline, '^%d+$') and deadline <= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`);

/** ARGV: now, digest. Removes the record if it belongs to that principal. */
export const removeOf = script(`
local head = redis.call('GETRANGE', KEYS[1], 0, ${HEAD - 1})
if string.sub(head, ${NUMBER + 1}, ${2 * NUMBER}) <= ARGV[1] or string.sub(head, ${2 * NUMBER + 1}) ~= ARGV[2] then return 0 end
return redis.call('DEL', KEYS[1])`);

/**
 * Adds a session to the index of its principal, which is a set sorted by deadline. Removes the entries that expired long
 * ago. Never moves a deadline to an earlier time, because the index must not lose a live session. (`ZADD GT` would need
 * Redis 6.2.)
 * ARGV: key, deadline, the latest deadline to remove, life
 */
export const index = script(`
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[3])
local known = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not known or tonumber(known) < tonumber(ARGV[2]) then redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1]) end
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[4]) then redis.call('PEXPIRE', KEYS[1], ARGV[4]) end
return 1`);

/**
 * Returns some keys of a principal's sessions, including expired ones, each followed by its deadline, and before them where
 * to continue. A key that is in the index all the time is returned at least once. A reply with all keys would block the
 * client, which parses it in one go.
 * ARGV: where to continue, '0' at first and at the end
 */
export const indexed = script(`return redis.call('ZSCAN', KEYS[1], ARGV[1], 'COUNT', 500)`);

/** ARGV: the keys to remove, each followed by its deadline. A key that has another deadline now is in use, and remains. */
export const forget = script(`
for at = 1, #ARGV, 2 do
  if redis.call('ZSCORE', KEYS[1], ARGV[at]) == ARGV[at + 1] then redis.call('ZREM', KEYS[1], ARGV[at]) end
end
return 1`);
