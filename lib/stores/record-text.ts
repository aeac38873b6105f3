import { hasRecordFields, recordFields, type RecordFields } from './record-fields.js';
import type { SessionRecord } from './store-contract.js';

/**
 * The version of the text form below. If you change the form, increase the version, add a step to `upgrades`, and keep a
 * fixture of each released form in `spec/fixtures`.
 */
export const RECORD_FORM = 1;

/** The content of the first line: the whole record except its payload, its revision, and its deadline. */
interface Head extends RecordFields {
  readonly form: number;
}

/** The upgrade from each form to the next, by the version of the older form. There are none so far. */
const upgrades: Readonly<Record<number, (head: Head) => Head>> = {};

/**
 * Converts a record to text, for stores that keep one value for each key. The first line is JSON about the record, and the
 * encoded payload follows it unchanged. The text does not contain the revision and the deadline: stores keep them
 * separately, so that they can compare and change them without the payload.
 */
export function recordToText(record: SessionRecord): string {
  const head: Head = { form: RECORD_FORM, ...recordFields(record) }; // JSON leaves out what is undefined
  return `${JSON.stringify(head)}\n${record.data}`;
}

/**
 * Reads the text of {@link recordToText}, in the current or an older form. For any other text, it returns a record without
 * data, which is loaded as `corrupt`.
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
