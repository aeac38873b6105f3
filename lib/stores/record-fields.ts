import type { SessionRecord } from './store-contract.js';

/**
 * The table of the fields in a record that describe its session, in the order of the text form. For each field, it checks
 * whether a value that a store returned is valid. A new field needs a row here and a property in `SessionRecord`.
 */
const CHECKS = {
  schemaVersion: Number.isSafeInteger,
  createdAt: Number.isSafeInteger,
  cookieMaxAge: (value) => value == null || Number.isFinite(value),
  principal: isTextOrAbsent,
  forwardTo: (value) => value === null || isTextOrAbsent(value),
  mirroredUntil: isNumberOrAbsent,
  writeId: isTextOrAbsent,
  usedAt: isNumberOrAbsent,
} satisfies Record<
  // The payload, what stores keep separately to compare and change it, and what only express-session's layout has.
  Exclude<keyof SessionRecord, 'data' | 'revision' | 'expiresAt' | 'cookie'>,
  (value: unknown) => boolean
>;

/** The name of a field of the table. */
export type RecordField = keyof typeof CHECKS;

/** The part of a record that describes its session. */
export type RecordFields = Pick<SessionRecord, RecordField>;

/** The names of the fields, in the order of the text form. */
export const RECORD_FIELDS = Object.keys(CHECKS) as readonly RecordField[]; // its keys

/** Whether a value that a store returned has the fields of a record. */
export function hasRecordFields(value: object): value is RecordFields {
  const found = value as Readonly<Record<RecordField, unknown>>; // every object has properties
  return RECORD_FIELDS.every((name) => CHECKS[name](found[name]));
}

/** Returns the fields of the table and no others. Absent fields are `undefined`. */
export function recordFields(from: RecordFields): RecordFields {
  const picked: Partial<Record<RecordField, unknown>> = {};
  for (const name of RECORD_FIELDS) picked[name] = from[name];
  return picked as RecordFields; // each value is unchanged
}

function isTextOrAbsent(value: unknown): boolean {
  return value === undefined || typeof value === 'string';
}

function isNumberOrAbsent(value: unknown): boolean {
  return value === undefined || Number.isFinite(value);
}
