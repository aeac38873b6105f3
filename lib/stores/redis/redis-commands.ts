import { hash } from 'node:crypto';
import { recordFromText, recordToText } from '../record-text.js';
import type { SessionRecord } from '../store-contract.js';
import { script } from './redis-driver.js';

// A session is one string: the revision and the deadline, 16 digits each, so that they compare as text and the deadline
// can be written in place; the principal's digest, 22 characters; a line feed; then the record's text. Scripts look at
// this head alone, however long the rest is. A later form of it has to begin with something else than a digit.

const NUMBER = 16;
const DIGEST = 22;
const HEAD = 2 * NUMBER + DIGEST;

/** Where there is no principal. */
const NOBODY = '-'.repeat(DIGEST);

/** A number as the head has it. */
export function digits(value: number): string {
  return String(Math.max(0, Math.round(value))).padStart(NUMBER, '0');
}

/** What stands for a principal in the head and in the name of its index: no e-mail address shows in the names of keys. */
export function digestOf(principal: string | undefined): string {
  if (principal === undefined) return NOBODY;
  const bytes = Buffer.from(principal, 'utf16le'); // UTF-8 takes all halves of surrogate pairs for one character
  return hash('sha256', bytes, 'base64url').slice(0, DIGEST);
}

export function valueOf(record: SessionRecord): string {
  const head = digits(record.revision) + digits(record.expiresAt) + digestOf(record.principal);
  return `${head}\n${recordToText(record)}`;
}

/** The record of a value; `undefined` where its deadline has passed. What is no value of ours loads as `corrupt`. */
export function recordOf(value: string, now: number): SessionRecord | undefined {
  const revision = Number(value.slice(0, NUMBER));
  const expiresAt = Number(value.slice(NUMBER, 2 * NUMBER));
  if (!Number.isSafeInteger(revision) || !Number.isSafeInteger(expiresAt)) {
    return { data: '', revision: 0, schemaVersion: 0, createdAt: 0, expiresAt: now + 1 };
  }
  return expiresAt > now ? recordFromText(value.slice(HEAD + 1), revision, expiresAt) : undefined;
}

/**
 * How long the server is to keep something, in milliseconds. It is told a span and not a moment: its clock may differ
 * from ours, and it is ours that judges.
 */
export function lifeOf(expiresAt: number, now: number): string {
  return String(Math.max(1, Math.round(expiresAt - now)));
}

/** How long an index outlives its last session, in milliseconds: more than the clocks of two machines differ. */
export const INDEX_SLACK = 24 * 60 * 60 * 1000;

/** What a script that changes something answers with, as text. */
export const REFUSED = '0';
export const DONE = '1';

/** `update` answers so where the deadline moves out or the principal is another: the index comes first. */
export const INDEX_FIRST = '2';

/** The value: for clients whose GET may ask a replica. */
export const read = script(`return redis.call('GET', KEYS[1])`);

/** now, value, life */
export const create = script(`
if redis.call('GETRANGE', KEYS[1], ${NUMBER}, ${2 * NUMBER - 1}) > ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1`);

/** Whether the record is live and at the revision that is expected. ARGV: expected revision, now */
const IS_EXPECTED = `
local head = redis.call('GETRANGE', KEYS[1], 0, ${HEAD - 1})
if string.sub(head, 1, ${NUMBER}) ~= ARGV[1] or string.sub(head, ${NUMBER + 1}, ${2 * NUMBER}) <= ARGV[2] then return 0 end`;

/** expected revision, now, value, life, whether the index knows */
export const update = script(`${IS_EXPECTED}
local digest = string.sub(ARGV[3], ${2 * NUMBER + 1}, ${HEAD})
if ARGV[5] == '0' and digest ~= '${NOBODY}' and (digest ~= string.sub(head, ${2 * NUMBER + 1})
  or string.sub(ARGV[3], ${NUMBER + 1}, ${2 * NUMBER}) > string.sub(head, ${NUMBER + 1}, ${2 * NUMBER})) then
  return ${INDEX_FIRST}
end
redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4])
return 1`);

/** expected revision, now, deadline, life, whether the index knows; answers with the digest where it comes first */
export const touch = script(`${IS_EXPECTED}
local digest = string.sub(head, ${2 * NUMBER + 1})
if ARGV[5] == '0' and digest ~= '${NOBODY}' and ARGV[3] > string.sub(head, ${NUMBER + 1}, ${2 * NUMBER}) then
  return digest
end
redis.call('SETRANGE', KEYS[1], ${NUMBER}, ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1`);

/** now: removes what is live by our clock, and what is damaged; what looks dead may live by another's */
export const remove = script(`
local deadline = redis.call('GETRANGE', KEYS[1], ${NUMBER}, ${2 * NUMBER - 1})
if string.find(deadline, '^%d+$') and deadline <= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`);

/** now, digest: removes the record if it is that principal's */
export const removeOf = script(`
local head = redis.call('GETRANGE', KEYS[1], 0, ${HEAD - 1})
if string.sub(head, ${NUMBER + 1}, ${2 * NUMBER}) <= ARGV[1] or string.sub(head, ${2 * NUMBER + 1}) ~= ARGV[2] then return 0 end
return redis.call('DEL', KEYS[1])`);

/**
 * Adds a session to its principal's index, a sorted set by deadline, and lets go of those that have long been dead. Never
 * brings a deadline forward: the index must not forget what lives. (`ZADD GT` came with Redis 6.2.)
 * key, deadline, the deadlines of the long dead, life
 */
export const index = script(`
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[3])
local known = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not known or tonumber(known) < tonumber(ARGV[2]) then redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1]) end
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[4]) then redis.call('PEXPIRE', KEYS[1], ARGV[4]) end
return 1`);

/** The keys of a principal's sessions, dead ones too, each with its deadline after it. */
export const indexed = script(`return redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')`);

/** The keys that are to be forgotten, each with its deadline after it: one that has got another is in use again. */
export const forget = script(`
for at = 1, #ARGV, 2 do
  if redis.call('ZSCORE', KEYS[1], ARGV[at]) == ARGV[at + 1] then redis.call('ZREM', KEYS[1], ARGV[at]) end
end
return 1`);
