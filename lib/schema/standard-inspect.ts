import { SessionOptionsError, formatPath } from '../errors.js';
import { ANY_KEY } from './issue-paths.js';
import { findNotJson } from './json-values.js';
import { partOf, rootPart, type SchemaPart } from './standard-parts.js';
import { copyEncoded, sameEncoded } from './encoded-payload.js';
import type { StandardSchema } from './payload-types.js';

const OTHERWISE = 'or make the whole schema with zod, and use a codec';

/** Values of which every field accepts some, unless it is very particular. */
const EXAMPLES: readonly unknown[] = [
  ...[undefined, null, true, 0, 1, -1.5, 1_700_000_000_000, [], {}],
  ...['', 'a', ' Some Text ', 'true', '1', '1.5', '2001-02-03', '2001-02-03T04:05:06.789Z', 'https://example.com/a'],
  ...['someone@example.com', '0b0cbd5c-1f2e-4d3c-8b4a-5e6f7a8b9c0d', '0123456789abcdef01234567', '["a"]', '{"a":1}'],
];

/** Values that JSON cannot hold, to try on the parts that declare such a type: a transform may accept them. */
const NOT_JSON: readonly unknown[] = [
  new Date(0),
  1n,
  new Map(),
  new Set(),
  Symbol('example'),
  new URL('https://example.com/'),
];

/** How many examples of a part are tried, and how deep they are. */
const MOST = 100;
const DEEPEST = 4;

/** How many parts that transform are tried. A schema with more of them would make the start-up slow. */
const MOST_PARTS = 500;

/**
 * Looks through a schema of Standard Schema once, at start-up. The standard has no way to ask for the parts of a schema, so
 * this finds what it can: the parts of valibot's and arktype's, and what a schema does with examples. What it does not
 * find is refused when it would be stored.
 * @throws SessionOptionsError where the payload is no object, JSON could not hold a field, or a field is transformed one
 *   way only
 */
export function inspectStandard(schema: StandardSchema): void {
  const known = partOf(schema);
  if (known !== undefined) refuseNoObject(known); // a function that an app wrote may count on an object
  const examples = new Examples();
  const seen = new Set<unknown>();
  let tried = 0;
  const visit = (node: unknown, path: readonly PropertyKey[]): void => {
    if (seen.has(node)) return; // a recursive schema
    seen.add(node);
    const part = node === schema ? rootPart(schema) : partOf(node);
    if (part === undefined) return;
    // what is inside is never stored where it is transformed
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

/** Whether a field, as far as can be seen, holds something else than text or a number in some state, or nothing in all. */
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

/** The parts that a field has: one in each member of a union. */
function fieldsOf(part: SchemaPart | undefined, field: string, levels: number): SchemaPart[] {
  if (part === undefined || levels < 0) return [];
  const own = partOf(part.fields.get(field));
  return [...(own ? [own] : []), ...part.same.flatMap((node) => fieldsOf(partOf(node), field, levels - 1))];
}

/** Whether a part, or one that looks at the same value, may change it. */
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

/** Makes values for the parts of one schema. */
class Examples {
  readonly #made = new Map<unknown, unknown>();

  /** What a part makes of the examples that it accepts: some of everything, and some made of its own parts. */
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

  /** A value that a part accepts and that is there, if there is one. It is looked for once. */
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
  const isList = root.items.length > 0 || (values.length > 0 && values.every(Array.isArray)); // an object of arktype also accepts []
  if (!isList && values.every((value) => typeof value === 'object' && value !== null)) return;
  throw new SessionOptionsError(
    'schema',
    'accepts what is no object: a session has fields, so its schema must be an object or a union of objects',
  );
}

/** What is stored is what the schema makes of a value: it must be JSON, and stay what it is when it is validated again. */
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
