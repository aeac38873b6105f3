import type { $ZodType, $ZodTypes } from 'zod/v4/core';
import { SessionOptionsError, formatPath } from '../errors.js';
import { isReserved } from './reserved.js';

/** What the lifecycle has to know of a schema to do no more work than it needs. */
export interface SchemaTraits {
  /** Some field is held otherwise in code than in the store: encoding is more than copying. */
  readonly hasCodec: boolean;
  /** Some part is handed through by reference, so that a decoded payload may share objects with what was parsed. */
  readonly sharesInput: boolean;
  /** Some default holds an object inside an object, which zod hands out again and again. */
  readonly sharesDefaults: boolean;
  /** Some field is named like a member of every object, such as `constructor`: absent, it would be found all the same. */
  readonly namedLikeMembers: boolean;
  /** The payload's fields; `undefined` where the schema lets it have any. */
  readonly fields: ReadonlySet<string> | undefined;
}

/** Schema types whose values JSON cannot hold, and the codec that makes text of each. */
const NOT_JSON: Readonly<Record<string, string>> = {
  date: 'z.codec(z.iso.datetime(), z.date(), { decode: (text) => new Date(text), encode: (date) => date.toISOString() })',
  bigint: 'z.codec(z.string(), z.bigint(), { decode: BigInt, encode: String })',
  map: 'z.codec(z.array(z.tuple([key, value])), z.map(key, value), { decode: (list) => new Map(list), encode: (map) => [...map] })',
  set: 'z.codec(z.array(item), z.set(item), { decode: (list) => new Set(list), encode: (set) => [...set] })',
  symbol: 'a string',
  nan: 'z.number().nullable()',
  function: 'the data that the function works on',
  file: 'a reference to where the file is kept',
  promise: 'the value that the promise resolves to',
};

/**
 * Looks through a schema once, at start-up.
 * @throws SessionOptionsError where a field has a reserved name, the store could not hold what a field is, or a field
 *   could be decoded but not encoded
 */
export function inspectSchema(schema: $ZodType): SchemaTraits {
  const traits = { hasCodec: false, sharesInput: false, sharesDefaults: false };
  const fields = new Set<string>();
  let open = false;
  // A schema may stand in the store at one place and behind a codec at another.
  const seen = { stored: new Set<$ZodType>(), inCode: new Set<$ZodType>() };

  function visit(node: $ZodType | undefined | null, path: PropertyKey[], stored: boolean): void {
    const met = stored ? seen.stored : seen.inCode;
    if (node == null || met.has(node)) return;
    met.add(node);
    const def = (node as $ZodTypes)._zod.def; // every schema that zod makes is one of $ZodTypes
    const advice = NOT_JSON[def.type];
    if (stored && advice !== undefined) {
      throw new SessionOptionsError(
        'schema',
        `${formatPath(path)} is a ${def.type}, which JSON cannot hold: use ${advice}`,
      );
    }
    const isPayload = path.length === 0;
    switch (def.type) {
      case 'object':
        for (const [name, field] of Object.entries(def.shape)) {
          if (isPayload) refuseReserved(name);
          if (isPayload) fields.add(name);
          visit(field, [...path, name], stored);
        }
        if (isPayload && def.catchall !== undefined && def.catchall._zod.def.type !== 'never') open = true;
        visit(def.catchall, [...path, '*'], stored);
        break;
      case 'array':
        visit(def.element, [...path, 0], stored);
        break;
      case 'tuple':
        def.items.forEach((item, index) => {
          visit(item, [...path, index], stored);
        });
        visit(def.rest, [...path, def.items.length], stored);
        break;
      case 'record':
      case 'map':
        if (isPayload) open = true;
        visit(def.keyType, [...path, '*'], stored);
        visit(def.valueType, [...path, '*'], stored);
        break;
      case 'set':
        visit(def.valueType, [...path, '*'], stored);
        break;
      case 'union':
        for (const option of def.options) visit(option, path, stored);
        break;
      case 'intersection':
        visit(def.left, path, stored);
        visit(def.right, path, stored);
        break;
      case 'lazy':
        visit(def.getter(), path, stored);
        break;
      case 'default':
      case 'prefault':
        traits.sharesDefaults ||= holdsObjects(def.defaultValue);
        visit(def.innerType, path, stored);
        break;
      case 'catch':
        traits.sharesDefaults = true;
        visit(def.innerType, path, stored);
        break;
      case 'optional':
      case 'nullable':
      case 'nonoptional':
      case 'readonly':
        visit(def.innerType, path, stored);
        break;
      case 'pipe':
        visit(def.in, path, stored);
        if (def.reverseTransform !== undefined) {
          traits.hasCodec = true;
          visit(def.out, path, false);
        } else {
          visit(def.out, path, stored);
        }
        break;
      case 'transform':
      case 'success':
        throw new SessionOptionsError(
          'schema',
          `${formatPath(path)} is transformed one way only, so it could be loaded but never stored: ` +
            'use z.codec(…) with decode and encode',
        );
      case 'any':
      case 'unknown':
      case 'custom':
        traits.sharesInput = true;
        if (isPayload) open = true;
        break;
      default:
        break;
    }
  }

  visit(schema, [], true);
  return {
    ...traits,
    namedLikeMembers: [...fields].some((field) => field in Object.prototype),
    fields: open ? undefined : fields,
  };
}

function refuseReserved(field: string): void {
  if (!isReserved(field)) return;
  throw new SessionOptionsError('schema', `the field ${field} is reserved: req.session has its own; rename it`);
}

/** Whether zod's shallow copy of a default would still share something that can be changed. */
function holdsObjects(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype) return true;
  return Object.values(value).some((inner) => typeof inner === 'object' && inner !== null);
}
