import { SessionOptionsError, formatPath } from '../errors.js';
import { ANY_KEY } from './issue-paths.js';
import { findNotJson } from './json-values.js';
import { partOf, rootPart, type SchemaPart } from './standard-parts.js';
import { copyEncoded, sameEncoded } from './encoded-payload.js';
import type { StandardSchema } from './payload-types.js';

const OTHERWISE = 'or make the whole schema with zod, and use a codec';

/** Example values. Every field accepts some of them, unless its type is very specific. */
const EXAMPLES: readonly unknown[] = [
  ...[undefined, null, true, 0, 1, -1.5, 1_700_000_000_000, [], {}],
  ...['', 'a', ' Some Text ', 'true', '1', '1.5', '2001-02-03', '2001-02-03T04:05:06.789Z', 'https://example.com/a'],
  ...['someone@example.com', '0b0cbd5c-1f2e-4d3c-8b4a-5e6f7a8b9c0d', '0123456789abcdef01234567', '["a"]', '{"a":1}'],
];

/** Values that JSON cannot represent, to be tried on parts that declare such a type: a transform may accept them. */
const NOT_JSON: readonly unknown[] = [
  new Date(0),
  1n,
  new Map(),
  new Set(),
  Symbol('example'),
  new URL('https://example.com/'),
];

/** How many examples are tried on a part, and how deep they may be. */
const MOST = 100;
const DEEPEST = 4;

/** How many parts with a transform are tried. Trying more of them would make the start-up slow. */
const MOST_PARTS = 500;

/**
 * Inspects a Standard Schema once, at start-up. The standard does not expose the parts of a schema. So this function uses
 * the internal parts of valibot's and arktype's schemas, and observes what a schema does with examples. Problems that it
 * does not find are detected when a payload is about to be stored.
 * @throws SessionOptionsError if the payload is not an object, if JSON cannot represent a field, or if a field is
 *   transformed one way only
 */
export function inspectStandard(schema: StandardSchema): void {
  const known = partOf(schema);
  if (known !== undefined) refuseNoObject(known); // code of the app in an unknown schema may expect an object
  const examples = new Examples();
  const seen = new Set<unknown>();
  let tried = 0;
  const visit = (node: unknown, path: readonly PropertyKey[]): void => {
    if (seen.has(node)) return; // a recursive schema
    seen.add(node);
    const part = node === schema ? rootPart(schema) : partOf(node);
    if (part === undefined) return;
    // The input of a transform is never stored, so what is inside does not matter.
    if (transforms(part)) {
      if (++tried <= MOST_PARTS) refuseOneWay(examples.accepted(part), part, path);
      return;
    }
    if (part.notJson !== undefined) throw notJson(path, part.notJson);
    for (const inner of part.same) visit(inner, path);
    for (const [name, inner] of part.fields) visit(inner, [...path, name]);
    for (const inner of part.rest) visit(inner, [...path, ANY_KEY]);
    for (const [index, inner] of part.items.entries()) visit(inner, [...path, index]);
  };
  visit(schema, []);
}

/**
 * Whether examples show that a field cannot be the principal: in some state it holds something other than text or a
 * number, or it is null in all states.
 */
export function refusesPrincipal(schema: StandardSchema, field: string): boolean {
  const examples = new Examples();
  const states = fieldsOf(rootPart(schema), field, DEEPEST).map((part) =>
    examples.accepted(part).flatMap(({ value }) => (value === undefined ? [] : [value])),
  );
  const found = states.flat();
  const isNothing = found.length > 0 && found.every((value) => value === null) && states.every((one) => one.length > 0);
  return (
    isNothing || found.some((value) => typeof value === 'boolean' || (typeof value === 'object' && value !== null))
  );
}

/** Returns the parts of a field: one for each member of a union that has the field. */
function fieldsOf(part: SchemaPart | undefined, field: string, levels: number): SchemaPart[] {
  if (part === undefined || levels < 0) return [];
  const own = partOf(part.fields.get(field));
  return [...(own ? [own] : []), ...part.same.flatMap((node) => fieldsOf(partOf(node), field, levels - 1))];
}

