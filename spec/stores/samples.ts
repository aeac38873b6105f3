import { randomBytes } from 'node:crypto';
import type { SessionRecord } from '../../lib/stores/store-contract.js';

/** In milliseconds. */
export const MINUTE = 60_000;

/** A live record at revision 1, with the fields that every record has. */
export function aRecord(fields: Partial<SessionRecord> = {}): SessionRecord {
  return {
    data: '{"views":1}',
    revision: 1,
    schemaVersion: 0,
    createdAt: Date.now(),
    expiresAt: Date.now() + MINUTE,
    ...fields,
  };
}

/** A key that no other test uses: the stores of several tests may share one server. */
export function aKey(): string {
  return randomBytes(24).toString('base64url');
}
