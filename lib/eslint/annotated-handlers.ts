import type { TSESTree } from '@typescript-eslint/types';
import type { SourceCode } from 'eslint';
import { aliasOf } from './annotations.js';
import { isFunction, unwrap, type FunctionNode, type Node } from './syntax-tree.js';
import { importedName, originOf, variableOf } from './variables.js';

/** The types of a request that promise fields, and the position of the type argument that names the fields. */
const REQUESTS: ReadonlyMap<string, number> = new Map([
  ['SessionRequest', 0],
  ['ReadonlySessionRequest', 0],
  ['SessionRequestOf', 1], // its first argument is the middleware
]);

/** A handler whose request promises fields of the session. */
export interface AnnotatedHandler {
  /** Where to report it: the annotation, or the name by which the handler is passed. */
  readonly at: Node;
  /** The annotation, as it is written. */
  readonly text: string;
}

/** The handler that an argument of a route is, if its request is annotated with at least one field. */
export function annotatedHandlerOf(argument: Node, sourceCode: SourceCode): AnnotatedHandler | undefined {
  const fn = functionOf(argument, sourceCode);
  const annotation = fn && annotationOf(fn, sourceCode);
  if (annotation === undefined) return undefined;
  const [start, end] = argument.range;
  const isInside = annotation.range[0] >= start && annotation.range[1] <= end;
  const text = sourceCode.text.slice(...annotation.range);
  return { at: isInside ? annotation : argument, text };
}

/** The function that an expression of this file is: written in place, by its name, or in a wrapper for async handlers. */
function functionOf(expression: Node, sourceCode: SourceCode, depth = 0): FunctionNode | undefined {
  const node = unwrap(expression);
  if (isFunction(node)) return node;
  if (depth > 5) return undefined; // names that lead to each other
  const inner = wrappedHandlerOf(node) ?? originOfName(node, sourceCode);
  return inner && functionOf(inner, sourceCode, depth + 1);
}

/** What a name is initialised with; `undefined` if it is no name, or its value is from elsewhere. */
export function originOfName(node: Node, sourceCode: SourceCode): Node | undefined {
  const variable = node.type === 'Identifier' ? variableOf(sourceCode, node) : undefined;
  const origin = variable && originOf(variable);
  return origin?.property === undefined ? origin?.value : undefined;
}

/** The handler in a call such as `asyncHandler(handler)`, which passes errors on and checks nothing. */
export function wrappedHandlerOf(node: Node): Node | undefined {
  if (node.type !== 'CallExpression' || node.callee.type !== 'Identifier') return undefined;
  return /async/i.test(node.callee.name) && node.arguments.length === 1 ? node.arguments[0] : undefined;
}

/** The annotation of the request: of the first parameter, or of the second one of an error handler. */
function annotationOf(fn: FunctionNode, sourceCode: SourceCode): Node | undefined {
  for (const parameter of fn.params.slice(0, 2)) {
    const target = parameter.type === 'AssignmentPattern' ? parameter.left : parameter;
    if (target.type !== 'Identifier' && target.type !== 'ObjectPattern') continue;
    const annotation = target.typeAnnotation?.typeAnnotation;
    if (annotation !== undefined && promisesFields(annotation, sourceCode)) return annotation;
  }
  return undefined;
}

function promisesFields(type: TSESTree.TypeNode, sourceCode: SourceCode, depth = 0): boolean {
  if (type.type === 'TSIntersectionType') return type.types.some((one) => promisesFields(one, sourceCode, depth));
  if (type.type !== 'TSTypeReference' || depth > 5) return false; // aliases that lead to each other
  const { typeName } = type;
  if (typeName.type === 'TSQualifiedName') return namesField(type, typeName.right.name);
  if (typeName.type !== 'Identifier') return false;
  const alias = aliasOf(typeName, sourceCode);
  if (alias !== undefined) return promisesFields(alias.typeAnnotation, sourceCode, depth + 1);
  return namesField(type, importedName(sourceCode, typeName));
}

/** Whether a type is one of {@link REQUESTS}, and names a field. */
function namesField(type: TSESTree.TSTypeReference, name: string): boolean {
  const position = REQUESTS.get(name);
  const field = position === undefined ? undefined : type.typeArguments?.params[position];
  return field !== undefined && isField(field);
}

function isField(type: TSESTree.TypeNode): boolean {
  if (type.type === 'TSUnionType') return type.types.some(isField);
  if (type.type === 'TSTypeLiteral') return type.members.length > 0;
  return type.type !== 'TSNeverKeyword' && type.type !== 'TSAnyKeyword' && type.type !== 'TSUnknownKeyword';
}
