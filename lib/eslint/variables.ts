import type { TSESTree } from '@typescript-eslint/types';
import type { Scope, SourceCode } from 'eslint';
import { isFunction, nameOf, nodeOf, textOf, unwrap, type Node } from './syntax-tree.js';

/** The variable that an identifier means; `undefined` for a global of the runtime. */
export function variableOf(sourceCode: SourceCode, identifier: Node & { name: string }): Scope.Variable | undefined {
  let scope: Scope.Scope | null = sourceCode.getScope(identifier as Parameters<SourceCode['getScope']>[0]);
  while (scope !== null) {
    const variable = scope.set.get(identifier.name);
    if (variable !== undefined) return variable;
    scope = scope.upper;
  }
  return undefined;
}

/** Whether a variable keeps the value that it begins with. */
export function isConstant(variable: Scope.Variable): boolean {
  return variable.references.every((reference) => !reference.isWrite() || reference.init === true);
}

/** What `const name = …` or `const { property: name } = …` gives a variable, and `function name() {…}`. */
export interface Origin {
  /** The expression, or the function that is declared. */
  readonly value: Node;
  /** The property of the value, if the variable is destructured. */
  readonly property?: TSESTree.Property;
}

/** Where the value of a variable comes from; `undefined` if it is a parameter, an import, or is assigned later. */
export function originOf(variable: Scope.Variable): Origin | undefined {
  const [def, ...others] = variable.defs;
  if (def === undefined || others.length > 0 || !isConstant(variable)) return undefined;
  const node = nodeOf(def.node);
  if (isFunction(node) && def.type === 'FunctionName') return { value: node };
  if (node.type !== 'VariableDeclarator' || node.init === null) return undefined;
  if (node.id.type === 'Identifier') return { value: node.init };
  const property = node.id.type === 'ObjectPattern' ? propertyFor(node.id, variable.name) : undefined;
  return property === undefined ? undefined : { value: node.init, property };
}

/**
 * The expression that a constant, or a member of a constant object literal, refers to, through any number of names; any other
 * expression itself.
 */
export function resolve(sourceCode: SourceCode, expression: Node, depth = 0): Node {
  const node = unwrap(expression);
  const value = depth > 10 ? undefined : valueOf(sourceCode, node, depth); // constants that lead to each other
  return value === undefined ? node : resolve(sourceCode, value, depth + 1);
}

function valueOf(sourceCode: SourceCode, node: Node, depth: number): Node | undefined {
  if (node.type === 'MemberExpression') {
    const name = nameOf(node);
    const object = name === undefined ? undefined : resolve(sourceCode, node.object, depth + 1);
    if (object?.type !== 'ObjectExpression') return undefined;
    return object.properties.find((one): one is TSESTree.Property => one.type === 'Property' && nameOf(one) === name)
      ?.value;
  }
  const variable = node.type === 'Identifier' ? variableOf(sourceCode, node) : undefined;
  const origin = variable && originOf(variable);
  return origin?.property === undefined ? origin?.value : undefined;
}

/** The name or expression that a path of members begins with: `deps` in `deps.auth.sessions`. */
export function rootOf(sourceCode: SourceCode, expression: Node, depth = 0): Node {
  const node = resolve(sourceCode, expression);
  if (depth > 10) return node; // constants that lead to each other
  if (node.type === 'MemberExpression') return rootOf(sourceCode, node.object, depth + 1);
  const variable = node.type === 'Identifier' ? variableOf(sourceCode, node) : undefined;
  const origin = variable && originOf(variable);
  return origin === undefined ? node : rootOf(sourceCode, origin.value, depth + 1);
}

/** The property of a pattern that a name is bound to, without a default value. */
function propertyFor(pattern: TSESTree.ObjectPattern, name: string): TSESTree.Property | undefined {
  return pattern.properties.find(
    (property): property is TSESTree.Property =>
      property.type === 'Property' && property.value.type === 'Identifier' && property.value.name === name,
  );
}

/** The parameter of a function that a variable is, or is destructured from. */
export interface Parameter {
  readonly fn: Node;
  readonly index: number;
  /** The property of the parameter, if the variable is destructured. */
  readonly property: TSESTree.Property | undefined;
  /** The type annotation of the whole parameter. */
  readonly type: TSESTree.TypeNode | undefined;
}

/** The parameter that a variable is, as in `(req) => …`, or is taken from, as in `({ session }) => …`. */
export function parameterOf(variable: Scope.Variable): Parameter | undefined {
  const [def] = variable.defs;
  if (def?.type !== 'Parameter') return undefined;
  const fn = nodeOf(def.node);
  if (!('params' in fn) || !Array.isArray(fn.params)) return undefined;
  for (const [index, one] of (fn.params as TSESTree.Parameter[]).entries()) {
    const parameter = one.type === 'TSParameterProperty' ? one.parameter : one;
    const target = parameter.type === 'AssignmentPattern' ? parameter.left : parameter;
    if (target.type !== 'Identifier' && target.type !== 'ObjectPattern') continue;
    const property = target.type === 'ObjectPattern' ? propertyFor(target, variable.name) : undefined;
    const isIt = target.type === 'Identifier' ? target.name === variable.name : property !== undefined;
    if (isIt) return { fn, index, property, type: target.typeAnnotation?.typeAnnotation };
  }
  return undefined;
}

/** What an imported name is in the module that it comes from. */
export interface Import {
  readonly source: string;
  /** The name of the export; `default`, also for `require(…)`; `*` for the whole module. */
  readonly name: string;
}

/** What a name is imported as, by `import` or by `require(…)`; `undefined` if it is not imported. */
export function importOf(sourceCode: SourceCode, identifier: Node & { name: string }): Import | undefined {
  const variable = variableOf(sourceCode, identifier);
  const node = variable?.defs[0] && nodeOf(variable.defs[0].node);
  if (variable === undefined || node === undefined) return undefined;
  if (node.parent?.type === 'ImportDeclaration') {
    const source = node.parent.source.value;
    if (node.type === 'ImportNamespaceSpecifier') return { source, name: '*' };
    if (node.type !== 'ImportSpecifier') return { source, name: 'default' };
    return { source, name: node.imported.type === 'Identifier' ? node.imported.name : node.imported.value };
  }
  const origin = originOf(variable);
  const source = origin && requiredBy(origin.value);
  const name = origin?.property === undefined ? 'default' : nameOf(origin.property);
  return source === undefined || name === undefined ? undefined : { source, name };
}

/** The module that `require('…')` loads. */
function requiredBy(expression: Node): string | undefined {
  const node = unwrap(expression);
  if (node.type !== 'CallExpression' || node.callee.type !== 'Identifier') return undefined;
  const [source] = node.arguments;
  return node.callee.name === 'require' && source !== undefined ? textOf(source) : undefined;
}

/** The name under which a module exports what the identifier is imported as; the identifier's own name otherwise. */
export function importedName(sourceCode: SourceCode, identifier: Node & { name: string }): string {
  const imported = importOf(sourceCode, identifier);
  return imported === undefined || imported.name === 'default' || imported.name === '*'
    ? identifier.name
    : imported.name;
}
