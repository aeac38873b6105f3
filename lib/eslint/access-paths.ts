import type { Scope, SourceCode } from 'eslint';
import { nameOf, unwrap, type Node } from './syntax-tree.js';
import { isConstant, originOf, parameterOf, resolve, variableOf } from './variables.js';

/**
 * Gives expressions a key. In one function, two expressions have the same key if they refer to the same object:
 * `req.session`, `s` after `const s = req.session`, and `c.req.session` after `const c = { req }`. A variable that is assigned again has no key.
 */
export class AccessPaths {
  readonly #sourceCode: SourceCode;
  readonly #ids = new Map<Scope.Variable, number>();
  /** The variables that are being resolved: `const a = b, b = a` has no origin. */
  readonly #open = new Set<Scope.Variable>();

  constructor(sourceCode: SourceCode) {
    this.#sourceCode = sourceCode;
  }

  /** The key of an expression that consists of names, members, and calls of `of(…)` only. */
  keyOf(expression: Node): string | undefined {
    const node = unwrap(expression);
    if (node.type === 'ThisExpression' || node.type === 'Super') return 'this';
    if (node.type === 'Identifier') return this.#keyOfName(node);
    if (node.type === 'MemberExpression') {
      const name = nameOf(node);
      if (name === undefined) return undefined;
      const value = resolve(this.#sourceCode, node);
      return value === node ? join(this.keyOf(node.object), name) : this.keyOf(value);
    }
    if (node.type !== 'CallExpression') return undefined;
    const callee = unwrap(node.callee);
    const [request, ...others] = node.arguments;
    if (callee.type !== 'MemberExpression' || nameOf(callee) !== 'of' || request === undefined || others.length > 0)
      return undefined;
    const carrier = this.keyOf(request);
    return carrier === undefined ? undefined : join(this.keyOf(callee.object), `of(${carrier})`);
  }

  #keyOfName(identifier: Node & { name: string }): string | undefined {
    const variable = variableOf(this.#sourceCode, identifier);
    if (variable === undefined || variable.defs.length === 0) return `global ${identifier.name}`;
    if (this.#open.has(variable)) return undefined;
    this.#open.add(variable);
    try {
      return this.#keyOfOrigin(variable);
    } finally {
      this.#open.delete(variable);
    }
  }

  #keyOfOrigin(variable: Scope.Variable): string | undefined {
    if (!isConstant(variable)) return undefined;
    const origin = originOf(variable);
    if (origin !== undefined) {
      const key = this.keyOf(origin.value);
      const name = origin.property && nameOf(origin.property);
      if (origin.property === undefined) return key ?? this.#own(variable);
      return name === undefined ? undefined : (join(key, name) ?? this.#own(variable));
    }
    const parameter = parameterOf(variable);
    if (parameter?.property === undefined) return this.#own(variable);
    const name = nameOf(parameter.property);
    return name === undefined ? undefined : `parameter ${parameter.fn.range[0]} ${parameter.index}.${name}`;
  }

  /** The key of a variable that is not another name of something else. */
  #own(variable: Scope.Variable): string {
    const id = this.#ids.get(variable) ?? this.#ids.size;
    this.#ids.set(variable, id);
    return `variable ${id}`;
  }
}

function join(object: string | undefined, name: string): string | undefined {
  return object === undefined ? undefined : `${object}.${name}`;
}
