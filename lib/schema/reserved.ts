/**
 * The names that `req.session` keeps for itself, besides the members of its prototype. A field of the schema, or of a
 * payload, that has one of them would hide it. `id` to `resetMaxAge` are express-session's, so that code written for it
 * finds what it looks for; the last ones would change what an object is.
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

/** A field name that a schema may not have. */
export type ReservedField = (typeof RESERVED_FIELDS)[number];

const reserved: ReadonlySet<string> = new Set(RESERVED_FIELDS);

/** Whether `req.session` keeps this name for itself. */
export function isReserved(field: string): boolean {
  return reserved.has(field);
}
