import { createRequire } from 'node:module';
import { TypeScript as ts, type Logger, type TranslatedString } from 'typedoc';
import type { $ZodShape, $ZodType, $ZodTypes } from 'zod/v4/core';
import { isError, isMap, isSet } from '../realms.js';
import { isZod } from '../schema/zod-validator.js';
import { fieldOptionsOf, metadataOf } from '../schema/field-options.js';
import { code } from './decorator-docs.js';

/** What a schema says of a field besides its type. */
interface Told {
  readonly default: string;
  readonly description: string;
  readonly sensitive: string;
}

/**
 * The page of the registered schema, as Markdown: field, type, default, description, sensitive. `undefined` where no
 * program registers one.
 *
 * @param file - where the schema is at run time, `dist/session.js#sessionSchema`; without it only the types are known
 */
export function schemaPage(programs: readonly ts.Program[], file: string, logger: Logger): string | undefined {
  let shape: $ZodShape | undefined;
  try {
    if (file !== '') shape = shapeIn(file);
  } catch (error) {
    const reason = isError(error) ? error.message : String(error);
    logger.error(`sessionSchema: ${reason}` as TranslatedString); // not translated
  }
  for (const program of programs) {
    const checker = program.getTypeChecker();
    const payload = registeredPayload(program, checker);
    if (payload === undefined) continue;
    const names = new Set([...Object.keys(shape ?? {}), ...namesOf(payload)]);
    const rows = Array.from(names, (name) => {
      const told = shape === undefined ? undefined : toldOf(shape[name]);
      return [
        code(name),
        typesOf(name, payload, checker),
        ...(told ? [told.default, told.description, told.sensitive] : []),
      ];
    });
    const head = ['Field', 'Type', ...(shape ? ['Default', 'Description', 'Sensitive'] : [])];
    const table = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map(cell).join(' | ')} |`);
    return ['# Session', '', 'What `req.session` holds for each visitor.', '', ...table].join('\n');
  }
  if (file !== '') {
    const advice = "declare module 'typed-session' { interface Register { schema: typeof sessionSchema } }";
    logger.warn(`sessionSchema: no file of the program registers the schema: ${advice}` as TranslatedString); // as above
  }
  return undefined;
}

/** The type of the payload, by the app's `declare module 'typed-session' { interface Register { … } }`. */
function registeredPayload(program: ts.Program, checker: ts.TypeChecker): ts.Type | undefined {
  for (const source of program.getSourceFiles()) {
    if (source.isDeclarationFile) continue;
    for (const statement of source.statements) {
      if (!ts.isModuleDeclaration(statement) || statement.name.text !== 'typed-session') continue;
      const { body } = statement;
      if (body === undefined || !ts.isModuleBlock(body)) continue;
      for (const declared of body.statements) {
        if (!ts.isInterfaceDeclaration(declared) || declared.name.text !== 'Register') continue;
        const schema = checker.getTypeAtLocation(declared).getProperty('schema');
        const payload = schema && payloadOf(checker.getTypeOfSymbol(schema), checker);
        if (payload !== undefined) return payload;
      }
    }
  }
  return undefined;
}

/** The output of a zod schema, or of one that follows Standard Schema. */
function payloadOf(schema: ts.Type, checker: ts.TypeChecker): ts.Type | undefined {
  const at = (type: ts.Type | undefined, name: string): ts.Type | undefined => {
    const property = type && checker.getNonNullableType(type).getProperty(name);
    return property && checker.getTypeOfSymbol(property);
  };
  return at(schema, '_output') ?? at(at(at(schema, '~standard'), 'types'), 'output');
}

/** The states of the payload: one, where it is no union. */
function statesOf(payload: ts.Type): readonly ts.Type[] {
  return payload.isUnion() ? payload.types : [payload];
}

/** The fields, of all states. */
function namesOf(payload: ts.Type): string[] {
  return statesOf(payload).flatMap((state) => state.getProperties().map(({ name }) => name));
}

function typesOf(name: string, payload: ts.Type, checker: ts.TypeChecker): string {
  const types = statesOf(payload).flatMap((state) => {
    const property = state.getProperty(name);
    return property === undefined ? [] : [typeText(checker, property)];
  });
  return Array.from(new Set(types), code).join(' or ');
}

function typeText(checker: ts.TypeChecker, property: ts.Symbol): string {
  const optional = (property.flags & ts.SymbolFlags.Optional) !== 0;
  const type = checker.getTypeOfSymbol(property);
  const shown = checker.typeToString(
    optional ? checker.getNonNullableType(type) : type,
    undefined,
    ts.TypeFormatFlags.NoTruncation,
  );
  return optional ? `${shown} | undefined` : shown;
}

/** The fields of the schema itself, by the module that exports it. */
function shapeIn(file: string): $ZodShape {
  const [, path = '', name = 'sessionSchema'] = /^(.+?)(?:#(\w+))?$/.exec(file) ?? [];
  // Synchronous, as conversion is: `require` loads ES modules since Node 20.19.
  const loaded = createRequire(path)(path) as Readonly<Record<string, unknown>>; // a module
  const schema = loaded[name];
  if (!isZod(schema)) throw new Error(`${path} exports no zod schema called ${name}`);
  return Object.assign({}, ...shapesOf(schema)) as $ZodShape; // of shapes only
}

/** The shapes of the objects that a schema is made of: all states, under whatever they are wrapped in. */
function shapesOf(schema: $ZodType): $ZodShape[] {
  const { def } = (schema as $ZodTypes)._zod; // every schema that zod makes is one of $ZodTypes
  if (def.type === 'object') return [def.shape];
  if (def.type === 'union') return def.options.flatMap(shapesOf);
  if (def.type === 'intersection') return [...shapesOf(def.left), ...shapesOf(def.right)];
  if (def.type === 'pipe') return shapesOf(def.out);
  if (def.type === 'lazy') return shapesOf(def.getter());
  return 'innerType' in def ? shapesOf(def.innerType) : [];
}

function toldOf(field: $ZodType | undefined): Told {
  let description = '';
  let value: unknown;
  for (let at = field; at !== undefined;) {
    description ||= metadataOf(at)?.description ?? '';
    const { def }: $ZodTypes['_zod'] = (at as $ZodTypes)._zod; // every schema that zod makes is one of $ZodTypes
    if (def.type === 'default' || def.type === 'prefault') value ??= def.defaultValue;
    at = 'innerType' in def ? def.innerType : undefined;
  }
  const { sensitive, encrypted } = field === undefined ? { sensitive: false, encrypted: false } : fieldOptionsOf(field);
  return {
    default: value === undefined ? '' : code(JSON.stringify(value, plain)),
    description,
    sensitive: encrypted ? 'encrypted' : sensitive ? 'yes' : '',
  };
}

/** For JSON.stringify: what it would show as `{}`, or refuse. */
function plain(_key: string, value: unknown): unknown {
  if (isSet(value) || isMap(value)) return [...value];
  return typeof value === 'bigint' ? String(value) : value;
}

/** Within a table's cell. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/\s*\n\s*/g, ' ');
}
