import type { SessionRequirements } from '../guards/guard.js';
import { requirementsByOperation, type Operation } from './openapi-operations.js';

/**
 * The parts of an OpenAPI 3.0 or 3.1 document that {@link withSessionSecurity} reads.
 *
 * @group Types
 */
export interface OpenApiDocument {
  /** The operations, by path and by method. */
  readonly paths?: object | undefined;
  /** The security schemes, among other components. */
  readonly components?: object | undefined;
}

/**
 * The options of {@link withSessionSecurity}.
 *
 * @group OpenAPI
 */
export interface SessionSecurityOptions {
  /** The classes whose decorators the document describes. */
  // eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- any class, abstract and private ones too
  readonly controllers: readonly (Function & { readonly prototype: object })[];
  /** The cookie's name: the first one of the option `name` of `session(…)`. Default: `sid`; with `secure: true` it is `__Host-sid`. */
  readonly cookieName?: string | undefined;
  /** The scheme's name in the document. Default: `session`. */
  readonly schemeName?: string | undefined;
  /**
   * Returns the `operationId` of a controller's method in the document, or `undefined` for a method that is not in it. You can
   * pass the `operationIdFactory` of `@nestjs/swagger`. Default: the ids that `@nestjs/swagger` generates,
   * `AccountController_show`, and `AccountController_show_v1` if a decorator or the path states a version. If the app has a
   * default version that a header carries, add it: `(controller, method, version = '1') => …`.
   */
  readonly operationId?: ((controller: string, method: string, version?: string) => string | undefined) | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Adds to an OpenAPI document what the decorators of controllers require: the cookie as a security scheme, and for each
 * operation of a decorated method `security` and the responses 401 and 403. An operation that needs no session, because of
 * `@AllowAnonymous()` or `@RequireAnonymous()`, gets `security: []`. What the document states already is kept, such as other
 * security schemes. It works with `@nestjs/swagger`, and with any tool that gives each operation an `operationId`.
 *
 * @param document - the document, which is not changed
 * @param options - the controllers, and the names in the document
 * @returns a new document
 * @throws SessionOptionsError if a method with requirements has no operation, or if several operations have its name.
 *   Methods with `@ApiExcludeEndpoint()`, and those of a class with `@ApiExcludeController()`, need none
 * @example
 * ```ts
 * import { withSessionSecurity } from 'typed-session/openapi';
 *
 * class AccountController {}
 *
 * // With NestJS: const document = SwaggerModule.createDocument(app, new DocumentBuilder().build());
 * const document = { openapi: '3.1.0', info: { title: 'Accounts', version: '1' }, paths: {} };
 * export const documented = withSessionSecurity(document, { controllers: [AccountController] });
 * ```
 * @group OpenAPI
 */
export function withSessionSecurity<D extends OpenApiDocument>(document: D, options: SessionSecurityOptions): D {
  const { controllers, cookieName = 'sid', schemeName = 'session' } = options;
  const { operationId = operationIdOfNest } = options;
  const required = requirementsByOperation(operationsOf(document), controllers, operationId);
  const byPlace = new Map([...required].map(([{ path, verb }, requirements]) => [`${verb} ${path}`, requirements]));
  const global = 'security' in document ? { security: document.security } : {}; // applies to operations without their own
  const paths = mapObjects(document.paths ?? {}, (item, path) =>
    mapObjects(item, (operation, verb) => {
      const requirements = byPlace.get(`${verb} ${path}`);
      if (requirements === undefined) return operation;
      const stated = { ...global, ...operation };
      if (requirements === 'nothing') return { ...operation, security: withoutScheme(stated, schemeName) };
      return { ...operation, ...described(stated, requirements, schemeName) };
    }),
  );
  const components = (document.components ?? {}) as Fields; // an object
  const schemes = components['securitySchemes'] as Fields | undefined; // OpenAPI defines it so
  const scheme = { type: 'apiKey', in: 'cookie', name: cookieName, description: 'The session cookie, signed.' };
  return { ...document, paths, components: { ...components, securitySchemes: { ...schemes, [schemeName]: scheme } } };
}

/** The ids that `@nestjs/swagger` generates. */
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

/** The security of an operation that needs no session. An empty list overrides the security of the whole document. */
function withoutScheme(operation: Fields, schemeName: string): readonly Fields[] {
  return securityOf(operation).flatMap((one) => {
    if (!(schemeName in one)) return [one];
    const others = Object.entries(one).filter(([scheme]) => scheme !== schemeName);
    return others.length === 0 ? [] : [Object.fromEntries(others)];
  });
}

function securityOf(operation: Fields): readonly Fields[] {
  return (operation['security'] ?? []) as readonly Fields[]; // OpenAPI defines it so
}

function described(operation: Fields, requirements: SessionRequirements, schemeName: string): Fields {
  const { session, anonymous } = requirements;
  const conditions = conditionsOf(requirements);
  const forbidden = [
    ...(conditions.length > 0 ? [describe(conditions)] : []),
    ...(anonymous ? ['Somebody is already signed in.'] : []),
  ];
  const responses = (operation['responses'] ?? {}) as Fields; // OpenAPI defines it so
  const security = securityOf(operation);
  // The members of the list are alternatives. Each of them also needs the session.
  const both = security.length === 0 ? [{ [schemeName]: [] }] : security.map((one) => ({ ...one, [schemeName]: [] }));
  return {
    security: session ? both : withoutScheme(operation, schemeName),
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

/** The requirements that a signed-in user may fail. */
function conditionsOf({ values, predicates }: SessionRequirements): string[] {
  return [
    ...Object.entries(values).map(([field, value]) => `\`${field}\` = \`${String(value)}\``),
    ...(predicates > 0 ? [predicates === 1 ? 'a condition' : `${predicates} conditions`] : []),
  ];
}

function describe(parts: readonly string[]): string {
  return parts.length === 0 ? 'A session is required.' : `A session with ${parts.join(', ')} is required.`;
}

/** Replaces the values of an object that are objects themselves. */
function mapObjects(object: object, change: (value: Fields, key: string) => unknown): Fields {
  return Object.fromEntries(
    Object.entries(object).map(([key, value]: [string, unknown]) => [
      key,
      typeof value === 'object' && value !== null && !Array.isArray(value) ? change(value as Fields, key) : value, // it is one
    ]),
  );
}
