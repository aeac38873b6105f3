/**
 * The names that `req.session` reserves. A field of the schema or of a payload with one of these names would hide the
 * member. Most of them are members of `req.session`, here or in express-session, so that code written for express-session
 * finds what it expects. The last ones would change how an object behaves.
 */
export const RESERVED_FIELDS = [
  'id',
  'cookie',
  'isNew',
  'save',
  'reload',
  'rotate',
  'regenerate',
  'destroy',
  'touch',
  'update',
  'take',
  'resetMaxAge',
  'become',
  'validate',
  'req',
  'toJSON',
  'then',
  '__proto__',
] as const;

/**
 * A field name that a schema may not have.
 *
 * @group Types
 */
export type ReservedField = (typeof RESERVED_FIELDS)[number];

const reserved: ReadonlySet<string> = new Set(RESERVED_FIELDS);

/** Whether `req.session` reserves this name. */
export function isReserved(field: string): boolean {
  return reserved.has(field);
}
