import type { SessionRequirements } from '../guards/guard.js';
import { requirementsByOperation, type Operation } from './openapi-operations.js';

/**
 * As much of an OpenAPI 3.0 or 3.1 document as is looked at here.
 *
 * @group Types
 */
export interface OpenApiDocument {
  /** The operations, by path and by method. */
  readonly paths?: object | undefined;
  /** Where security schemes are. */
  readonly components?: object | undefined;
}

/**
 * What {@link withSessionSecurity} has to know.
 *
 * @group OpenAPI
 */
export interface SessionSecurityOptions {
  /** The classes whose decorators are to be told. */
  // eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- any class, abstract and private ones too
  readonly controllers: readonly (Function & { readonly prototype: object })[];
  /** The cookie's name: the first one of the option `name` of `session(…)`. Default: `sid`; with `secure: true` it is `__Host-sid`. */
  readonly cookieName?: string | undefined;
  /** The scheme's name in the document. Default: `session`. */
  readonly schemeName?: string | undefined;
  /**
   * The `operationId` of a controller's method in the document; `undefined` for a method that is not in it. The same
   * function as the `operationIdFactory` of `@nestjs/swagger` will do. Default: what that makes, `AccountController_show`,
   * and `AccountController_show_v1` where a version is declared by a decorator or is in the path. (Where an app has a
   * default version that is in a header, say so: `(controller, method, version = '1') => …`.)
   */
  readonly operationId?: ((controller: string, method: string, version?: string) => string | undefined) | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * An OpenAPI document that tells what its operations ask of the session: the cookie as a security scheme, and `security`
 * and the responses 401 and 403 of every operation whose method, or whose class, has decorators of ours. What the document
 * says already stays. Composes with `@nestjs/swagger`, and with whatever gives each operation an `operationId`.
 *
 * @returns another document; the one handed in stays as it is
 * @throws SessionOptionsError where a method that asks for something has no operation, or several have its name. Methods
 *   with `@ApiExcludeEndpoint()`, and those of a class with `@ApiExcludeController()`, have none
 * @example
 * ```ts
 * import { withSessionSecurity } from 'typed-session/openapi';
 *
 * class AccountController {}
 *
 * // With NestJS: const document = SwaggerModule.createDocument(app, new DocumentBuilder().build());
 * const document = { openapi: '3.1.0', info: { title: 'Accounts', version: '1' }, paths: {} };
 * export const told = withSessionSecurity(document, { controllers: [AccountController] });
 * ```
 * @group OpenAPI
 */
export function withSessionSecurity<D extends OpenApiDocument>(document: D, options: SessionSecurityOptions): D {
  const { controllers, cookieName = 'sid', schemeName = 'session' } = options;
  const { operationId = operationIdOfNest } = options;
  const asked = requirementsByOperation(operationsOf(document), controllers, operationId);
  const byPlace = new Map([...asked].map(([{ path, verb }, requirements]) => [`${verb} ${path}`, requirements]));
  const global = 'security' in document ? { security: document.security } : {}; // holds where an operation says nothing
  const paths = mapObjects(document.paths ?? {}, (item, path) =>
    mapObjects(item, (operation, verb) => {
      const requirements = byPlace.get(`${verb} ${path}`);
      return requirements === undefined
        ? operation
        : { ...operation, ...told({ ...global, ...operation }, requirements, schemeName) };
    }),
  );
  const components = (document.components ?? {}) as Fields; // an object
  const schemes = components['securitySchemes'] as Fields | undefined; // so says OpenAPI
  const scheme = { type: 'apiKey', in: 'cookie', name: cookieName, description: 'The session cookie, signed.' };
  return { ...document, paths, components: { ...components, securitySchemes: { ...schemes, [schemeName]: scheme } } };
}

/** As `@nestjs/swagger` makes them. */
function operationIdOfNest(controller: string, method: string, version?: string): string {
  return version === undefined ? `${controller}_${method}` : `${controller}_${method}_${version}`;
}

function operationsOf(document: OpenApiDocument): Operation[] {
  const operations: Operation[] = [];
  mapObjects(document.paths ?? {}, (item, path) =>
    mapObjects(item, ({ operationId: id }, verb) => {
      if (typeof id === 'string') operations.push({ path, verb, id });
    }),
  );
  return operations;
}

function told(operation: Fields, requirements: SessionRequirements, schemeName: string): Fields {
  const { session, anonymous } = requirements;
  const conditions = conditionsOf(requirements);
  const forbidden = [
    ...(conditions.length > 0 ? [describe(conditions)] : []),
    ...(anonymous ? ['Somebody is signed in already.'] : []),
  ];
  const responses = (operation['responses'] ?? {}) as Fields; // so says OpenAPI
  const security = (operation['security'] ?? []) as readonly Fields[]; // and here
  // The list's members are alternatives, and the session is asked for beside whichever of them.
  const both = security.length === 0 ? [{ [schemeName]: [] }] : security.map((one) => ({ ...one, [schemeName]: [] }));
  return {
    ...(session ? { security: both } : {}),
    responses: {
      ...(session ? { 401: { description: describe([...fieldsOf(requirements), ...conditions]) } } : {}),
      ...(forbidden.length > 0 ? { 403: { description: forbidden.join(' ') } } : {}),
      ...responses,
    },
  };
}

function fieldsOf({ fields }: SessionRequirements): string[] {
  return fields.map((field) => `\`${field}\``);
}

/** What somebody who is signed in may fail. */
function conditionsOf({ values, predicates }: SessionRequirements): string[] {
  return [
    ...Object.entries(values).map(([field, value]) => `\`${field}\` = \`${String(value)}\``),
    ...(predicates > 0 ? [predicates === 1 ? 'a condition' : `${predicates} conditions`] : []),
  ];
}

function describe(parts: readonly string[]): string {
  return parts.length === 0 ? 'A session is required.' : `A session with ${parts.join(', ')} is required.`;
}

/** The same object with other values, where these are objects. */
function mapObjects(object: object, change: (value: Fields, key: string) => unknown): Fields {
  return Object.fromEntries(
    Object.entries(object).map(([key, value]: [string, unknown]) => [
      key,
      typeof value === 'object' && value !== null && !Array.isArray(value) ? change(value as Fields, key) : value, // it is one
    ]),
  );
}