/** Whether a part, or another part that validates the same value, may change the value. */
function transforms(part: SchemaPart, seen = new Set<unknown>()): boolean {
  return (
    part.transforms ||
    part.same.some((node) => {
      if (seen.has(node)) return false;
      seen.add(node);
      const inner = partOf(node);
      return inner !== undefined && transforms(inner, seen);
    })
  );
}

/** Creates example values for the parts of one schema. */
class Examples {
  readonly #made = new Map<unknown, unknown>();

  /** Returns the outputs of a part for the examples that it accepts: general ones, and ones built from its own parts. */
  accepted(part: SchemaPart): { readonly value: unknown }[] {
    const own = this.#ownOf(part, DEEPEST).slice(0, MOST);
    return [...own, ...EXAMPLES].flatMap((value) => part.run(copyEncoded(value)) ?? []);
  }

  #ownOf(part: SchemaPart, levels: number): unknown[] {
    const own: unknown[] = [...part.values, ...(part.notJson === undefined ? [] : NOT_JSON)];
    if (levels === 0) return own;
    const one = (node: unknown): unknown => this.#oneOf(node, levels - 1);
    if (part.items.length > 0) own.push(part.items.map(one), part.items.slice(0, 1).map(one));
    if (part.rest.length > 0) own.push({ a: one(part.rest[0]) });
    if (part.fields.size > 0) own.push(withFields(part.fields, one));
    for (const node of part.same) {
      const inner = partOf(node);
      if (inner !== undefined) own.push(...this.#ownOf(inner, levels - 1));
    }
    return own.slice(0, MOST);
  }

  /** Returns a value other than `undefined` that a part accepts, if one is found. The result is cached. */
  #oneOf(node: unknown, levels: number): unknown {
    const part = partOf(node);
    if (part === undefined) return undefined;
    if (!this.#made.has(node)) {
      const fits = (value: unknown): boolean => value !== undefined && part.run(copyEncoded(value)) !== undefined;
      this.#made.set(node, [...this.#ownOf(part, levels), ...EXAMPLES].find(fits));
    }
    return this.#made.get(node);
  }
}

function withFields(fields: ReadonlyMap<string, unknown>, one: (node: unknown) => unknown): object {
  const all = [...fields].map(([name, node]) => [name, one(node)] as const);
  return Object.fromEntries(all.filter(([, value]) => value !== undefined));
}

function refuseNoObject(root: SchemaPart): void {
  const values = EXAMPLES.flatMap((value) => root.run(copyEncoded(value)) ?? []).map(({ value }) => value);
  const isList = root.items.length > 0 || (values.length > 0 && values.every(Array.isArray)); // arktype's also accept []
  if (!isList && values.every((value) => typeof value === 'object' && value !== null)) return;
  throw new SessionOptionsError(
    'schema',
    'accepts what is no object: a session has fields, so its schema must be an object or a union of objects',
  );
}

/** What is stored is the output of the schema. It must be JSON, and must not change when it is validated again. */
function refuseOneWay(
  made: readonly { readonly value: unknown }[],
  part: SchemaPart,
  path: readonly PropertyKey[],
): void {
  for (const { value } of made) {
    const found = findNotJson(value);
    if (found !== undefined) throw notJson([...path, ...found.path], found.what.replace(/^is (a |an )?/, ''));
    const again = part.run(copyEncoded(value));
    if (again !== undefined && sameEncoded(again.value, value)) continue;
    const so =
      again === undefined ? 'it could be loaded but never stored' : 'it would be transformed again at each load';
    const what = `${formatPath(path)} is transformed one way only, so ${so}`;
    throw new SessionOptionsError('schema', `${what}: validate it as what is stored, ${OTHERWISE}`);
  }
}

function notJson(path: readonly PropertyKey[], what: string): SessionOptionsError {
  const advice = `declare it as text or a number, ${OTHERWISE}`;
  return new SessionOptionsError('schema', `${formatPath(path)} holds what JSON cannot (${what}): ${advice}`);
}
