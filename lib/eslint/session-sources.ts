import type { TSESTree } from '@typescript-eslint/types';
import type { SourceCode } from 'eslint';
import type { AccessPaths } from './access-paths.js';
import { isTypedSession, memberOfThis, typeNames } from './annotations.js';
import { methodCallOf, nameOf, unwrap, type Node } from './syntax-tree.js';
import { importOf, originOf, parameterOf, resolve, rootOf, variableOf, type Parameter } from './variables.js';

/** A session in the source. Two expressions with the same `key` are the same session. */
export interface SessionPath {
  readonly key: string;
  /** The key of the object that has the session: in most cases the request. */
  readonly carrier: string | undefined;
}

/** The end of a request's name: `req`, `this.request`, `ctx.req`, `getRequest()`. */
const REQUEST_NAME = /req(?:uest)?$/i;
const REQUEST_TYPE = /Req(?:uest)?$|^RequestWith|^IncomingMessage$/;
const SESSION_TYPE = /(?:^|[a-z])Session$|^SessionOn$|^SessionMembers$/;
/** Names of parameters that other libraries keep a session in: Koa, Mongoose, neo4j. */
const OTHER_CARRIER = /^(?:ctx|context|state|props)$|(?:db|database|driver|client|conn|connection|pool|socket)$/i;

/** Decides which expressions are sessions of typed-session, by the names and types in one file. */
export class Sessions {
  readonly #sourceCode: SourceCode;
  readonly #paths: AccessPaths;

  constructor(sourceCode: SourceCode, paths: AccessPaths) {
    this.#sourceCode = sourceCode;
    this.#paths = paths;
  }

  /** The session that an expression refers to: `req.session`, `sessions.of(req)`, or a constant that holds one of them. */
  sessionOf(expression: Node): SessionPath | undefined {
    const key = this.#isSession(expression) ? this.#paths.keyOf(expression) : undefined;
    if (key === undefined) return undefined;
    const carrier = /^(.*)\.session$/.exec(key) ?? /\.of\(([^()]*)\)$/.exec(key);
    return { key, carrier: carrier?.[1] };
  }

  /** Whether an expression is a request, as far as names and types show. */
  isRequest(expression: Node, depth = 0): boolean {
    const node = unwrap(expression);
    if (depth > 10) return false; // constants that lead to each other
    if (node.type === 'MemberExpression') return isRequestName(nameOf(node));
    if (node.type === 'CallExpression') {
      const callee = unwrap(node.callee);
      return isRequestName(callee.type === 'Identifier' ? callee.name : methodCallOf(node)?.method);
    }
    if (node.type !== 'Identifier') return false;
    if (isRequestName(node.name)) return true;
    const variable = variableOf(this.#sourceCode, node);
    const origin = variable && originOf(variable);
    if (origin?.property !== undefined) return isRequestName(nameOf(origin.property));
    if (origin !== undefined) return this.isRequest(origin.value, depth + 1);
    const parameter = variable && parameterOf(variable);
    if (parameter?.property !== undefined) return isRequestName(nameOf(parameter.property));
    return parameter !== undefined && this.#mayBeRequest(parameter, node.name);
  }

  #isSession(expression: Node): boolean {
    const node = resolve(this.#sourceCode, expression);
    if (node.type === 'Identifier') return this.#isSessionName(node);
    if (node.type === 'MemberExpression') return this.#isSessionMember(node.object, nameOf(node));
    const call = methodCallOf(node);
    const [request] = call?.call.arguments ?? [];
    return call?.method === 'of' && request !== undefined && this.#isMiddleware(call.object, request);
  }

  /** A variable that is destructured from a request, or a parameter with the type of a session. */
  #isSessionName(identifier: TSESTree.Identifier): boolean {
    const variable = variableOf(this.#sourceCode, identifier);
    const origin = variable && originOf(variable);
    if (origin?.property !== undefined) return this.#isSessionMember(origin.value, nameOf(origin.property));
    const parameter = variable && parameterOf(variable);
    if (parameter === undefined) return false;
    if (parameter.property === undefined) return parameter.type !== undefined && this.#isSessionType(parameter.type);
    return nameOf(parameter.property) === 'session' && this.#mayBeRequest(parameter, '');
  }

  #isSessionMember(object: Node, name: string | undefined): boolean {
    if (name === undefined) return false;
    if (unwrap(object).type !== 'ThisExpression') return name === 'session' && this.isRequest(object);
    const type = memberOfThis(object, name)?.type;
    return type !== undefined && this.#isSessionType(type);
  }

