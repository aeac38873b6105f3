import { createRequire } from 'node:module';
import { TypeScript as ts, type Logger, type TranslatedString } from 'typedoc';
import type { $ZodShape, $ZodType, $ZodTypes } from 'zod/v4/core';
import { isError, isMap, isSet } from '../realms.js';
import { isZod } from '../schema/zod-validator.js';
import { fieldOptionsOf, metadataOf } from '../schema/field-options.js';
import { code } from './decorator-docs.js';
import { durationText, expiringFields, sessionFacts, type SessionFacts } from './session-source.js';

/** What a schema states about a field in addition to its type. */
interface FieldFacts {
  readonly default: string;
  readonly description: string;
  readonly sensitive: string;
}

/** The schema that an app registers. */
interface Registered {
  readonly schema: ts.Type;
  readonly payload: ts.Type;
  /** Where the schema is declared, if it is a variable. */
  readonly declaration: ts.Node | undefined;
}

/**
 * The page of the registered schema, as Markdown: the principal, when sessions expire, and the fields with their type,
 * default, and description, and whether they are sensitive and expire. `undefined` if no program registers a schema.
 *
 * @param file - where the schema is at run time, `dist/session.js#sessionSchema`; without it, only what the source states
 *   is known
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
    const registered = registeredSchema(program, program.getTypeChecker());
    if (registered === undefined) continue;
    const facts = sessionFacts(program, registered.schema);
    const text = ['# Session', 'What `req.session` holds for each visitor.', ...(facts ? sentencesOf(facts) : [])];
    return [...text, fieldTable(registered, shape, program.getTypeChecker())].join('\n\n');
  }
  if (file !== '') {
    const advice = "declare module 'typed-session' { interface Register { schema: typeof sessionSchema } }";
    logger.warn(`sessionSchema: no file of the program registers the schema: ${advice}` as TranslatedString); // as above
  }
  return undefined;
}

function sentencesOf({ principal, idleTimeout, absoluteTimeout }: SessionFacts): string[] {
  const idle = idleTimeout === undefined ? [] : [`${durationText(idleTimeout)} after its last use`];
  const start = principal === undefined ? 'it began' : `it began or ${code(principal)} changed`;
  const isLimited = absoluteTimeout !== undefined && Number.isFinite(absoluteTimeout);
  const absolute = isLimited ? [`${durationText(absoluteTimeout)} after ${start}`] : [];
  const ends = [...idle, ...absolute];
  return [
    ...(principal === undefined ? [] : [`**Principal:** ${code(principal)} identifies who a session belongs to.`]),
    ...(ends.length === 0 ? [] : [`**Expires:** a session ends ${ends.join(', and at the latest ')}.`]),
  ];
}

function fieldTable(
  { payload, declaration }: Registered,
  shape: $ZodShape | undefined,
  checker: ts.TypeChecker,
): string {
  const inSource = declaration === undefined ? new Map<string, number>() : expiringFields(declaration, checker);
  const names = [...new Set([...Object.keys(shape ?? {}), ...namesOf(payload)])];
  const lives = names.map((name) => {
    const field = shape?.[name];
    return (field && fieldOptionsOf(field).expiresAfter) ?? inSource.get(name);
  });
  const expires = lives.some((life) => life !== undefined);
  const rows = names.map((name, index) => {
    const facts = shape === undefined ? undefined : factsOf(shape[name]);
    const life = lives[index];
    return [
      code(name),
      typesOf(name, payload, checker),
      ...(facts ? [facts.default, facts.description, facts.sensitive] : []),
      ...(expires ? [life === undefined ? '' : `${durationText(life)} after it was set`] : []),
    ];
  });
  const head = [
    'Field',
    'Type',
    ...(shape ? ['Default', 'Description', 'Sensitive'] : []),
    ...(expires ? ['Expires'] : []),
  ];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map(cell).join(' | ')} |`).join('\n');
}

/** The schema of the app's `declare module 'typed-session' { interface Register { … } }`. */
function registeredSchema(program: ts.Program, checker: ts.TypeChecker): Registered | undefined {
  for (const source of program.getSourceFiles()) {
    if (source.isDeclarationFile) continue;
    for (const statement of source.statements) {
      if (!ts.isModuleDeclaration(statement) || statement.name.text !== 'typed-session') continue;
      const { body } = statement;
      if (body === undefined || !ts.isModuleBlock(body)) continue;
      for (const declared of body.statements) {
        if (!ts.isInterfaceDeclaration(declared) || declared.name.text !== 'Register') continue;
        const property = checker.getTypeAtLocation(declared).getProperty('schema');
        if (property === undefined) continue;
        const schema = checker.getTypeOfSymbol(property);
        const payload = payloadOf(schema, checker);
        if (payload !== undefined) return { schema, payload, declaration: declarationOf(property, checker) };
      }
    }
  }
  return undefined;
}

