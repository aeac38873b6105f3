import type { TSESTree } from '@typescript-eslint/types';
import type { Scope, SourceCode } from 'eslint';
import type { AccessPaths } from './access-paths.js';
import { kindOf, kindOfAll } from './guard-arguments.js';
import { isPath, mayCover } from './route-paths.js';
import { isForAnyVerb, isMounting, isNewRouter, isRouter, isSetting } from './routers.js';
import {
  isFunction,
  methodCallOf,
  nameOf,
  nodeOf,
  partsOf,
  unwrap,
  type MethodCall,
  type Node,
} from './syntax-tree.js';
import { originOf, variableOf } from './variables.js';

/** Functions that start or test an app, and mount nothing on it. */
const HOSTS = /^(?:create(?:Secure)?Server|listen|request|serverless|supertest)$/;

/** A router, or a route of one, as far as the source shows which it is. */
interface Target {
  readonly key: string;
  /** The router of a route. */
  readonly router?: Target;
  /** The path of a route. */
  readonly path?: Node | undefined;
}

/** A call that mounts handlers: `app.get('/x', …)`, `router.use(…)`, `router.route('/x').post(…)`. */
export interface RouteCall extends MethodCall {
  readonly target: Target;
  readonly path: Node | undefined;
  /** The arguments without the path, and those in arrays, which Express accepts, too. */
  readonly handlers: readonly TSESTree.CallExpressionArgument[];
}

/** The calls of one file that mount handlers. */
export class Routes {
  readonly calls: RouteCall[] = [];
  /** By the key of a router: the calls of other functions that get it, and may mount a guard on it. */
  readonly #others = new Map<string, Node[]>();
  readonly #sourceCode: SourceCode;
  readonly #paths: AccessPaths;

  constructor(sourceCode: SourceCode, paths: AccessPaths) {
    this.#sourceCode = sourceCode;
    this.#paths = paths;
  }

