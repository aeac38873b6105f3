import type { TSESTree } from '@typescript-eslint/types';
import type { SourceCode } from 'eslint';
import type { AccessPaths } from './access-paths.js';
import type { Sessions } from './session-sources.js';
import { isFunction, nameOf, nodeOf, partsOf, unwrap, type Node } from './syntax-tree.js';
import { originOf, resolve, variableOf } from './variables.js';

type Call = TSESTree.CallExpression | TSESTree.NewExpression;

/** Methods of a request that leave its session alone: of Node, of Express, and of Passport. */
const READERS = new Set(
  [
    'get header accepts acceptsCharsets acceptsEncodings acceptsLanguages is range param',
    'on once off pipe unpipe pause resume setEncoding setTimeout isAuthenticated isUnauthenticated',
  ].flatMap((names) => names.split(' ')),
);

/** Finds the objects that a call lets other code reach, so that this code may change a session. */
export class SharedObjects {
  readonly #sourceCode: SourceCode;
  readonly #paths: AccessPaths;
  readonly #sessions: Sessions;

  constructor(sourceCode: SourceCode, paths: AccessPaths, sessions: Sessions) {
    this.#sourceCode = sourceCode;
    this.#paths = paths;
    this.#sessions = sessions;
  }

  /**
   * The keys of the objects that a call passes on: in its arguments, as the object of the method, and in what the called function
   * is made of. A function of this file passes on the sessions that it mentions.
   */
  keysOf(call: Call, seen = new Set<Node>()): string[] {
    if (call.type === 'CallExpression' && this.#sessions.sessionOf(call) !== undefined) return []; // `sessions.of(req)`
    return [...call.arguments.flatMap((one) => this.#held(one, seen)), ...this.#calleeKeys(unwrap(call.callee), seen)];
  }

  #calleeKeys(callee: Node, seen: Set<Node>): string[] {
    if (callee.type === 'Identifier' && callee.name === 'next') return this.#besideNext(callee);
    if (callee.type !== 'MemberExpression') return this.#held(callee, seen);
    if (this.#sessions.sessionOf(callee.object) !== undefined) return []; // a method of the session itself
    if (READERS.has(nameOf(callee) ?? '') && this.#sessions.isRequest(callee.object)) return [];
    return this.#held(callee.object, seen);
  }

  /** The keys of the objects that code can reach if it gets the value of an expression. */
  #held(expression: Node, seen: Set<Node>): string[] {
    return partsOf(expression).flatMap((part) => {
      const key = this.#paths.keyOf(part);
      return [...(key === undefined ? [] : [key]), ...this.#inside(part, seen)];
    });
  }

  /** The keys of what a value was made of: of a literal, of a function, or of the arguments of a call. */
  #inside(part: Node, seen: Set<Node>): string[] {
    const node = resolve(this.#sourceCode, part);
    if (seen.has(node)) return [];
    seen.add(node);
    if (isFunction(node)) return this.#mentioned(node, seen);
    if (node.type === 'CallExpression' || node.type === 'NewExpression') return this.keysOf(node, seen);
    if (isComposed(node)) return this.#held(node, seen);
    if (node.type === 'MemberExpression') return this.#inside(node.object, seen);
    const variable = node.type === 'Identifier' ? variableOf(this.#sourceCode, node) : undefined;
    const origin = variable && originOf(variable);
    // the origin of `const { userId } = req.session` is a session, but `userId` is not
    return origin === undefined || this.#paths.keyOf(origin.value) !== undefined
      ? []
      : this.#inside(origin.value, seen);
  }

  /** The keys of the sessions in a function, and of what its calls pass on. */
  #mentioned(node: Node, seen: Set<Node>): string[] {
    const keys = new Set<string>();
    const visit = (at: Node): void => {
      const path = this.#sessions.sessionOf(at);
      if (path !== undefined) keys.add(path.key);
      if (at.type === 'CallExpression' || at.type === 'NewExpression')
        for (const key of this.keysOf(at, seen)) keys.add(key);
      // a call passes on what the functions in its arguments mention, so these have been visited
      for (const child of childrenOf(at, this.#sourceCode)) if (!isFunction(child) || !seen.has(child)) visit(child);
    };
    visit(node);
    return [...keys];
  }

  /** `next()` runs the handlers that follow, which get the same request. */
  #besideNext(next: TSESTree.Identifier): string[] {
    const def = variableOf(this.#sourceCode, next)?.defs[0];
    if (def?.type !== 'Parameter') return [];
    const { params } = nodeOf(def.node) as TSESTree.FunctionExpression;
    return params.flatMap((one) => (one.type === 'Identifier' ? (this.#paths.keyOf(one) ?? []) : []));
  }
}

/** Whether a value is put together from several others. */
function isComposed(node: Node): boolean {
  return ['ObjectExpression', 'ArrayExpression', 'ConditionalExpression', 'LogicalExpression'].includes(node.type);
}

function childrenOf(node: Node, { visitorKeys }: SourceCode): Node[] {
  const members = node as unknown as Readonly<Record<string, Node | (Node | null)[] | null | undefined>>;
  return (visitorKeys[node.type] ?? []).flatMap((key) => {
    const child = members[key];
    return Array.isArray(child) ? child.filter((one) => one !== null) : (child ?? []);
  });
}
