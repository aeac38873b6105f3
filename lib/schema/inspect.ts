import { types } from 'node:util';
import type { $ZodCheck, $ZodType } from 'zod/v4/core';
import { SessionOptionsError, formatPath } from '../errors.js';
import { ANY_KEY } from './issue-paths.js';
import { fieldOptionsOf, type FieldOptions } from './field-options.js';
import { isReserved } from './reserved.js';
import { sameBothWays } from './same-both-ways.js';
import { defOf, innerOf } from './zod-def.js';

/** What is known about a schema. Sessions use it to skip work that the schema does not need. */
export interface SchemaTraits {
  /** Some field has a different form in code than in the store, so encoding does more than copying. */
  readonly hasCodec: boolean;
  /** Some part is passed through by reference, so a decoded payload may share objects with its input. */
  readonly sharesInput: boolean;
  /**
   * Some field, at any depth, has the name of a member that every object inherits, such as `constructor`. If such a field
   * is absent, the inherited member would be found instead.
   */
  readonly namedLikeMembers: boolean;
  /** Some part may contain what JSON cannot represent, although its type does not show it. It is checked before storing. */
  readonly mayHoldMore: boolean;
  /** The fields with defaults of a schema that does the same in both directions; otherwise `undefined`. */
  readonly sameBothWays: readonly string[] | undefined;
  /** The schema does not limit how deep a value may be, so the levels are counted before storing. */
  readonly mayBeDeep: boolean;
  /** The payload's fields; `undefined` if the schema allows any field. */
  readonly fields: ReadonlySet<string> | undefined;
  /** The fields that the schema names, even if it allows others as well. */
  readonly named: ReadonlySet<string>;
  /** Some field, at any depth, is sensitive. */
  readonly hasSensitive: boolean;
  /** The fields that have a stored form: those that are encrypted or that expire. */
  readonly fieldOptions: ReadonlyMap<string, FieldOptions>;
}

/** Schema types whose values JSON cannot represent, and what to use instead of each. */
const NOT_JSON: Readonly<Record<string, string>> = {
  date: 'isoDate of typed-session',
  bigint: 'bigintText of typed-session',
  map: 'mapOf(key, value) of typed-session',
  set: 'setOf(item) of typed-session',
  symbol: 'a string',
  nan: 'z.number().nullable()',
  function: 'the data that the function works on',
  file: 'a reference to where the file is kept',
  promise: 'the value that the promise resolves to',
};

/**
 * Inspects a schema once, at start-up.
 * @throws SessionOptionsError if a field has a reserved name, if JSON cannot represent a field, if a field can be decoded
 *   but not encoded, or if a part of the schema is async
 */
export function inspectSchema(schema: $ZodType): SchemaTraits {
  const traits = {
    hasCodec: false,
    sharesInput: false,
    mayHoldMore: false,
    mayBeDeep: false,
    namedLikeMembers: false,
    hasSensitive: false,
  };
  const fields = new Set<string>();
  const fieldOptions = new Map<string, FieldOptions>();
  let isOpen = false;
  // The same schema may be stored in one place and used behind a codec in another.
  const seen = { stored: new Set<$ZodType>(), inCode: new Set<$ZodType>() };
  const around = new Set<$ZodType>(); // a schema that contains itself is recursive

  function visit(node: $ZodType | undefined | null, path: PropertyKey[], stored: boolean): void {
    if (node == null) return;
    if (!('_zod' in node)) {
      const advice = typeof node === 'function' ? 'is a function: call it' : 'is no schema of zod 4';
      throw new SessionOptionsError('schema', `${formatPath(path)} ${advice}`);
    }
    collectOptions(node, path);
    const met = stored ? seen.stored : seen.inCode;
    traits.mayBeDeep ||= around.has(node);
    if (met.has(node)) return;
    met.add(node);
    around.add(node);
    look(node, path, stored);
    around.delete(node);
  }

  function look(node: $ZodType, path: PropertyKey[], stored: boolean): void {
    const def = defOf(node);
    const advice = NOT_JSON[def.type];
    if (stored && advice !== undefined) {
      throw new SessionOptionsError(
        'schema',
        `${formatPath(path)} is a ${def.type}, which JSON cannot hold: use ${advice}`,
      );
    }
    refuseAsync(def, path);
    const isPayload = path.length === 0;
    switch (def.type) {
      case 'object':
        for (const [name, field] of Object.entries(def.shape)) {
          if (isPayload) refuseReserved(name);
          if (isPayload) fields.add(name);
          if (name in Object.prototype) traits.namedLikeMembers = traits.mayBeDeep = true; // it will be traversed
          visit(field, [...path, name], stored);
        }
        if (isPayload && def.catchall !== undefined && defOf(def.catchall).type !== 'never') isOpen = true;
        visit(def.catchall, [...path, ANY_KEY], stored);
        break;
      case 'array':
        if (stored && def.element._zod.optout === 'optional') {
          throw new SessionOptionsError(
            'schema',
            `${formatPath([...path, 0])} may be undefined, which JSON makes null of in an array: use .nullable()`,
          );
        }
        visit(def.element, [...path, 0], stored);
        break;
      case 'tuple':
        traits.mayHoldMore ||= def.items.some((item) => item._zod.optout === 'optional');
        def.items.forEach((item, index) => {
          visit(item, [...path, index], stored);
        });
        visit(def.rest, [...path, def.items.length], stored);
        break;
      case 'record':
      case 'map':
        if (isPayload) isOpen = true;
        visit(def.keyType, [...path, ANY_KEY], stored);
        visit(def.valueType, [...path, ANY_KEY], stored);
        break;
      case 'set':
        visit(def.valueType, [...path, ANY_KEY], stored);
        break;
      case 'union':
        for (const option of def.options) visit(option, path, stored);
        break;
      case 'intersection':
        visit(def.left, path, stored);
        visit(def.right, path, stored);
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
      case 'literal':
        if (stored && def.values.some((value) => typeof value === 'bigint')) {
          throw new SessionOptionsError(
            'schema',
            `${formatPath(path)} is a bigint, which JSON cannot hold: use a string`,
          );
        }
        break;
      case 'any':
      case 'unknown':
      case 'custom':
        if (!stored) break;
        refuseInstance(node, path);
        traits.sharesInput = true;
        traits.mayHoldMore = true;
        traits.mayBeDeep = true;
        break;
      default:
        visit(innerOf(node), path, stored);
    }
  }

  function collectOptions(node: $ZodType, path: PropertyKey[]): void {
    const found = fieldOptionsOf(node);
    traits.hasSensitive ||= found.sensitive;
    if (!found.encrypted && found.expiresAfter === undefined) return;
    const [field] = path;
    if (path.length === 1 && typeof field === 'string' && field !== ANY_KEY) {
      const before = fieldOptions.get(field);
      fieldOptions.set(field, {
        sensitive: found.sensitive || before?.sensitive === true,
        encrypted: found.encrypted || before?.encrypted === true,
        expiresAfter: found.expiresAfter ?? before?.expiresAfter,
      });
    } else {
      const what = found.encrypted ? "sensitive: 'encrypted'" : 'expiring(…)';
      throw new SessionOptionsError('schema', `${formatPath(path)}: ${what} is for a field of the payload itself`);
    }
  }

  refuseNoObject(schema);
  visit(schema, [], true);
  return {
    ...traits,
    sameBothWays: sameBothWays(schema),
    fieldOptions,
    fields: isOpen ? undefined : fields,
    named: fields,
  };
}

