import { isThenable } from '../realms.js';
import { asyncSchema } from './inspect.js';
import { namesIn } from './standard-names.js';
import { ownField } from './encoded-payload.js';
import type { StandardSchema } from './payload-types.js';

/** The output of a part of a schema for a value; `undefined` if the part refuses the value. */
export type Tried = { readonly value: unknown } | undefined;

/** One part of a Standard Schema, such as a field, an item of a list, or a member of a union. */
export interface SchemaPart {
  /** The type of its values if JSON cannot represent them, such as `date` or `Map`. */
  readonly notJson: string | undefined;
  /** Whether it may change what it validates. */
  readonly transforms: boolean;
  /** The values that it accepts, if it lists them; otherwise empty. */
  readonly values: readonly unknown[];
  /** Its fields, by name. */
  readonly fields: ReadonlyMap<string, unknown>;
  /** The parts for fields with any name. */
  readonly rest: readonly unknown[];
  /** Its items, if it is a list. */
  readonly items: readonly unknown[];
  /** Parts that validate the same value: members of a union, the value of an optional field, the input of a transform. */
  readonly same: readonly unknown[];
  /** Validates a value by this part alone. */
  readonly run: (value: unknown) => Tried;
}

/** Returns a part of a schema. Each library stores its parts in its own way. Returns `undefined` for unknown libraries. */
export function partOf(node: unknown): SchemaPart | undefined {
  if ((typeof node !== 'object' && typeof node !== 'function') || node === null) return undefined;
  if (node instanceof OnlyField) return node;
  const { '~standard': standard } = node as Partial<StandardSchema>; // every object has properties
  if (standard?.vendor === 'valibot') return { ...nothing(standard), ...ofValibot(node) };
  if (standard?.vendor === 'arktype') return { ...nothing(standard), ...ofArktype(node) };
  return undefined;
}

/** Returns the root part of a schema. For an unknown library, each field is tried in a payload that has no other field. */
export function rootPart(schema: StandardSchema): SchemaPart {
  const known = partOf(schema);
  if (known !== undefined) return known;
  const whole = nothing(schema['~standard']);
  const fields = new Map([...namesIn(schema)].map((name) => [name, new OnlyField(name, whole)] as const));
  return { ...whole, fields };
}

/** A field of a schema whose parts are not known. */
class OnlyField implements SchemaPart {
  readonly notJson = undefined;
  readonly transforms = true; // it may, as far as is known
  readonly values = [];
  readonly fields: ReadonlyMap<string, unknown> = new Map();
  readonly rest = [];
  readonly items = [];
  readonly same = [];
  readonly run: (value: unknown) => Tried;

  constructor(name: string, whole: SchemaPart) {
    this.run = (value) => {
      const tried = whole.run({ [name]: value });
      if (typeof tried?.value !== 'object' || tried.value === null || !Object.hasOwn(tried.value, name))
        return undefined;
      return { value: ownField(tried.value, name) };
    };
  }
}

function nothing({ validate }: StandardSchema['~standard']): SchemaPart {
  return {
    notJson: undefined,
    transforms: false,
    values: [],
    fields: new Map(),
    rest: [],
    items: [],
    same: [],
    run(value) {
      let result;
      try {
        result = validate(value);
      } catch {
        return undefined; // code of the app threw, because it does not expect this value
      }
      if (isThenable(result)) {
        result.then(undefined, () => undefined); // async schemas are refused, so the result does not matter
        throw asyncSchema();
      }
      return result.issues === undefined ? { value: result.value } : undefined;
    },
  };
}

const VALIBOT_NOT_JSON: ReadonlySet<unknown> = new Set(
  'bigint blob date file function instance map nan promise set symbol'.split(' '),
);

/** A schema of valibot is a plain object. `type` is its kind, and other properties contain its parts. */
function ofValibot(node: object): Partial<SchemaPart> {
  const { type, entries, item, items, rest, value, wrapped, getter, options, literal, pipe } = node as Properties;
  const schemas = listOf(options).filter((option) => partOf(option) !== undefined);
  const values = type === 'literal' ? [literal] : schemas.length === 0 ? listOf(options) : [];
  return {
    notJson: VALIBOT_NOT_JSON.has(type) ? String(type) : kindOf(values),
    transforms: listOf(pipe).some((action) => (action as Properties)['kind'] === 'transformation'),
    values,
    fields: new Map(typeof entries === 'object' && entries !== null ? Object.entries(entries) : []),
    rest: [...(type === 'record' ? [value] : []), ...(entries === undefined ? [] : present(rest))],
    items: [...present(item), ...listOf(items), ...(items === undefined ? [] : present(rest))],
    same: [...present(wrapped), ...schemas, ...lazily(getter)],
  };
}

/** A schema of arktype is a function. `inner` contains its parts, and `inner.structure` describes the same value. */
function ofArktype(node: object): Partial<SchemaPart> {
  const { inner, resolution, kind, builtinName } = node as Properties;
  if (kind === 'alias') return { same: present(resolution) };
  const { domain, proto, unit, branches, structure, in: input } = innerOf({ inner });
  const { required, optional, index, sequence } = innerOf(structure);
  const { prefix, optionals, defaultables, variadic, postfix } = innerOf(sequence);
  const values = kind === 'unit' ? [unit] : [];
  const basis = [domain, proto].filter((part) => typeof part === 'function' && 'inner' in part); // set for an intersection
  return {
    notJson: protoName(kind, builtinName) ?? (domain === 'bigint' || domain === 'symbol' ? domain : kindOf(values)),
    transforms: kind === 'morph',
    values,
    fields: new Map(
      [...listOf(required), ...listOf(optional)].map((property) => {
        const { key, value } = innerOf(property);
        return [String(key), value] as const;
      }),
    ),
    rest: listOf(index).map((signature) => innerOf(signature)['value']),
    items: [prefix, optionals, defaultables, postfix].flatMap(listOf).concat(present(variadic)),
    same: [...listOf(branches), ...present(input), ...basis],
  };
}

function protoName(kind: unknown, name: unknown): string | undefined {
  if (kind !== 'proto' || name === 'Array' || name === 'Object') return undefined;
  return typeof name === 'string' ? name : 'a class';
}

/** Returns the type of the first listed value that JSON cannot represent. */
function kindOf(values: readonly unknown[]): string | undefined {
  return values.map((value) => typeof value).find((kind) => kind === 'bigint' || kind === 'symbol');
}

/** Returns the result of a getter of the app. The getter may throw, because it may expect a value. */
function lazily(getter: unknown): readonly unknown[] {
  if (typeof getter !== 'function') return [];
  try {
    return [(getter as () => unknown)()];
  } catch {
    return [];
  }
}

type Properties = Readonly<Record<string, unknown>>;

function innerOf(node: unknown): Properties {
  const { inner } = (node ?? {}) as { readonly inner?: Properties }; // every value but null and undefined has properties
  return inner ?? {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function present(value: unknown): readonly unknown[] {
  return value === undefined ? [] : [value];
}
