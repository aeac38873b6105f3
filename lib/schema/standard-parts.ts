import { isThenable } from '../realms.js';
import { asyncSchema } from './inspect.js';
import { namesIn } from './standard-names.js';
import { ownField } from './encoded-payload.js';
import type { StandardSchema } from './payload-types.js';

/** What a part of a schema makes of a value; `undefined` if it refuses the value. */
export type Tried = { readonly value: unknown } | undefined;

/** One part of a schema of Standard Schema: a field, an item of a list, a member of a union. */
export interface SchemaPart {
  /** What its values are, if JSON cannot hold them: `date`, `Map`. */
  readonly notJson: string | undefined;
  /** Whether it may change what it validates. */
  readonly transforms: boolean;
  /** The only values that it accepts, if it lists them. */
  readonly values: readonly unknown[];
  /** Its fields, by name. */
  readonly fields: ReadonlyMap<string, unknown>;
  /** Its fields of any name. */
  readonly rest: readonly unknown[];
  /** Its items, if it is a list. */
  readonly items: readonly unknown[];
  /** The parts that look at the same value: members of a union, what an optional field holds, the input of a transform. */
  readonly same: readonly unknown[];
  /** Validates a value by this part alone. */
  readonly run: (value: unknown) => Tried;
}

/** Looks at a part of a schema. Libraries keep their parts in their own ways; what is not understood has no parts. */
export function partOf(node: unknown): SchemaPart | undefined {
  if ((typeof node !== 'object' && typeof node !== 'function') || node === null) return undefined;
  if (node instanceof OnlyField) return node;
  const { '~standard': standard } = node as Partial<StandardSchema>; // any object can be asked
  if (standard?.vendor === 'valibot') return { ...nothing(standard), ...ofValibot(node) };
  if (standard?.vendor === 'arktype') return { ...nothing(standard), ...ofArktype(node) };
  return undefined;
}

/** Looks at a schema. If its library's parts are not known, a field can be tried in a payload that has no other. */
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
  readonly transforms = true; // for all that is known
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
        return undefined; // code of the app, which was not written for this value
      }
      if (isThenable(result)) {
        result.then(undefined, () => undefined); // it is refused, whatever it resolves to
        throw asyncSchema();
      }
      return result.issues === undefined ? { value: result.value } : undefined;
    },
  };
}

const VALIBOT_NOT_JSON: ReadonlySet<unknown> = new Set(
  'bigint blob date file function instance map nan promise set symbol'.split(' '),
);

/** valibot: a plain object of the kind `type`, which holds its parts. */
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

/** arktype: a function whose `inner` holds its parts; what is in `structure` is at the same value. */
function ofArktype(node: object): Partial<SchemaPart> {
  const { inner, resolution, kind, builtinName } = node as Properties;
  if (kind === 'alias') return { same: present(resolution) };
  const { domain, proto, unit, branches, structure, in: input } = innerOf({ inner });
  const { required, optional, index, sequence } = innerOf(structure);
  const { prefix, optionals, defaultables, variadic, postfix } = innerOf(sequence);
  const values = kind === 'unit' ? [unit] : [];
  const basis = [domain, proto].filter((part) => typeof part === 'function' && 'inner' in part); // of an intersection
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

/** What JSON cannot hold of the only values that a part accepts. */
function kindOf(values: readonly unknown[]): string | undefined {
  return values.map((value) => typeof value).find((kind) => kind === 'bigint' || kind === 'symbol');
}

/** What a getter of the app returns; it may not be written for being called without a value. */
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
  const { inner } = (node ?? {}) as { readonly inner?: Properties }; // any value but null can be asked
  return inner ?? {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function present(value: unknown): readonly unknown[] {
  return value === undefined ? [] : [value];
}