/** The variable that `schema: typeof sessionSchema` names. */
function declarationOf(property: ts.Symbol, checker: ts.TypeChecker): ts.Node | undefined {
  const type = property.declarations?.find(ts.isPropertySignature)?.type;
  let symbol = type && ts.isTypeQueryNode(type) ? checker.getSymbolAtLocation(type.exprName) : undefined;
  if (symbol !== undefined && symbol.flags & ts.SymbolFlags.Alias) symbol = checker.getAliasedSymbol(symbol);
  return symbol?.declarations?.find(ts.isVariableDeclaration)?.initializer;
}

/** The output of a zod schema, or of one that follows Standard Schema. */
function payloadOf(schema: ts.Type, checker: ts.TypeChecker): ts.Type | undefined {
  const at = (type: ts.Type | undefined, name: string): ts.Type | undefined => {
    const property = type && checker.getNonNullableType(type).getProperty(name);
    return property && checker.getTypeOfSymbol(property);
  };
  return at(schema, '_output') ?? at(at(at(schema, '~standard'), 'types'), 'output');
}

/** The states of the payload; one state if it is not a union. */
function statesOf(payload: ts.Type): readonly ts.Type[] {
  return payload.isUnion() ? payload.types : [payload];
}

/** The fields of all states. */
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

/** The fields of the schema itself, from the module that exports it. */
function shapeIn(file: string): $ZodShape {
  const [, path = '', name = 'sessionSchema'] = /^(.+?)(?:#(\w+))?$/.exec(file) ?? [];
  // Synchronous, as the conversion is. `require` loads ES modules since Node 20.19.
  const loaded = createRequire(path)(path) as Readonly<Record<string, unknown>>; // a module
  const schema = loaded[name];
  if (!isZod(schema)) throw new Error(`${path} exports no zod schema called ${name}`);
  return Object.assign({}, ...shapesOf(schema)) as $ZodShape; // of shapes only
}

/** The shapes of the objects that a schema consists of: all states, whatever they are wrapped in. */
function shapesOf(schema: $ZodType): $ZodShape[] {
  const { def } = (schema as $ZodTypes)._zod; // every schema that zod makes is one of $ZodTypes
  if (def.type === 'object') return [def.shape];
  if (def.type === 'union') return def.options.flatMap(shapesOf);
  if (def.type === 'intersection') return [...shapesOf(def.left), ...shapesOf(def.right)];
  if (def.type === 'pipe') return shapesOf(def.out);
  if (def.type === 'lazy') return shapesOf(def.getter());
  return 'innerType' in def ? shapesOf(def.innerType) : [];
}

function factsOf(field: $ZodType | undefined): FieldFacts {
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

/** A replacer for JSON.stringify, for values that it would show as `{}` or refuse. */
function plain(_key: string, value: unknown): unknown {
  if (isSet(value) || isMap(value)) return [...value];
  return typeof value === 'bigint' ? String(value) : value;
}

/** Escapes a text for a cell of a table. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/\s*\n\s*/g, ' ');
}
