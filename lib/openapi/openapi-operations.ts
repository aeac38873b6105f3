import type { SessionRequirements } from '../guards/guard.js';
import { methodsOf } from '../decorators/method-decorator.js';
import { sessionRequirements } from '../decorators/session-requirements.js';
import { SessionOptionsError } from '../errors.js';

/** What makes an `operationId` of a controller's and a method's name. */
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

/** A method that a document may tell of. */
interface Route {
  /** `OrderController.list`. */
  readonly title: string;
  /** Its operation's name, where it has no version and one path. */
  readonly plainId: string;
  /** Whether that name was chosen for the method, by `@ApiOperation`: several versions and paths of it have it too. */
  readonly isChosen: boolean;
  /** What a document tells of it; nothing where its decorators ask for nothing. */
  readonly requirements: SessionRequirements | undefined;
  /** How it may be called as this operation: the surest names first, then those by a version that only the path tells. */
  readonly namesAs: (operation: Operation) => readonly (readonly string[])[];
}

/** The numbers and keys by which Nest and `@nestjs/swagger` know of a method or a class. */
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
 * What is asked for at each operation whose method asks for something.
 * @throws SessionOptionsError where such a method has no operation, or it cannot be told which one
 */
export function requirementsByOperation(
  operations: readonly Operation[],
  controllers: readonly Controller[],
  operationId: OperationId,
): Map<Operation, SessionRequirements> {
  const routes = [...new Set(controllers)].flatMap((controller) => routesOf(controller, operationId));
  const found = new Map<Operation, SessionRequirements>();
  const seen = new Set<Route>();
  for (const operation of operations) {
    const claiming = claimsOf(routes, operation);
    for (const route of claiming) seen.add(route);
    const [first] = claiming.flatMap(({ requirements }) => requirements ?? []);
    if (first === undefined) continue;
    refuseAmbiguous(operation, operations, claiming);
    found.set(operation, first);
  }
  for (const { title, plainId, requirements } of routes.filter((route) => !seen.has(route))) {
    if (requirements === undefined) continue;
    throw new SessionOptionsError(
      'operationId',
      `no operation of the document is called ${plainId}, as that of ${title} would be, whose decorators ask for something: say how operations are called, and return undefined for one that is not in the document`,
    );
  }
  return found;
}

/** The routes whose operation this is: those that are surest of it. */
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
    `${operation.id} is what ${places.join(' and ')} ${places.length === 1 ? 'is' : 'are'} called, and what ${titles.join(' and ')} would be: it cannot be told which is which, so give each operation a name of its own`,
  );
}

function routesOf(controller: Controller, operationId: OperationId): Route[] {
  const excluded = metadataOf(NEST.excludedClass, controller);
  if (Array.isArray(excluded) && excluded[0] === true) return [];
  const asked = sessionRequirements(controller);
  const isOfNest = metadataOf(NEST.path, controller) !== undefined;
  const routes: Route[] = [];
  for (const [name, { method }] of methodsOf(controller.prototype as object)) {
    const plainId = typeof name === 'string' ? idOf(controller, name, method, operationId) : undefined;
    if (plainId === undefined || typeof name !== 'string') continue;
    if (isOfNest && metadataOf(NEST.path, method) === undefined) continue; // a helper, and no route
    if (fieldOf(metadataOf(NEST.excludedMethod, method), 'disable') === true) continue;
    const own = asked[name];
    routes.push({
      title: `${controller.name}.${name}`,
      plainId,
      isChosen: givenId(method) !== undefined,
      requirements: own?.session || own?.anonymous ? own : undefined,
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
 * The names that `@nestjs/swagger` makes: `list[1]` where a method has several paths, `…_get` behind the name of one for all
 * verbs, and the version, if any: as it stands where a header has it, as it is in the path (`v1`) where the path has it.
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
      declared[0] === undefined ? ids(segments) : [], // the version that an app gives by default
    ];
  };
}

/** What `reflect-metadata` has noted, where it is loaded. */
function metadataOf(key: string, target: object): unknown {
  const { getMetadata } = Reflect as { getMetadata?: (key: string, target: object) => unknown }; // it puts it there
  return getMetadata?.(key, target);
}

function fieldOf(value: unknown, field: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[field] : undefined; // any can be asked for
}
