import { hasRecordFields, recordFields, type RecordFields } from './record-fields.js';
import type { SessionRecord } from './store-contract.js';

/**
 * The version of the text form below. A change of the form raises it and adds a step to `upgrades`; a fixture of each
 * form ever released stays in `spec/fixtures`.
 */
export const RECORD_FORM = 1;

/** What the first line holds: all of a record but its payload, its revision and its deadline. */
interface Head extends RecordFields {
  readonly form: number;
}

/** One step from the form of its key to the next. None so far. */
const upgrades: Readonly<Record<number, (head: Head) => Head>> = {};

/**
 * A record as text, for stores that keep one value a key: a line of JSON about the record, then the payload as it is.
 * Revision and deadline are not in it: stores keep them where they can compare and move them without the payload.
 */
export function recordToText(record: SessionRecord): string {
  const head: Head = { form: RECORD_FORM, ...recordFields(record) }; // JSON leaves out what is undefined
  return `${JSON.stringify(head)}\n${record.data}`;
}

/**
 * The record that {@link recordToText} wrote, in this form or an older one. Text that no release of this library
 * wrote gives a record without data, which loads as `corrupt`.
 */
export function recordFromText(text: string, revision: number, expiresAt: number): SessionRecord {
  const end = text.indexOf('\n');
  let head = end === -1 ? undefined : parseHead(text.slice(0, end));
  while (head !== undefined && head.form < RECORD_FORM) head = upgrades[head.form]?.(head);
  if (head?.form !== RECORD_FORM) {
    return { data: '', revision, schemaVersion: 0, createdAt: 0, expiresAt };
  }
  return { data: text.slice(end + 1), revision, expiresAt, ...recordFields(head) };
}

function parseHead(line: string): Head | undefined {
  let head: unknown;
  try {
    head = JSON.parse(line);
  } catch {
    return undefined;
  }
  return isHead(head) ? head : undefined;
}

function isHead(value: unknown): value is Head {
  if (typeof value !== 'object' || value === null) return false;
  return 'form' in value && Number.isSafeInteger(value.form) && hasRecordFields(value);
}
