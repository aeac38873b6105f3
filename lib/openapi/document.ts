import type { SessionRequirements } from '../express/step.js';
import { sessionRequirements } from '../decorators/requirements.js';
import { SessionOptionsError } from '../errors.js';

/** As much of an OpenAPI 3.0 or 3.1 document as is looked at here. */
export interface OpenApiDocument {
  /** The operations, by path and by method. */
  readonly paths?: object | undefined;
  /** Where security schemes are. */
  readonly components?: object | undefined;
}

/** What {@link withSessionSecurity} has to know. */
export interface SessionSecurityOptions {
  /** The classes whose decorators are to be told. */
  // eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- any class, abstract and private ones too
  readonly controllers: readonly (Function & { readonly prototype: object })[];
  /** The cookie's name: the option `name` of `session(…)`. Default: `connect.sid`. */
  readonly cookieName?: string | undefined;
  /** The scheme's name in the document. Default: `session`. */
  readonly schemeName?: string | undefined;
  /**
   * The `operationId` of a controller's method in the document. Default: that of `@nestjs/swagger`,
   * `AccountController_show`.
   */
  readonly operationId?: ((controller: string, method: string) => string) | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

/** What `@nestjs/swagger` adds where a method has several paths, versions or verbs: `AccountController_show[0]`, `…_v1`. */
const VARIANT = /(?:\[\d+\])?(?:_(?:v?\d[\w.]*|get|put|post|delete|patch|options|head|search|query))?$/;

/**
 * An OpenAPI document that tells what its operations ask of the session: the cookie as a security scheme, and `security`
 * and the responses 401 and 403 of every operation whose method, or whose class, has decorators of ours. What the document
 * says already stays. Composes with `@nestjs/swagger`, and with whatever gives each operation an `operationId`.
 *
 * @returns another document; the one handed in stays as it is
 * @throws SessionOptionsError where no operation is found of a controller whose methods ask for something
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
 */
export function withSessionSecurity<D extends OpenApiDocument>(document: D, options: SessionSecurityOptions): D {
  const { controllers, cookieName = 'connect.sid', schemeName = 'session' } = options;
  const { operationId = (controller: string, method: string) => `${controller}_${method}` } = options;
  const asked = new Map<string, SessionRequirements>();
  const missing = new Map<string, string[]>();
  for (const controller of controllers) {
    const ids = Object.entries(sessionRequirements(controller)).map(([method, requirements]) => {
      const id = operationId(controller.name, method);
      asked.set(id, requirements);
      return id;
    });
    if (ids.length > 0) missing.set(controller.name, ids);
  }
  const found = new Set<string>();
  const global = 'security' in document ? { security: document.security } : {}; // holds where an operation says nothing
  const paths = mapObjects(document.paths ?? {}, (path) =>
    mapObjects(path, (operation) => {
      const named = operation['operationId'];
      const id = [String(named), String(named).replace(VARIANT, '')].find((one) => asked.has(one));
      const requirements = id === undefined ? undefined : asked.get(id);
      if (id === undefined || requirements === undefined) return operation;
      found.add(id);
      return { ...operation, ...told({ ...global, ...operation }, requirements, schemeName) };
    }),
  );
  for (const [name, ids] of missing) {
    if (ids.some((id) => found.has(id))) continue;
    throw new SessionOptionsError(
      'operationId',
      `no operation of the document is called ${ids.join(' or ')}, as a method of ${name} would be: say how operations are called`,
    );
  }
  const components = (document.components ?? {}) as Fields; // an object
  const schemes = components['securitySchemes'] as Fields | undefined; // so says OpenAPI
  const scheme = { type: 'apiKey', in: 'cookie', name: cookieName, description: 'The session cookie, signed.' };
  return { ...document, paths, components: { ...components, securitySchemes: { ...schemes, [schemeName]: scheme } } };
}

function told(operation: Fields, requirements: SessionRequirements, schemeName: string): Fields {
  const { session, anonymous } = requirements;
  const responses = (operation['responses'] ?? {}) as Fields; // so says OpenAPI
  const security = (operation['security'] ?? []) as readonly Fields[]; // and here
  // The list's members are alternatives, and the session is asked for beside whichever of them.
  const both = security.length === 0 ? [{ [schemeName]: [] }] : security.map((one) => ({ ...one, [schemeName]: [] }));
  return {
    ...(session ? { security: both } : {}),
    responses: {
      ...(session ? { 401: { description: describe(requirements) } } : {}),
      ...(anonymous ? { 403: { description: 'Somebody is signed in already.' } } : {}),
      ...responses,
    },
  };
}

/** What is asked for, in a sentence. */
function describe({ fields, values, predicates }: SessionRequirements): string {
  const parts = [
    ...fields.map((field) => `\`${field}\``),
    ...Object.entries(values).map(([field, value]) => `\`${field}\` = \`${String(value)}\``),
    ...(predicates > 0 ? [predicates === 1 ? 'a condition' : `${predicates} conditions`] : []),
  ];
  return parts.length === 0 ? 'A session is required.' : `A session with ${parts.join(', ')} is required.`;
}

/** The same object with other values, where these are objects. */
function mapObjects(object: object, change: (value: Fields) => unknown): Fields {
  return Object.fromEntries(
    Object.entries(object).map(([key, value]: [string, unknown]) => [
      key,
      typeof value === 'object' && value !== null && !Array.isArray(value) ? change(value as Fields) : value, // it is one
    ]),
  );
}
