import { mergeRequirements, type SessionRequirements } from '../guards/guard.js';
import { methodsOf } from '../decorators/method-decorator.js';
import { guardsBefore } from '../decorators/guarded-prototype.js';
import { SessionOptionsError } from '../errors.js';

/** Returns the `operationId` for the names of a controller and of a method. */
export type OperationId = (controller: string, method: string, version?: string) => string | undefined;

/** Any class, abstract and private ones too. */
// eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- as it says
export type Controller = Function & { readonly prototype: object };

/** An operation of a document. */
export interface Operation {
  readonly path: string;
  readonly verb: string;
  readonly id: string;
}

/** A method that may be an operation of the document. */
interface Route {
  /** `OrderController.list`. */
  readonly title: string;
  /** The name of its operation if it has no version and one path. */
  readonly plainId: string;
  /** Whether `@ApiOperation` chose that name. Then several versions and paths of the method have it too. */
  readonly isChosen: boolean;
  /** What its decorators require; `undefined` if they require nothing. */
  readonly requirements: SessionRequirements | undefined;
  /** `@AllowAnonymous()` applies, and nothing else is required. */
  readonly isOpen: boolean;
  /** Its possible names as this operation: the most certain ones first, those with a version found in the path last. */
  readonly namesAs: (operation: Operation) => readonly (readonly string[])[];
}

/** The keys and numbers of the metadata of Nest and `@nestjs/swagger`. */
const NEST = {
  path: 'path',
  verb: 'method',
  all: 5, // RequestMethod.ALL
  version: '__version__',
  operation: 'swagger/apiOperation',
  excludedMethod: 'swagger/apiExcludeEndpoint',
  excludedClass: 'swagger/apiExcludeController',
} as const;

/**
 * What each operation requires, and `'nothing'` for those that `@AllowAnonymous()` opens. Operations of methods without
 * decorators are left out.
 * @throws SessionOptionsError if a method with requirements has no operation, or if several operations may be its own
 */
export function requirementsByOperation(
  operations: readonly Operation[],
  controllers: readonly Controller[],
  operationId: OperationId,
): Map<Operation, SessionRequirements | 'nothing'> {
  const routes = [...new Set(controllers)].flatMap((controller) => routesOf(controller, operationId));
  const found = new Map<Operation, SessionRequirements | 'nothing'>();
  const seen = new Set<Route>();
  for (const operation of operations) {
    const claiming = claimsOf(routes, operation);
    for (const route of claiming) seen.add(route);
    const [first] = claiming.flatMap(({ requirements }) => requirements ?? []);
    if (first !== undefined) {
      refuseAmbiguous(operation, operations, claiming);
      found.set(operation, first);
    } else if (claiming.length > 0 && claiming.every(({ isOpen }) => isOpen)) {
      found.set(operation, 'nothing');
    }
  }
  for (const { title, plainId, requirements } of routes.filter((route) => !seen.has(route))) {
    if (requirements === undefined) continue;
    throw new SessionOptionsError(
      'operationId',
      `the document has no operation ${plainId} for ${title}, whose decorators require something: return the names of your operations, and undefined for a method that is not in the document`,
    );
  }
  return found;
}

/** The routes that this operation may belong to: the ones with the most certain name. */
function claimsOf(routes: readonly Route[], operation: Operation): readonly Route[] {
  const ranked = routes
    .map((route) => ({ route, rank: route.namesAs(operation).findIndex((names) => names.includes(operation.id)) }))
    .filter(({ rank }) => rank >= 0);
  const surest = Math.min(...ranked.map(({ rank }) => rank));
  return ranked.filter(({ rank }) => rank === surest).map(({ route }) => route);
}

