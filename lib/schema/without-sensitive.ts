import type { $ZodType } from 'zod/v4/core';
import { isMap, isSet } from '../realms.js';
import { fieldOptionsOf } from './field-options.js';
import { MAX_DEPTH, ownField } from './encoded-payload.js';
import { defOf, innerOf } from './zod-def.js';

/** Returns a value without the parts that its schema declares as sensitive, at any depth. */
export function withoutSensitive(schema: $ZodType, value: unknown, levels: number = MAX_DEPTH): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (levels === 0) return undefined; // deeper than anything that can be stored
  const def = defOf(schema);
  const below = levels - 1;
  switch (def.type) {
    case 'object':
      return ofFields(value, below, (name) => (Object.hasOwn(def.shape, name) ? def.shape[name] : def.catchall));
    case 'record':
      return ofFields(value, below, () => def.valueType);
    case 'array':
      return ofItems(value, below, () => def.element);
    case 'set':
      return ofItems(value, below, () => def.valueType);
    case 'tuple':
      return ofItems(value, below, (index) => def.items[index] ?? def.rest ?? undefined);
    case 'map':
      return ofEntries(value, below, def.keyType, def.valueType);
    case 'union':
      // The value may belong to any member, so what one of them hides is hidden.
      return def.options.reduce<unknown>((shown, option) => withoutSensitive(option, shown, levels), value);
    case 'intersection':
      return withoutSensitive(def.right, withoutSensitive(def.left, value, levels), levels);
    case 'pipe':
      // The value is the output of the codec. For `mapOf` and `setOf`, the input schema describes the entries.
      return withoutSensitive(def.out, withoutSensitive(def.in, value, levels), levels);
    default: {
      const inner = innerOf(schema);
      return inner === undefined ? value : withoutSensitive(inner, value, levels);
    }
  }
}

function ofFields(value: object, levels: number, schemaOf: (name: string) => $ZodType | undefined): unknown {
  if (Array.isArray(value) || isMap(value) || isSet(value)) return value;
  const prototype: unknown = Object.getPrototypeOf(value);
  const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null;
  const shown: Record<string, unknown> = {};
  let hides = false;
  for (const [name, field] of Object.entries(value)) {
    if (name === '__proto__') continue;
    const schema = schemaOf(name);
    if (schema !== undefined && fieldOptionsOf(schema).sensitive) hides = true;
    else shown[name] = schema === undefined ? field : withoutSensitive(schema, field, levels);
    hides ||= ownField(shown, name) !== field;
  }
  return isPlain || hides ? shown : value; // a class instance is kept if it hides nothing
}

function ofItems(value: object, levels: number, schemaOf: (index: number) => $ZodType | undefined): unknown {
  const show = (item: unknown, index: number): unknown => {
    const schema = schemaOf(index);
    if (schema === undefined) return item;
    return fieldOptionsOf(schema).sensitive ? undefined : withoutSensitive(schema, item, levels);
  };
  if (Array.isArray(value)) {
    const first = schemaOf(0);
    const isList = first !== undefined && first === schemaOf(1) && fieldOptionsOf(first).sensitive;
    return isList ? [] : value.map(show);
  }
  if (isSet(value)) return new Set([...value].map(show).filter((item) => item !== undefined));
  const pair = isMap(value) ? schemaOf(0) : undefined; // an encoded `Map` is an array of pairs
  if (pair === undefined) return value;
  const def = defOf(pair);
  const [key, item] = def.type === 'tuple' ? def.items : [];
  return key === undefined || item === undefined ? value : ofEntries(value, levels, key, item);
}

function ofEntries(value: object, levels: number, key: $ZodType, item: $ZodType): unknown {
  if (!isMap(value)) return value;
  if (fieldOptionsOf(key).sensitive) return new Map();
  const hides = fieldOptionsOf(item).sensitive;
  return new Map(
    [...value].map(([name, one]) => [
      withoutSensitive(key, name, levels),
      hides ? undefined : withoutSensitive(item, one, levels),
    ]),
  );
}
