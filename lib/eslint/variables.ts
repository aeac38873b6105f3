import type { TSESTree } from '@typescript-eslint/types';
import type { Scope, SourceCode } from 'eslint';
import { isFunction, nodeOf, type Node } from './tree.js';

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

/** The property of a pattern that a name is bound to, without a default value. */
export function propertyFor(pattern: TSESTree.ObjectPattern, name: string): TSESTree.Property | undefined {
  return pattern.properties.find(
    (property): property is TSESTree.Property =>
      property.type === 'Property' && property.value.type === 'Identifier' && property.value.name === name,
  );
}

/** The name under which a module exports what the identifier is imported as; the identifier's own name otherwise. */
export function importedName(sourceCode: SourceCode, identifier: TSESTree.Identifier): string {
  const def = variableOf(sourceCode, identifier)?.defs[0];
  const node = def === undefined ? undefined : nodeOf(def.node);
  if (node?.type !== 'ImportSpecifier') return identifier.name;
  return node.imported.type === 'Identifier' ? node.imported.name : node.imported.value;
}
