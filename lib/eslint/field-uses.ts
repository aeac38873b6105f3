import type { TSESTree } from '@typescript-eslint/types';
import { isWrapper, methodCallOf, nameOf, textOf, unwrap, wrapped, type Node } from './syntax-tree.js';

/**
 * What the code does with a field:
 *
 * - `write`: it is assigned.
 * - `check`: the code asks whether it has a value.
 * - `compare`: the code asks whether it has one particular value, as in `field === 'admin'`.
 * - `tolerant`: the code works without it, as in `field ?? 'none'` and `field?.length`.
 * - `change`: the value is changed in place, as in `field.push(item)` and `field += 1`.
 * - `read`: everything else.
 */
export type FieldUse = 'write' | 'check' | 'compare' | 'tolerant' | 'change' | 'read';

const EQUALITY = new Set(['===', '!==', '==', '!=']);
/** Functions that throw, or report, if their argument has no value. */
const ASSERTIONS = new Set(['assert', 'expect', 'invariant', 'Boolean']);
/** Methods of arrays, maps, and sets that change these. */
const MUTATORS = new Set('push pop shift unshift splice sort reverse fill copyWithin add set delete clear'.split(' '));

/** What the code around a field does with it. */
export function useOf(field: Node): FieldUse {
  const node = wrapped(field);
  const { parent } = node;
  if (parent === undefined) return 'read';
  switch (parent.type) {
    case 'AssignmentExpression':
      return parent.left === node ? assigned(parent.operator) : 'read';
    case 'UpdateExpression':
      return 'change';
    case 'UnaryExpression':
      return parent.operator === 'typeof' || parent.operator === '!' ? 'check' : unary(parent.operator);
    case 'BinaryExpression':
      return binary(node, parent);
    case 'SwitchStatement':
      return 'check';
    case 'SwitchCase':
      return parent.test === node ? 'compare' : 'read';
    case 'LogicalExpression':
      return logical(node, parent);
    case 'CallExpression':
      return parent.callee === node ? 'read' : argument(parent);
    case 'MemberExpression':
      return parent.object === node ? member(parent, node) : 'read';
    default:
      return isTest(node) ? 'check' : isTarget(node, parent) ? 'write' : 'read';
  }
}

function assigned(operator: string): FieldUse {
  return ['=', '??=', '||=', '&&='].includes(operator) ? 'write' : 'change';
}

function unary(operator: string): FieldUse {
  return operator === 'delete' || operator === 'void' ? 'tolerant' : 'read';
}

function binary(node: Node, { left, right, operator }: TSESTree.BinaryExpression): FieldUse {
  if (operator === 'instanceof' && left === node) return 'check';
  if (!EQUALITY.has(operator)) return 'read';
  return isNothing(left === node ? right : left) ? 'check' : 'compare';
}

function argument({ callee }: TSESTree.CallExpression): FieldUse {
  if (ASSERTIONS.has(rootName(callee))) return 'check';
  const name = callee.type === 'MemberExpression' ? nameOf(callee) : undefined;
  if (name === 'isArray') return 'check';
  return name === 'includes' || name === 'has' ? 'compare' : 'read';
}

function logical(node: Node, parent: TSESTree.LogicalExpression): FieldUse {
  if (parent.right === node) return useOf(parent);
  if (parent.operator === '&&') return 'check';
  return parent.operator === '||' && isTest(wrapped(parent)) ? 'check' : 'tolerant';
}

/** Whether the expression decides which way the code goes on. */
function isTest(node: Node): boolean {
  const { parent } = node;
  if (parent === undefined) return false;
  if (parent.type === 'LogicalExpression') return isTest(wrapped(parent));
  if (parent.type === 'UnaryExpression') return parent.operator === '!';
  return 'test' in parent && parent.test === node && parent.type !== 'SwitchCase';
}

/** Whether a destructuring pattern or a loop assigns the expression. */
function isTarget(node: Node, parent: Node): boolean {
  if (parent.type === 'Property') return parent.value === node && parent.parent.type === 'ObjectPattern';
  if (parent.type === 'AssignmentPattern') return parent.left === node;
  if (parent.type === 'ForInStatement' || parent.type === 'ForOfStatement') return parent.left === node;
  return parent.type === 'ArrayPattern' || parent.type === 'RestElement';
}

function member(parent: TSESTree.MemberExpression, node: Node): FieldUse {
  if (parent.optional) return 'tolerant';
  let at: Node = parent;
  let last = nameOf(parent);
  let up = at.parent;
  while (up !== undefined && (isWrapper(up) || (up.type === 'MemberExpression' && up.object === at))) {
    if (up.type === 'MemberExpression') last = nameOf(up);
    at = up;
    up = at.parent;
  }
  if (up === undefined || at === node) return 'read';
  if (up.type === 'AssignmentExpression') return up.left === at ? 'change' : 'read';
  if (up.type === 'UpdateExpression' || (up.type === 'UnaryExpression' && up.operator === 'delete')) return 'change';
  return up.type === 'CallExpression' && up.callee === at && MUTATORS.has(last ?? '') ? 'change' : 'read';
}

/** The field that a call asks for: `Object.hasOwn(session, 'field')` and `session.hasOwnProperty('field')`. */
export function askedField(node: Node): { object: Node; field: string } | undefined {
  const call = methodCallOf(node);
  if (call === undefined) return undefined;
  const [first, second] = call.call.arguments;
  const isStatic = call.method === 'hasOwn' || (call.method === 'has' && rootName(call.object) === 'Reflect');
  const isOwn = call.method === 'hasOwnProperty';
  const [object, name] = isStatic ? [first, second] : isOwn ? [call.object, first] : [];
  const field = name && textOf(name);
  return object === undefined || field === undefined ? undefined : { object, field };
}

/** Whether an expression is `undefined` or `null`. */
function isNothing(expression: Node): boolean {
  const node = unwrap(expression);
  if (node.type === 'Identifier') return node.name === 'undefined';
  if (node.type === 'UnaryExpression') return node.operator === 'void';
  return node.type === 'Literal' && node.value === null && node.raw === 'null';
}

/** The name that an expression begins with: `expect` in `expect(x).not.toBe(…)`. */
function rootName(expression: Node): string {
  const node = unwrap(expression);
  if (node.type === 'MemberExpression') return rootName(node.object);
  if (node.type === 'CallExpression') return rootName(node.callee);
  return node.type === 'Identifier' ? node.name : '';
}
