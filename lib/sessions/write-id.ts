import { randomBytes } from 'node:crypto';
import type { SessionRecord } from '../stores/store-contract.js';

/** The prefix of the write ids of this process. */
const PROCESS = randomBytes(9).toString('base64url');
let writes = 0;

/** An identifier that no other write has. */
export function newWriteId(): string {
  writes += 1;
  return PROCESS + writes.toString(36);
}

/**
 * Whether a record in the store is what this request has just written, although the store reported that another request was
 * faster. A driver that loses the connection before the answer sends its command again (ioredis, and `redis` behind Sentinel,
 * do so by themselves), and the second command finds what the first one has stored.
 */
export function isOurs(found: SessionRecord | undefined, written: SessionRecord): found is SessionRecord {
  return found?.writeId !== undefined && found.writeId === written.writeId;
}