/** Creates the error for an async schema: `req.session` is available synchronously, so nothing can be awaited. */
export function asyncSchema(path?: readonly PropertyKey[]): SessionOptionsError {
  const where = path === undefined ? '' : `${formatPath(path)} `;
  return new SessionOptionsError(
    'schema',
    `${where}has an async refinement or codec, and a session is validated at the first look at it: make it ` +
      'synchronous, and check what has to be awaited in the handler',
  );
}

/** Refuses functions that are visibly async. Others are detected when they first run. */
function refuseAsync(def: object, path: readonly PropertyKey[]): void {
  const { fn, transform, reverseTransform, checks } = def as Readonly<Record<string, unknown>>; // each of them may be absent
  const inChecks = (Array.isArray(checks) ? (checks as readonly $ZodCheck[]) : []).map(
    (check) => (check._zod.def as { readonly fn?: unknown }).fn, // a refinement has it
  );
  if ([fn, transform, reverseTransform, ...inChecks].some((one) => types.isAsyncFunction(one))) throw asyncSchema(path);
}

function refuseInstance(node: $ZodType, path: readonly PropertyKey[]): void {
  const { Class } = node._zod.bag as { readonly Class?: { readonly name?: string } }; // set by z.instanceof(…)
  if (Class === undefined) return;
  const codec = Class.name === 'URL' ? 'urlText of typed-session' : 'z.codec(…) with decode and encode';
  throw new SessionOptionsError(
    'schema',
    `${formatPath(path)} is an instance of ${Class.name ?? 'a class'}, which JSON cannot hold: use ${codec}`,
  );
}

function refuseReserved(field: string): void {
  if (!isReserved(field)) return;
  throw new SessionOptionsError('schema', `the field ${field} is reserved: req.session has its own; rename it`);
}

/** Refuses a schema whose values are not objects with fields, because a session is one. */
function refuseNoObject(schema: $ZodType): void {
  const def = defOf(schema);
  switch (def.type) {
    case 'object':
    case 'record':
      return;
    case 'union':
      def.options.forEach(refuseNoObject);
      return;
    case 'intersection':
      refuseNoObject(def.left);
      refuseNoObject(def.right);
      return;
    case 'pipe':
      refuseNoObject(def.in);
      refuseNoObject(def.out);
      return;
    case 'optional':
    case 'nullable':
      break;
    default: {
      const inner = innerOf(schema);
      if (inner === undefined) break;
      refuseNoObject(inner);
      return;
    }
  }
  throw new SessionOptionsError(
    'schema',
    `is of the kind ${def.type}: a session has fields, so its schema must be an object, z.object({ … }) or a union of objects`,
  );
}