function refuseAmbiguous(operation: Operation, operations: readonly Operation[], claiming: readonly Route[]): void {
  const places = operations
    .filter(({ id }) => id === operation.id)
    .map(({ path, verb }) => `${verb.toUpperCase()} ${path}`);
  if (claiming.length === 1 && (places.length === 1 || claiming[0]?.isChosen === true)) return;
  const titles = claiming.map(({ title }) => title);
  throw new SessionOptionsError(
    'operationId',
    `${operation.id} is the name of ${places.join(' and ')}, and may be the operation of ${titles.join(' or ')}: give each operation its own name`,
  );
}

function routesOf(controller: Controller, operationId: OperationId): Route[] {
  const excluded = metadataOf(NEST.excludedClass, controller);
  if (Array.isArray(excluded) && excluded[0] === true) return [];
  const isOfNest = metadataOf(NEST.path, controller) !== undefined;
  const routes: Route[] = [];
  for (const [name, found] of methodsOf(controller.prototype as object)) {
    const { method } = found;
    const plainId = typeof name === 'string' ? idOf(controller, name, method, operationId) : undefined;
    if (plainId === undefined || typeof name !== 'string') continue;
    if (isOfNest && metadataOf(NEST.path, method) === undefined) continue; // a helper, not a route
    if (fieldOf(metadataOf(NEST.excludedMethod, method), 'disable') === true) continue;
    const guards = guardsBefore(controller, name, found);
    const own = mergeRequirements(guards);
    const requires = own.session || own.anonymous;
    routes.push({
      title: `${controller.name}.${name}`,
      plainId,
      isChosen: givenId(method) !== undefined,
      requirements: requires ? own : undefined,
      isOpen: !requires && guards.some(({ resets }) => resets === true),
      namesAs: namesOf(controller, name, method, operationId),
    });
  }
  return routes;
}

/** The name that `@ApiOperation` gives, or the usual one. */
function idOf(controller: Controller, name: string, method: object, operationId: OperationId): string | undefined {
  const usual = operationId(controller.name, name);
  return usual === undefined ? undefined : (givenId(method) ?? usual);
}

function givenId(method: object): string | undefined {
  const given = fieldOf(metadataOf(NEST.operation, method), 'operationId');
  return typeof given === 'string' && given !== '' ? given : undefined;
}

/**
 * The names that `@nestjs/swagger` generates: `list[1]` if a method has several paths, `…_get` if it handles all verbs, and
 * the version if there is one: unchanged if a header carries it, and as in the path (`v1`) if the path carries it.
 */
function namesOf(controller: Controller, name: string, method: object, operationId: OperationId): Route['namesAs'] {
  const given = givenId(method);
  if (given !== undefined) return () => [[given]];
  const declared = [metadataOf(NEST.version, method) ?? metadataOf(NEST.version, controller)].flat();
  const versions = declared.filter((version) => typeof version === 'string');
  const isForAll = metadataOf(NEST.verb, method) === NEST.all;
  return ({ path, verb, id }) => {
    const keys = [name, ...(/\[\d+\]/.exec(id) ?? []).map((index) => `${name}${index}`)];
    const ids = (ofVersions: readonly (string | undefined)[]) =>
      ofVersions
        .flatMap((version) => keys.map((key) => operationId(controller.name, key, version)))
        .filter((one) => one !== undefined);
    const segments = path.split('/').filter((segment) => segment !== '');
    const plain = ids([undefined]);
    return [
      isForAll ? plain.map((one) => `${one}_${verb}`) : plain,
      ids([...versions, ...segments.filter((segment) => versions.some((version) => segment.endsWith(version)))]),
      declared[0] === undefined ? ids(segments) : [], // the app's default version
    ];
  };
}

/** The metadata that `reflect-metadata` holds, if it is loaded. */
function metadataOf(key: string, target: object): unknown {
  const { getMetadata } = Reflect as { getMetadata?: (key: string, target: object) => unknown }; // reflect-metadata adds it
  return getMetadata?.(key, target);
}

function fieldOf(value: unknown, field: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[field] : undefined; // any property may be read
}
