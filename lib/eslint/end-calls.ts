import type { TSESTree } from '@typescript-eslint/types';
import type { EndedFields } from './ended-fields.js';
import type { SessionPath, Sessions } from './session-sources.js';
import { methodCallOf, nameOf, textOf, unwrap, type Node } from './syntax-tree.js';

/** Methods of a promise that resolve when the promise they are called on is settled. */
const CHAINED = new Set(['then', 'catch', 'finally']);
const COMBINED = new Set(['all', 'allSettled']);

/**
 * The calls that are done when a promise is settled, in the order in which they are done: those in `Promise.all([…])`, and those
 * before and in `.then(…)`.
 */
export function settledCalls(promise: Node): TSESTree.CallExpression[] {
  const node = unwrap(promise);
  if (node.type !== 'CallExpression') return [];
  const call = methodCallOf(node);
  if (call === undefined) return [node];
  if (CHAINED.has(call.method)) return [...settledCalls(call.object), node];
  const [list] = node.arguments;
  const isCombined = COMBINED.has(call.method) && call.object.type === 'Identifier' && call.object.name === 'Promise';
  if (!isCombined || list?.type !== 'ArrayExpression') return [node];
  return list.elements.flatMap((element) => (element === null ? [] : settledCalls(element)));
}

/**
 * Notes what a call of a session's method ends. A call with a callback is left out, because the code around it does not show
 * when it ends the session.
 */
export function noteEnd(node: TSESTree.CallExpression, sessions: Sessions, ended: EndedFields): void {
  const { object, method, call } = methodCallOf(node) ?? {};
  const path = object && sessions.sessionOf(object);
  if (path === undefined || call === undefined) return;
  if (method === 'destroy' || method === 'regenerate') {
    if (call.arguments.length === 0) ended.endAll(path, { method, call });
  } else if (method === 'take') {
    noteTake(path, call, ended);
  } else if (method === 'become') {
    noteBecome(path, call, ended);
  } else if (method === 'update' || method === 'reload') {
    ended.share(path.key);
  }
}

function noteTake(path: SessionPath, call: TSESTree.CallExpression, ended: EndedFields): void {
  const [field, callback] = call.arguments;
  const name = field && textOf(unwrap(field));
  if (name !== undefined && callback === undefined) ended.endField(path, name, { method: 'take', call });
}

function noteBecome(path: SessionPath, call: TSESTree.CallExpression, ended: EndedFields): void {
  const [argument, callback] = call.arguments;
  const state = argument && unwrap(argument);
  if (state === undefined || callback !== undefined) return;
  const set = state.type === 'ObjectExpression' ? state.properties.map(fieldOf) : [undefined];
  if (set.every((field) => field !== undefined)) ended.endAll(path, { method: 'become', call }, set);
  else ended.share(path.key); // a state that is built elsewhere may have any field
}

function fieldOf(property: TSESTree.ObjectLiteralElement): string | undefined {
  return property.type === 'Property' ? nameOf(property) : undefined;
}
