import type { Scope, SourceCode } from 'eslint';
import { nameOf, nodeOf, unwrap, type Node } from './tree.js';
import { isConstant, originOf, propertyFor, variableOf } from './variables.js';

/** A session in the source. Two expressions with the same `key` are the same session. */
export interface SessionPath {
  readonly key: string;
  /** The key of the request that carries the session. */
  readonly request: string;
}

/**
 * Gives expressions a key, so that two expressions that mean the same object in one function have the same key:
 * `req.session`, and `s` after `const s = req.session`. There is no key for a variable that is assigned again.
 */
export class AccessPaths {
  readonly #sourceCode: SourceCode;
  readonly #ids = new Map<Scope.Variable, number>();
  /** The variables that are being resolved: `const a = b, b = a` has no origin. */
  readonly #open = new Set<Scope.Variable>();

  constructor(sourceCode: SourceCode) {
    this.#sourceCode = sourceCode;
  }

  /** The session that an expression means: `….session`, `….of(request)`, or a constant that holds one of these. */
  sessionOf(expression: Node): SessionPath | undefined {
    const key = this.keyOf(expression);
    if (key === undefined) return undefined;
    if (key.endsWith('.session')) return { key, request: key.slice(0, -'.session'.length) };
    const of = /\.of\(([^()]*)\)$/.exec(key);
    return of?.[1] === undefined ? undefined : { key, request: of[1] };
  }

  /** The key of an expression that is made of names, members, and `of(…)` alone. */
  keyOf(expression: Node): string | undefined {
    const node = unwrap(expression);
    if (node.type === 'ThisExpression') return 'this';
    if (node.type === 'Identifier') return this.#keyOfName(node);
    if (node.type === 'MemberExpression') {
      const name = nameOf(node);
      return name === undefined ? undefined : join(this.keyOf(node.object), name);
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
    const [def] = variable.defs;
    const parameter = def?.type === 'Parameter' ? parameterOf(nodeOf(def.node), variable) : undefined;
    return parameter === undefined ? this.#own(variable) : join(`parameter ${parameter.index}`, parameter.property);
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

/** The parameter that `({ session }, res) => …` takes a variable from, and the property of it. */
function parameterOf(node: Node, variable: Scope.Variable): { index: string; property: string } | undefined {
  if (!('params' in node) || !Array.isArray(node.params)) return undefined;
  for (const [index, parameter] of (node.params as Node[]).entries()) {
    const property = parameter.type === 'ObjectPattern' ? propertyFor(parameter, variable.name) : undefined;
    const name = property && nameOf(property);
    if (name !== undefined) return { index: `${node.range[0]} ${index}`, property: name };
  }
  return undefined;
}
