import type { SessionRecord } from './store-contract.js';

/**
 * The table of what a record says about its session, in the order of the text form: for each field, whether a value that a
 * store returned can be its value. A new field is a row here and a line in `SessionRecord`.
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
  // the payload; what stores keep by themselves to compare and move it; what only express-session's layout has
  Exclude<keyof SessionRecord, 'data' | 'revision' | 'expiresAt' | 'cookie'>,
  (value: unknown) => boolean
>;

/** The name of a field of the table. */
export type RecordField = keyof typeof CHECKS;

/** What a record says about its session. */
export type RecordFields = Pick<SessionRecord, RecordField>;

/** The names of the fields, in the order of the text form. */
export const RECORD_FIELDS = Object.keys(CHECKS) as readonly RecordField[]; // of the object above

/** Whether a value that a store returned has the fields of a record. */
export function hasRecordFields(value: object): value is RecordFields {
  const found = value as Readonly<Record<RecordField, unknown>>; // any object can be asked for a field
  return RECORD_FIELDS.every((name) => CHECKS[name](found[name]));
}

/** The fields of a record, and no others; those that are absent are `undefined`. */
export function recordFields(from: RecordFields): RecordFields {
  const picked: Partial<Record<RecordField, unknown>> = {};
  for (const name of RECORD_FIELDS) picked[name] = from[name];
  return picked as RecordFields; // each is what it was there
}

function isTextOrAbsent(value: unknown): boolean {
  return value === undefined || typeof value === 'string';
}

function isNumberOrAbsent(value: unknown): boolean {
  return value === undefined || Number.isFinite(value);
}
