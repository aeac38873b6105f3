import type { TSESTree } from '@typescript-eslint/types';
import type { SourceCode } from 'eslint';
import { annotatedHandlerOf, originOfName, wrappedHandlerOf } from './annotated-handlers.js';
import { isTypedSession } from './annotations.js';
import { isNewRouter } from './routers.js';
import { isFunction, nameOf, nodeOf, unwrap, type FunctionNode, type Node } from './syntax-tree.js';
import { importOf, importedName, rootOf } from './variables.js';

/** What an argument before a handler is: a guard, something that checks no session, or something that may be a guard. */
export type ArgumentKind = 'guard' | 'other' | 'unknown';

/** Packages with middleware that checks no session. */
const HARMLESS = new Set(
  [
    'body-parser compression connect-flash connect-timeout cookie-parser cors errorhandler express express-rate-limit',
    'express-session helmet hpp method-override morgan multer nocache pino-http response-time serve-favicon',
    'serve-index serve-static swagger-ui-express',
  ].flatMap((names) => names.split(' ')),
);
/** Functions that return a middleware which checks no session, whatever they belong to: `session()`, `passport.session()`. */
const HARMLESS_CALLS = new Set(['session', 'initialize', 'requireAnonymous']);
/** The name of the middleware that `session()` returns, if another module has called it. */
const SESSION_MIDDLEWARE = /^sessions?(?:Middleware|Handler)?$/;

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
    case 'Identifier':
      return isHarmless(node, sourceCode) ? 'other' : kindOfName(node, sourceCode, depth);
    case 'CallExpression':
      return kindOfCall(node, sourceCode, depth);
    default:
      return 'unknown';
  }
}

function kindOfName(identifier: TSESTree.Identifier, sourceCode: SourceCode, depth: number): ArgumentKind {
  const origin = originOfName(identifier, sourceCode);
  const kind = origin === undefined ? 'unknown' : kindOf(origin, sourceCode, depth + 1);
  if (kind !== 'unknown' || (origin && isFunction(unwrap(origin)))) return kind;
  return SESSION_MIDDLEWARE.test(identifier.name) ? 'other' : 'unknown';
}

function kindOfCall(call: TSESTree.CallExpression, sourceCode: SourceCode, depth: number): ArgumentKind {
  if (isRequireSession(call.callee, sourceCode)) return 'guard';
  const inner = wrappedHandlerOf(call);
  if (inner !== undefined) return kindOf(inner, sourceCode, depth + 1);
  if (isNewRouter(call, sourceCode) || isHarmless(call.callee, sourceCode)) return 'other';
  return HARMLESS_CALLS.has(nameOfCallee(unwrap(call.callee)) ?? '') ? 'other' : 'unknown';
}

function nameOfCallee(callee: Node): string | undefined {
  if (callee.type === 'Identifier') return callee.name;
  return callee.type === 'MemberExpression' ? nameOf(callee) : undefined;
}

/**
 * A function may check the session by hand if it mentions the session or the user, or passes its request on. An error handler
 * lets no request pass that it was not called for.
 */
function kindOfFunction(node: FunctionNode, sourceCode: SourceCode): ArgumentKind {
  const [request] = node.params;
  if (request === undefined || node.params.length > 3 || annotatedHandlerOf(node, sourceCode) !== undefined)
    return 'other';
  if (/session|auth|user|log(?:ged)?_?in/i.test(sourceCode.text.slice(...node.range))) return 'unknown';
  if (request.type !== 'Identifier') return request.type === 'ObjectPattern' ? 'other' : 'unknown';
  const variables = sourceCode.scopeManager.getDeclaredVariables(node as Parameters<SourceCode['getScope']>[0]);
  const references = variables.find(({ name }) => name === request.name)?.references ?? [];
  const isPassedOn = references.some((reference) => {
    const { parent } = nodeOf(reference.identifier);
    return parent?.type !== 'MemberExpression' || parent.object !== nodeOf(reference.identifier);
  });
  return isPassedOn ? 'unknown' : 'other';
}

/** `requireSession`, `sessions.requireSession`, and `.readonly` of these. */
function isRequireSession(expression: Node, sourceCode: SourceCode): boolean {
  const node = unwrap(expression);
  if (node.type === 'Identifier') return importedName(sourceCode, node) === 'requireSession';
  if (node.type !== 'MemberExpression') return false;
  const name = nameOf(node);
  return name === 'requireSession' || (name === 'readonly' && isRequireSession(node.object, sourceCode));
}

/** Whether a middleware, or a function that returns one, is known to check no session. */
function isHarmless(expression: Node, sourceCode: SourceCode): boolean {
  const node = unwrap(expression);
  const root = rootOf(sourceCode, node);
  const origin = node.type === 'Identifier' && importOf(sourceCode, node) !== undefined ? node : root;
  if (origin.type !== 'Identifier') return false;
  const imported = importOf(sourceCode, origin);
  if (imported === undefined) return origin.name === 'express';
  return HARMLESS.has(imported.source) || isTypedSession(imported.source);
}
