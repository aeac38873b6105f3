import type { SourceCode } from 'eslint';
import { annotatedHandlerOf, originOfName, wrappedHandlerOf } from './annotated-handlers.js';
import { isFunction, nameOf, unwrap, type Node } from './tree.js';
import { importedName } from './variables.js';

/** What an argument before a handler is: a guard, something that checks no session, or something that may be a guard. */
export type ArgumentKind = 'guard' | 'other' | 'unknown';

/** Middleware of Express itself. */
const EXPRESS = new Set(['json', 'raw', 'text', 'urlencoded', 'static']);

/** What one of several arguments is. */
export function kindOfAll(list: readonly (Node | null)[], sourceCode: SourceCode, depth = 0): ArgumentKind {
  const kinds = list.map((one) => (one === null ? 'other' : kindOf(one, sourceCode, depth)));
  return kinds.find((kind) => kind === 'guard') ?? kinds.find((kind) => kind === 'unknown') ?? 'other';
}

/** What an argument is. */
export function kindOf(argument: Node, sourceCode: SourceCode, depth = 0): ArgumentKind {
  const node = unwrap(argument);
  if (depth > 5) return 'unknown'; // names that lead to each other
  if (isFunction(node)) return kindOfFunction(node, sourceCode);
  switch (node.type) {
    case 'Literal':
    case 'TemplateLiteral':
      return 'other'; // the path
    case 'ArrayExpression':
      return kindOfAll(node.elements, sourceCode, depth + 1);
    case 'Identifier': {
      const origin = originOfName(node, sourceCode);
      return origin === undefined ? 'unknown' : kindOf(origin, sourceCode, depth + 1);
    }
    case 'CallExpression': {
      if (isRequireSession(node.callee, sourceCode)) return 'guard';
      const inner = wrappedHandlerOf(node);
      if (inner !== undefined) return kindOf(inner, sourceCode, depth + 1);
      return isOfExpress(node.callee) ? 'other' : 'unknown';
    }
    default:
      return 'unknown';
  }
}

/** A function that does not look at the session is no guard; one that does may check it by hand. */
function kindOfFunction(node: Node, sourceCode: SourceCode): ArgumentKind {
  if (annotatedHandlerOf(node, sourceCode) !== undefined) return 'other';
  return /session/i.test(sourceCode.text.slice(...node.range)) ? 'unknown' : 'other';
}

/** `requireSession`, `sessions.requireSession`, and `.readonly` of these. */
function isRequireSession(expression: Node, sourceCode: SourceCode): boolean {
  const node = unwrap(expression);
  if (node.type === 'Identifier') return importedName(sourceCode, node) === 'requireSession';
  if (node.type !== 'MemberExpression') return false;
  const name = nameOf(node);
  return name === 'requireSession' || (name === 'readonly' && isRequireSession(node.object, sourceCode));
}

function isOfExpress(expression: Node): boolean {
  const node = unwrap(expression);
  if (node.type !== 'MemberExpression' || node.object.type !== 'Identifier') return false;
  return node.object.name === 'express' && EXPRESS.has(nameOf(node) ?? '');
}

/** Whether an argument of unknown origin is called as guards are called: `requireUser`, `auth.signedIn`. */
export function isNamedAsGuard(argument: Node, sourceCode: SourceCode): boolean {
  const node = unwrap(argument);
  const named = node.type === 'CallExpression' ? node.callee : node;
  const text = sourceCode.text.slice(...named.range);
  return /guard|auth|require|ensure|protect|signed|logged/i.test(text);
}
