import type { TSESTree } from '@typescript-eslint/types';

/** A node of the syntax tree, as `@typescript-eslint/parser` builds it. Other parsers build a subset of it. */
export type Node = TSESTree.Node;

/** A node as ESLint passes it to a rule. ESLint's own type knows no TypeScript. */
export function nodeOf(node: object): Node {
  return node as Node;
}

/** Whether a node only changes the type of the expression inside, or marks the end of an optional chain. */
export function isWrapper(
  node: Node,
): node is
  | TSESTree.TSAsExpression
  | TSESTree.TSNonNullExpression
  | TSESTree.TSSatisfiesExpression
  | TSESTree.TSTypeAssertion
  | TSESTree.ChainExpression {
  return (
    node.type === 'TSAsExpression' ||
    node.type === 'TSNonNullExpression' ||
    node.type === 'TSSatisfiesExpression' ||
    node.type === 'TSTypeAssertion' ||
    node.type === 'ChainExpression'
  );
}

/** The expression inside of type assertions and optional chains. */
export function unwrap(node: Node): Node {
  let at = node;
  while (isWrapper(at)) at = at.expression;
  return at;
}

/** The outermost expression that has the node's value: the node, or the type assertions around it. */
export function wrapped(node: Node): Node {
  let at = node;
  while (at.parent !== undefined && isWrapper(at.parent)) at = at.parent;
  return at;
}

/** The name that a member has in the source; `undefined` if it is computed at run time. */
export function nameOf(
  node:
    | TSESTree.MemberExpression
    | TSESTree.Property
    | TSESTree.PropertyDefinition
    | TSESTree.AccessorProperty
    | TSESTree.TSPropertySignature,
): string | undefined {
  const key = node.type === 'MemberExpression' ? node.property : node.key;
  if (!node.computed && key.type === 'Identifier') return key.name;
  if (key.type === 'PrivateIdentifier') return `#${key.name}`;
  return textOf(key);
}

/** The value of a string that is written in the source. */
export function textOf(node: Node): string | undefined {
  if (node.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node.type === 'TemplateLiteral' && node.expressions.length === 0)
    return node.quasis[0]?.value.cooked ?? undefined;
  return undefined;
}

/** A call of a method: the object, the method's name, and the call. */
export interface MethodCall {
  readonly object: Node;
  readonly method: string;
  readonly call: TSESTree.CallExpression;
}

/** The parts of `object.method(…)`; `undefined` if the node is something else. */
export function methodCallOf(node: Node): MethodCall | undefined {
  const call = unwrap(node);
  if (call.type !== 'CallExpression') return undefined;
  const callee = unwrap(call.callee);
  if (callee.type !== 'MemberExpression') return undefined;
  const method = nameOf(callee);
  return method === undefined ? undefined : { object: callee.object, method, call };
}

/** A function that is written as an expression or as a declaration. */
export type FunctionNode =
  | TSESTree.ArrowFunctionExpression
  | TSESTree.FunctionExpression
  | TSESTree.FunctionDeclaration
  | TSESTree.TSDeclareFunction;

/** Whether a node is a function. */
export function isFunction(node: Node): node is FunctionNode {
  return (
    node.type === 'ArrowFunctionExpression' ||
    node.type === 'FunctionExpression' ||
    node.type === 'FunctionDeclaration' ||
    node.type === 'TSDeclareFunction'
  );
}

/** The expressions that a value is put together from: those in object and array literals at any depth, and alternatives. */
export function partsOf(expression: Node): Node[] {
  const node = unwrap(expression);
  switch (node.type) {
    case 'ObjectExpression':
      return node.properties.flatMap((one) => partsOf(one.type === 'Property' ? one.value : one));
    case 'ArrayExpression':
      return node.elements.flatMap((one) => (one === null ? [] : partsOf(one)));
    case 'SpreadElement':
    case 'AwaitExpression':
      return partsOf(node.argument);
    case 'ConditionalExpression':
      return [...partsOf(node.consequent), ...partsOf(node.alternate)];
    case 'LogicalExpression':
      return [...partsOf(node.left), ...partsOf(node.right)];
    case 'AssignmentExpression':
      return partsOf(node.right);
    default:
      return [node];
  }
}
