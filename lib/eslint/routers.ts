import type { TSESTree } from '@typescript-eslint/types';
import type { Scope, SourceCode } from 'eslint';
import { memberOfThis, typeNames } from './annotations.js';
import { methodCallOf, nameOf, nodeOf, partsOf, unwrap, type Node } from './syntax-tree.js';
import { importOf, importedName, originOf, parameterOf, variableOf } from './variables.js';

const VERBS = new Set(['get', 'post', 'put', 'patch', 'delete', 'head', 'options', 'query']);
const MOUNTS = new Set(['use', 'all']);
/** The other methods of Express's apps and routers. */
const SETTINGS = new Set(
  'set enable disable enabled disabled engine listen param path render route on once emit'.split(' '),
);

/** Packages whose default export makes an app or a router. */
const ROUTER_PACKAGES = new Set(['express', 'express-promise-router', 'router']);
const ROUTER_TYPE = /(?:Router|Route|Express|Application)$/;
/** The end of a router's name, before a version or a letter: `app`, `usersRouter`, `apiV2`, `routerA`. */
const ROUTER_NAME =
  /(?:(?:^|_)(?:application|express|server|api|routes?)|(?:Application|Express|Server|Api|API|Routes?)|(?:[aA]pp|[rR]outer))(?:_?[vV]?\d+|_?[A-Z]|_[a-z])?$/;

/** Whether a method mounts handlers: `get`, `use`. */
export function isMounting(method: string): boolean {
  return VERBS.has(method) || MOUNTS.has(method);
}

/** Whether a method mounts handlers for requests of any verb. */
export function isForAnyVerb(method: string): boolean {
  return MOUNTS.has(method);
}

/** Whether Express has a method that mounts no handler. */
export function isSetting(method: string): boolean {
  return SETTINGS.has(method);
}

/** Whether an expression is an app or a router of Express, as far as names and types show. */
export function isRouter(expression: Node, sourceCode: SourceCode, depth = 0): boolean {
  const node = unwrap(expression);
  if (depth > 10) return false; // constants that lead to each other
  if (node.type === 'Identifier') return isRouterName(node, sourceCode, depth);
  if (node.type === 'MemberExpression') return isRouterMember(node, sourceCode, depth);
  if (isNewRouter(node, sourceCode)) return true;
  const call = methodCallOf(node);
  return call !== undefined && isMounting(call.method) && isRouter(call.object, sourceCode, depth + 1);
}

/** Whether an expression is `express()`, `Router()`, or `express.Router()`. */
export function isNewRouter(node: Node, sourceCode: SourceCode): boolean {
  if (node.type !== 'CallExpression' && node.type !== 'NewExpression') return false;
  const callee = unwrap(node.callee);
  if (callee.type === 'MemberExpression') return nameOf(callee) === 'Router';
  if (callee.type !== 'Identifier') return false;
  const imported = importOf(sourceCode, callee);
  if (imported?.name === 'default') return ROUTER_PACKAGES.has(imported.source);
  return ['express', 'Router'].includes(importedName(sourceCode, callee));
}

function isRouterName(identifier: TSESTree.Identifier, sourceCode: SourceCode, depth: number): boolean {
  const { name } = identifier;
  const variable = variableOf(sourceCode, identifier);
  const type = variable && annotationOf(variable);
  const types = type === undefined ? [] : typeNames(type, sourceCode);
  if (types.length > 0) return types.some((one) => ROUTER_TYPE.test(one.name));
  if (importOf(sourceCode, identifier) !== undefined)
    return ROUTER_NAME.test(name) || ROUTER_NAME.test(importedName(sourceCode, identifier));
  const origin = variable && originOf(variable);
  const property = origin?.property ?? (variable && parameterOf(variable)?.property);
  if (property !== undefined) return ROUTER_NAME.test(nameOf(property) ?? name);
  if (origin === undefined) return ROUTER_NAME.test(name);
  return partsOf(origin.value).some((part) => isRouter(part, sourceCode, depth + 1));
}

function isRouterMember(node: TSESTree.MemberExpression, sourceCode: SourceCode, depth: number): boolean {
  const name = nameOf(node);
  if (name === undefined) return false;
  const member = unwrap(node.object).type === 'ThisExpression' ? memberOfThis(node, name) : undefined;
  const types = member?.type === undefined ? [] : typeNames(member.type, sourceCode);
  if (types.length > 0) return types.some((one) => ROUTER_TYPE.test(one.name));
  if (member?.value) return partsOf(member.value).some((part) => isRouter(part, sourceCode, depth + 1));
  return ROUTER_NAME.test(name.replace(/^[#_]+/, ''));
}

/** The type annotation of a parameter, or of `const name: Type`. */
function annotationOf(variable: Scope.Variable): TSESTree.TypeNode | undefined {
  const parameter = parameterOf(variable);
  if (parameter !== undefined) return parameter.property === undefined ? parameter.type : undefined;
  const node = variable.defs[0] && nodeOf(variable.defs[0].node);
  return node?.type === 'VariableDeclarator' && node.id.type === 'Identifier'
    ? node.id.typeAnnotation?.typeAnnotation
    : undefined;
}
