import type { TSESTree } from '@typescript-eslint/types';
import type { Scope, SourceCode } from 'eslint';
import type { AccessPaths } from './access-paths.js';
import { isNamedAsGuard, kindOf, kindOfAll } from './guard-arguments.js';
import { isFunction, methodCallOf, nodeOf, unwrap, type MethodCall, type Node } from './tree.js';
import { originOf, variableOf } from './variables.js';

const VERBS = new Set(['get', 'post', 'put', 'patch', 'delete', 'head', 'options', 'query']);
const MOUNTS = new Set(['use', 'all']);

/** A router, or a route of one, as far as the source shows which it is. */
interface Target {
  readonly key: string;
  /** The router of a route. */
  readonly router?: Target;
}

/** A call that mounts handlers: `app.get('/x', …)`, `router.use(…)`, `router.route('/x').post(…)`. */
export interface RouteCall extends MethodCall {
  readonly target: Target;
  /** The arguments but the path, and those in arrays, which Express takes, too. */
  readonly handlers: readonly TSESTree.CallExpressionArgument[];
}

/** The calls of one file that mount handlers. */
export class Routes {
  readonly calls: RouteCall[] = [];
  readonly #sourceCode: SourceCode;
  readonly #paths: AccessPaths;

  constructor(sourceCode: SourceCode, paths: AccessPaths) {
    this.#sourceCode = sourceCode;
    this.#paths = paths;
  }

  /** Notes a call, if it mounts handlers. */
  add(node: Node): void {
    const call = methodCallOf(node);
    if (call === undefined || !isMounting(call.method)) return;
    const target = this.#targetOf(call.object);
    if (target === undefined) return;
    const [first, ...others] = call.call.arguments;
    const hasPath =
      call.method !== 'use' && target.router === undefined && others.length > 0 && !isFunction(first as Node);
    this.calls.push({ ...call, target, handlers: flat(hasPath ? others : call.call.arguments) });
  }

  /** Whether a guard runs before an argument of a call, as far as the file shows; also if that is unknown. */
  mayBeGuarded(call: RouteCall, argument: Node): boolean {
    const before = call.handlers.filter(({ range }) => range[1] <= argument.range[0]);
    return kindOfAll(before, this.#sourceCode) !== 'other' || this.#isGuardedAt(call.target, call, new Set());
  }

  /** Whether an earlier call, or the call that mounts the router, puts a guard before everything that follows. */
  #isGuardedAt(target: Target, at: RouteCall, seen: Set<string>): boolean {
    if (seen.has(target.key)) return false; // routers that are mounted in each other
    seen.add(target.key);
    const earlier = this.calls.filter((call) => call.target.key === target.key && positionOf(call) < positionOf(at));
    const isRoute = target.router !== undefined;
    if (
      earlier.some((call) => this.#guards(call) && (MOUNTS.has(call.method) || (isRoute && call.method === at.method)))
    )
      return true;
    if (target.router !== undefined) return this.#isGuardedAt(target.router, at, seen);
    return this.calls.some((call) => this.#mountsBehindGuard(target, call, seen));
  }

  #mountsBehindGuard(router: Target, call: RouteCall, seen: Set<string>): boolean {
    if (call.method !== 'use') return false;
    const mounted = call.handlers.find((argument) => this.#paths.keyOf(argument) === router.key);
    if (mounted === undefined) return false;
    const before = call.handlers.filter(({ range }) => range[1] <= mounted.range[0]);
    return kindOfAll(before, this.#sourceCode) !== 'other' || this.#isGuardedAt(call.target, call, seen);
  }

  #guards({ handlers }: RouteCall): boolean {
    return handlers.some((argument) => {
      const kind = kindOf(argument, this.#sourceCode);
      return kind === 'guard' || (kind === 'unknown' && isNamedAsGuard(argument, this.#sourceCode));
    });
  }

  /** The router or route that a method is called on. Each method returns what it was called on. */
  #targetOf(object: Node): Target | undefined {
    const inner = methodCallOf(object);
    if (inner === undefined) {
      const key = this.#paths.keyOf(object);
      const route = this.#routeHeldBy(object);
      if (key === undefined) return undefined;
      return route === undefined ? { key } : { key, router: route };
    }
    if (inner.method !== 'route') return isMounting(inner.method) ? this.#targetOf(inner.object) : undefined;
    const router = this.#targetOf(inner.object);
    return router && { key: `route ${inner.call.range[0]}`, router };
  }

  /** The router of the route that a variable holds: `const account = router.route('/account')`. */
  #routeHeldBy(object: Node): Target | undefined {
    const node = unwrap(object);
    const variable = node.type === 'Identifier' ? variableOf(this.#sourceCode, node) : undefined;
    const value = variable && originOf(variable)?.value;
    const call = value && methodCallOf(value);
    return call?.method === 'route' ? this.#targetOf(call.object) : undefined;
  }

  /** Whether code outside of this file can mount a guard on a call's router: it is a parameter, an import, or an export. */
  isShared({ object }: RouteCall): boolean {
    let node = unwrap(object);
    for (let call = methodCallOf(node); call !== undefined; call = methodCallOf(node)) node = unwrap(call.object);
    const variable = node.type === 'Identifier' ? variableOf(this.#sourceCode, node) : undefined;
    if (variable === undefined) return node.type !== 'Identifier';
    const origin = originOf(variable);
    if (origin === undefined) return true;
    const value = unwrap(origin.value);
    const route = methodCallOf(value);
    if (route?.method === 'route') return this.isShared({ ...route, target: { key: '' }, handlers: [] });
    const isApp =
      value.type === 'CallExpression' && value.callee.type === 'Identifier' && value.callee.name === 'express';
    return !isApp && isPassedOn(variable);
  }
}

function flat(list: readonly (TSESTree.CallExpressionArgument | null)[]): TSESTree.CallExpressionArgument[] {
  return list.flatMap((one) => (one?.type === 'ArrayExpression' ? flat(one.elements) : (one ?? [])));
}

function isMounting(method: string): boolean {
  return VERBS.has(method) || MOUNTS.has(method);
}

/** The methods of one chain begin at the same place, and the names of the methods do not. */
function positionOf({ call }: RouteCall): number {
  const callee = unwrap(call.callee);
  return callee.type === 'MemberExpression' ? callee.property.range[0] : call.range[0];
}

/** Whether a variable is exported, returned, or passed on: used other than by its members. */
function isPassedOn(variable: Scope.Variable): boolean {
  const declared = variable.defs.some(({ node }) => nodeOf(node).parent?.parent?.type === 'ExportNamedDeclaration');
  return (
    declared ||
    variable.references.some((reference) => {
      const node = nodeOf(reference.identifier);
      const isObject = node.parent?.type === 'MemberExpression' && node.parent.object === node;
      return reference.init !== true && !isObject;
    })
  );
}