  /** Whether `object.of(request)` is a call of a middleware that `session(…)` has made. */
  #isMiddleware(object: Node, request: Node): boolean {
    const node = resolve(this.#sourceCode, object);
    if (node.type === 'CallExpression' && this.#isSessionFunction(node.callee)) return true;
    if (!this.isRequest(request)) return false;
    const name = nameOfLast(unwrap(object));
    if (name === undefined || /^[A-Z]/.test(name)) return false; // a class: `Observable.of(…)`
    const root = rootOf(this.#sourceCode, object);
    if (root.type === 'ThisExpression') return this.#isMiddlewareOfThis(root, name);
    return this.#isFromElsewhere(object) || this.#isFromElsewhere(root);
  }

  #isMiddlewareOfThis(at: Node, name: string): boolean {
    const member = memberOfThis(at, name);
    const type = member?.type;
    if (type && typeNames(type, this.#sourceCode).some(({ source }) => isTypedSession(source))) return true;
    return member?.value?.type === 'CallExpression' && this.#isSessionFunction(member.value.callee);
  }

  /** `session` of typed-session or one of its entry points, under any name. */
  #isSessionFunction(callee: Node): boolean {
    const node = unwrap(callee);
    const root = rootOf(this.#sourceCode, node);
    const origin = node.type === 'Identifier' ? node : root;
    const imported = origin.type === 'Identifier' ? importOf(this.#sourceCode, origin) : undefined;
    if (!isTypedSession(imported?.source)) return false;
    const name = node.type === 'MemberExpression' ? nameOf(node) : imported?.name;
    return name === 'session' || name === 'default';
  }

  #isFromElsewhere(expression: Node): boolean {
    const node = unwrap(expression);
    if (node.type !== 'Identifier') return false;
    if (importOf(this.#sourceCode, node) !== undefined) return true;
    const variable = variableOf(this.#sourceCode, node);
    return variable !== undefined && parameterOf(variable) !== undefined;
  }

  /** Whether a parameter may be a request: by its type, or, if it has none, by its name. */
  #mayBeRequest({ type }: Parameter, name: string): boolean {
    if (type === undefined || type.type === 'TSAnyKeyword' || type.type === 'TSUnknownKeyword')
      return !OTHER_CARRIER.test(name);
    if (type.type === 'TSTypeLiteral') return type.members.some((member) => this.#isSessionSignature(member));
    return typeNames(type, this.#sourceCode).some((one) => REQUEST_TYPE.test(one.name));
  }

  /** `session: Session` in the annotation `{ session: Session }`. */
  #isSessionSignature(member: TSESTree.TypeElement): boolean {
    if (member.type !== 'TSPropertySignature' || member.typeAnnotation === undefined) return false;
    return nameOf(member) === 'session' && this.#isSessionType(member.typeAnnotation.typeAnnotation);
  }

  #isSessionType(type: TSESTree.TypeNode): boolean {
    return typeNames(type, this.#sourceCode).some(
      ({ name, source }) => isTypedSession(source) && SESSION_TYPE.test(name),
    );
  }
}

function isRequestName(name: string | undefined): boolean {
  return name !== undefined && REQUEST_NAME.test(name);
}

/** `sessions` in `sessions` and in `auth.sessions`. */
function nameOfLast(node: Node): string | undefined {
  if (node.type === 'Identifier') return node.name;
  return node.type === 'MemberExpression' ? nameOf(node) : undefined;
}
