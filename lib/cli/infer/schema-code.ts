import { isReserved } from '../../schema/reserved.js';
import { count } from '../terminal.js';
import { hasDates, hasIntegers, hasUuids, isRecord, type Shape } from './shape.js';

const REGISTRATION = [
  '',
  "declare module 'typed-session' {",
  '  interface Register {',
  '    schema: typeof sessionSchema;',
  '  }',
  '}',
];

/** Returns a zod schema of what was found, as TypeScript or JavaScript. Every field has a comment with its number. */
export function schemaCode(shape: Shape, isTypeScript: boolean): string {
  const lines = [...shape.fields].flatMap(([name, field]) => {
    const line = `${keyText(name)}: ${typeCode(field, '  ')}.optional(),`;
    const comment = `in ${count(field.total)} of ${count(shape.objects)}`;
    return isReserved(name)
      ? [`  // ${line} ${comment}: the name is reserved, so this field needs another one`]
      : [`  ${line} // ${comment}`];
  });
  return [
    "import { z } from 'zod';",
    '',
    'export const sessionSchema = z.object({',
    ...lines,
    '});',
    ...(isTypeScript ? REGISTRATION : []),
    '',
  ].join('\n');
}

/** The schema of one place. */
function typeCode(shape: Shape, indent: string): string {
  const kinds = [
    shape.strings > 0 ? stringCode(shape) : undefined,
    shape.numbers > 0 ? (hasIntegers(shape) ? 'z.int()' : 'z.number()') : undefined,
    shape.booleans > 0 ? 'z.boolean()' : undefined,
    shape.arrays > 0
      ? `z.array(${shape.element === undefined ? 'z.unknown()' : typeCode(shape.element, indent)})`
      : undefined,
    shape.objects > 0 ? objectCode(shape, indent) : undefined,
    ...[...shape.others.keys()].map((kind) => OTHERS.get(kind) ?? 'z.unknown()'),
  ].filter((kind) => kind !== undefined);
  const [first, ...more] = [...new Set(kinds)];
  if (first === undefined) return shape.nulls > 0 ? 'z.null()' : 'z.unknown()';
  const type = more.length === 0 ? first : `z.union([${[first, ...more].join(', ')}])`;
  return shape.nulls > 0 ? `${type}.nullable()` : type;
}

/** The classes of values that MongoDB stores and JSON does not have: what their JSON is. */
const OTHERS: ReadonlyMap<string, string> = new Map([
  ['Date', 'z.iso.datetime()'],
  ['ObjectId', 'z.string()'],
  ['Long', 'z.number()'],
  ['Double', 'z.number()'],
  ['Int32', 'z.number()'],
]);

function stringCode(shape: Shape): string {
  if (hasUuids(shape)) return 'z.uuid()';
  return hasDates(shape) ? 'z.iso.datetime()' : 'z.string()';
}

function objectCode(shape: Shape, indent: string): string {
  if (isRecord(shape)) {
    const values = [...shape.fields.values(), ...(shape.underDataKeys === undefined ? [] : [shape.underDataKeys])];
    return `z.record(z.string(), ${unionCode(values, indent)})`;
  }
  if (shape.fields.size === 0) return 'z.object({})';
  const inner = `${indent}  `;
  const lines = [...shape.fields].map(([name, field]) => {
    const isOptional = field.total < shape.objects;
    const comment = isOptional ? ` // in ${count(field.total)} of ${count(shape.objects)}` : '';
    return `${inner}${keyText(name)}: ${typeCode(field, inner)}${isOptional ? '.optional()' : ''},${comment}`;
  });
  const kind = shape.withDataKeys > 0 ? 'z.looseObject' : 'z.object';
  return `${kind}({\n${lines.join('\n')}\n${indent}})`;
}

function unionCode(shapes: readonly Shape[], indent: string): string {
  const codes = [...new Set(shapes.map((shape) => typeCode(shape, indent)))];
  return codes.length === 1
    ? (codes[0] ?? 'z.unknown()')
    : codes.length > 8
      ? 'z.unknown()'
      : `z.union([${codes.join(', ')}])`;
}

function keyText(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : `'${name}'`; // a name that is printed contains no quotes
}