  /** Notes a call if it mounts handlers, or may do so. */
  add(node: TSESTree.CallExpression | TSESTree.NewExpression): void {
    const call = methodCallOf(node);
    const target = call && isMounting(call.method) ? this.#targetOf(call.object) : undefined;
    if (call === undefined || target === undefined) {
      this.#addOther(node);
      return;
    }
    const [first, ...others] = call.call.arguments;
    const isUse = call.method === 'use';
    const hasPath =
      first !== undefined &&
      target.router === undefined &&
      (isUse ? isPath(first, this.#sourceCode) : others.length > 0 && !isFunction(first));
    const handlers = flat(hasPath ? others : call.call.arguments);
    this.calls.push({ ...call, target, path: hasPath ? first : target.path, handlers });
  }

  #addOther(node: TSESTree.CallExpression | TSESTree.NewExpression): void {
    const call = methodCallOf(node);
    const callee = unwrap(node.callee);
    if (HOSTS.test(call?.method ?? (callee.type === 'Identifier' ? callee.name : ''))) return;
    const isUnknown = call !== undefined && !isSetting(call.method) && !isMounting(call.method);
    const shared = [...node.arguments.flatMap(partsOf), ...(isUnknown ? [call.object] : [])];
    for (const one of shared) {
      const key = this.#targetOf(one)?.key;
      if (key !== undefined) this.#others.set(key, [...(this.#others.get(key) ?? []), node]);
    }
  }

  /** Whether a guard runs before an argument of a call, as far as the file shows; also if that is unknown. */
  mayBeGuarded(call: RouteCall, argument: Node): boolean {
    const before = call.handlers.filter(({ range }) => range[1] <= argument.range[0]);
    return kindOfAll(before, this.#sourceCode) !== 'other' || this.#isGuardedAt(call.target, call, new Set());
  }

  /** Whether an earlier call, or the call that mounts the router, may put a guard before everything that follows. */
  #isGuardedAt(target: Target, at: RouteCall, seen: Set<string>): boolean {
    if (seen.has(target.key)) return false; // routers that are mounted in each other
    seen.add(target.key);
    if (this.#others.get(target.key)?.some((node) => mayRunBefore(node, at.call))) return true;
    const earlier = this.calls.filter(
      (call) => call.target.key === target.key && call.call !== at.call && mayRunBefore(calleeOf(call), calleeOf(at)),
    );
    if (earlier.some((call) => this.#covers(call, at) && this.#mayGuard(call, new Set()))) return true;
    if (target.router !== undefined) return this.#isGuardedAt(target.router, at, seen);
    return this.calls.some((call) => this.#mountsBehindGuard(target, call, seen));
  }

  #mountsBehindGuard(router: Target, call: RouteCall, seen: Set<string>): boolean {
    if (call.method !== 'use') return false;
    const mounted = call.handlers.find((argument) => this.#targetOf(argument)?.key === router.key);
    if (mounted === undefined) return false;
    const before = call.handlers.filter(({ range }) => range[1] <= mounted.range[0]);
    return kindOfAll(before, this.#sourceCode) !== 'other' || this.#isGuardedAt(call.target, call, seen);
  }

  /** Whether the requests that a call handles pass through an earlier call of the same router. */
  #covers(call: RouteCall, at: RouteCall): boolean {
    if (isForAnyVerb(call.method)) return mayCover(call.path, at.path, this.#sourceCode);
    return call.method === at.method && this.#textOf(call.path) === this.#textOf(at.path);
  }

  #textOf(path: Node | undefined): string {
    return path === undefined ? '' : this.#sourceCode.text.slice(...path.range);
  }

  /** Whether a handler of a call may be a guard, or a router of this file with a guard on it. */
  #mayGuard({ handlers }: RouteCall, seen: Set<string>): boolean {
    return handlers.some((argument) => {
      const key = this.#targetOf(argument)?.key;
      const own = key === undefined ? [] : this.calls.filter(({ target }) => target.key === key);
      if (key === undefined || own.length === 0) return kindOf(argument, this.#sourceCode) !== 'other';
      if (seen.has(key)) return false; // routers that are mounted in each other
      seen.add(key);
      return this.#others.has(key) || own.some((call) => isForAnyVerb(call.method) && this.#mayGuard(call, seen));
    });
  }

  /** The router or route that a method is called on. Each method returns what it was called on. */
  #targetOf(object: Node): Target | undefined {
    const inner = methodCallOf(object);
    if (inner?.method === 'route') {
      const router = this.#targetOf(inner.object);
      return router && { key: `route ${inner.call.range[0]}`, router, path: inner.call.arguments[0] };
    }
    if (inner !== undefined && isMounting(inner.method)) return this.#targetOf(inner.object);
    const key = this.#paths.keyOf(object) ?? this.#keyOfNew(unwrap(object));
    const route = this.#routeHeldBy(object);
    if (key === undefined) return undefined;
    if (route !== undefined) return { ...route, key };
    return isRouter(object, this.#sourceCode) ? { key } : undefined;
  }

  /** The key of the variable that a new router is assigned to at the end of its chain: `const a = Router().use(…)`. */
  #keyOfNew(node: Node): string | undefined {
    if (!isNewRouter(node, this.#sourceCode)) return undefined;
    let at = node;
    for (let up = at.parent; up !== undefined && isPartOfChain(at, up); up = at.parent) at = up;
    const declarator = at.parent;
    const name = declarator?.type === 'VariableDeclarator' && declarator.init === at ? declarator.id : undefined;
    return (name && this.#paths.keyOf(name)) ?? `call ${node.range[0]}`;
  }

  /** The route that a variable holds: `const account = router.route('/account')`. */
  #routeHeldBy(object: Node): { router: Target; path: Node | undefined } | undefined {
    const node = unwrap(object);
    const variable = node.type === 'Identifier' ? variableOf(this.#sourceCode, node) : undefined;
    const value = variable && originOf(variable)?.value;
    const call = value && methodCallOf(value);
    const router = call?.method === 'route' ? this.#targetOf(call.object) : undefined;
    return router && { router, path: call?.call.arguments[0] };
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
    if (route?.method === 'route')
      return this.isShared({ ...route, target: { key: '' }, path: undefined, handlers: [] });
    const isApp =
      value.type === 'CallExpression' && value.callee.type === 'Identifier' && value.callee.name === 'express';
    return !isApp && isPassedOn(variable);
  }
}

function flat(list: readonly (TSESTree.CallExpressionArgument | null)[]): TSESTree.CallExpressionArgument[] {
  return list.flatMap((one) => (one?.type === 'ArrayExpression' ? flat(one.elements) : (one ?? [])));
}

/** The methods of one chain begin at the same place, and the names of the methods do not. */
function calleeOf({ call }: RouteCall): Node {
  const callee = unwrap(call.callee);
  return callee.type === 'MemberExpression' ? callee.property : call;
}

/** Whether code runs before other code. Nothing shows the order of two functions, so either may run first. */
function mayRunBefore(node: Node, other: Node): boolean {
  return functionAround(node) !== functionAround(other) || node.range[0] < other.range[0];
}

function functionAround(node: Node): Node | undefined {
  let at = node.parent;
  while (at && !isFunction(at)) at = at.parent; // the parent of a program is null
  return at ?? undefined;
}

/** Whether a node is the object of a method that returns the same object, or what is called in such a chain. */
function isPartOfChain(node: Node, parent: Node): boolean {
  if (parent.type === 'CallExpression') return parent.callee === node;
  if (parent.type !== 'MemberExpression' || parent.object !== node) return false;
  return isMounting(nameOf(parent) ?? '');
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
