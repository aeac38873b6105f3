import type { TSESTree } from '@typescript-eslint/types';
import type { Rule } from 'eslint';
import { isReserved } from '../schema/reserved.js';
import { AccessPaths, type SessionPath } from './access-paths.js';
import { ControlFlow } from './control-flow.js';
import { noteEnd, settledCalls } from './end-calls.js';
import type { End } from './ended-fields.js';
import { useOf, type FieldUse } from './field-uses.js';
import { isFunction, methodCallOf, nameOf, nodeOf, unwrap, wrapped, type Node } from './tree.js';

/** The options of `no-use-after-end`. */
interface Options {
  readonly fieldsWithDefault?: readonly string[];
}

/** Methods by which Passport signs somebody in. */
const SIGN_IN = new Set(['login', 'logIn']);

/** Reports the read of a field after the call that ended it. */
export const noUseAfterEnd: Rule.RuleModule = {
  meta: {
    type: 'problem',
    docs: {
      description: 'Disallow the read of a session field after destroy(), regenerate(), take(), or become()',
      url: 'https://github.com/typed-session/typed-session/blob/main/docs/decorators.md#eslint',
    },
    messages: {
      ended:
        'After {{method}}() on line {{line}}, "{{field}}" no longer has its value, whatever its type says. Copy the value to a variable before the call, or assign or check the field after it.',
    },
    schema: [
      {
        type: 'object',
        properties: { fieldsWithDefault: { type: 'array', items: { type: 'string' }, uniqueItems: true } },
        additionalProperties: false,
      },
    ],
  },
  create(context) {
    const check = new UseAfterEnd(context);
    return {
      ...check.flow.listeners,
      'AwaitExpression:exit': (node) => {
        check.settled(nodeOf(node.argument));
      },
      'ExpressionStatement:exit': (node) => {
        check.settled(nodeOf(node.expression));
      },
      'CallExpression:exit': (node) => {
        check.called(nodeOf(node) as TSESTree.CallExpression);
      },
      'NewExpression:exit': (node) => {
        check.called(nodeOf(node) as TSESTree.NewExpression);
      },
      'MemberExpression:exit': (node) => {
        check.member(nodeOf(node) as TSESTree.MemberExpression);
      },
      'BinaryExpression:exit': (node) => {
        check.binary(nodeOf(node) as TSESTree.BinaryExpression);
      },
      'AssignmentExpression:exit': (node) => {
        check.assigned(nodeOf(node) as TSESTree.AssignmentExpression);
      },
      'IfStatement:exit': (node) => {
        check.branched(nodeOf(node));
      },
      'VariableDeclarator:exit': (node) => {
        if (node.init) check.destructured(nodeOf(node.id), nodeOf(node.init));
      },
    };
  },
};

/** What the rule does at each node of one file. */
class UseAfterEnd {
  readonly flow = new ControlFlow();
  readonly #paths: AccessPaths;
  readonly #ignored: ReadonlySet<string>;
  /** The fields that the condition of an `if` checks. */
  readonly #checks = new Map<Node, (readonly [path: SessionPath, field: string])[]>();

  constructor(private readonly context: Rule.RuleContext) {
    const [options] = context.options as [Options?];
    this.#paths = new AccessPaths(context.sourceCode);
    this.#ignored = new Set(options?.fieldsWithDefault);
  }

  /** A promise was awaited, or a call stands alone. */
  settled(expression: Node): void {
    for (const call of settledCalls(expression))
      for (const ended of this.flow.current) noteEnd(call, this.#paths, ended);
  }

  /** A call that gets the session, or its request, may assign fields. */
  called(node: TSESTree.CallExpression | TSESTree.NewExpression): void {
    const call = methodCallOf(node);
    if (call?.method === 'of') return;
    const signsIn = call !== undefined && SIGN_IN.has(call.method);
    for (const shared of signsIn ? [call.object, ...node.arguments] : node.arguments) {
      const key = this.#paths.keyOf(shared);
      if (key !== undefined) for (const ended of this.flow.current) ended.share(key);
    }
  }

  /** `req.session.field`, which is reported if it is a read. */
  member(node: TSESTree.MemberExpression): void {
    const path = this.#paths.sessionOf(node.object);
    const field = nameOf(node);
    const { parent } = wrapped(node);
    if (
      path === undefined ||
      field === undefined ||
      (parent?.type === 'AssignmentExpression' && parent.left === wrapped(node))
    )
      return;
    this.#use(path, field, node, useOf(node));
  }

  /** What a part of a condition checks counts as checked after the `if`: `if (isOpen && !req.session.field) return`. */
  branched(node: Node): void {
    for (const [path, field] of this.#checks.get(node) ?? []) this.#know(path, field);
  }

  /** `'field' in req.session` is a check. */
  binary({ operator, left, right }: TSESTree.BinaryExpression): void {
    const path = operator === 'in' ? this.#paths.sessionOf(right) : undefined;
    if (path !== undefined && left.type === 'Literal' && typeof left.value === 'string') this.#know(path, left.value);
  }

  /** An assignment sets a field after its right side was evaluated. */
  assigned({ left, right, operator }: TSESTree.AssignmentExpression): void {
    const target = unwrap(left);
    if (operator === '=') this.destructured(target, right);
    const own = this.#paths.sessionOf(target);
    if (own !== undefined) for (const ended of this.flow.current) ended.forget(own);
    if (target.type !== 'MemberExpression') return;
    const path = this.#paths.sessionOf(target.object);
    if (path === undefined) return;
    const field = nameOf(target);
    if (field === undefined) for (const ended of this.flow.current) ended.forget(path);
    else this.#use(path, field, target, useOf(target));
  }

  /** `const { field } = req.session` reads the field, unless the pattern has a default for it. */
  destructured(pattern: Node, value: Node): void {
    const path = pattern.type === 'ObjectPattern' ? this.#paths.sessionOf(value) : undefined;
    if (path === undefined || pattern.type !== 'ObjectPattern') return;
    for (const property of pattern.properties) {
      const field = property.type === 'Property' ? nameOf(property) : undefined;
      if (property.type !== 'Property' || field === undefined || property.value.type === 'AssignmentPattern') continue;
      this.#use(path, field, property, 'read');
    }
  }

  #use(path: SessionPath, field: string, node: Node, use: FieldUse): void {
    if (use === 'check' || use === 'write') this.#know(path, field);
    const owner = use === 'check' ? ifStatementOf(node) : undefined;
    if (owner !== undefined) this.#checks.set(owner, [...(this.#checks.get(owner) ?? []), [path, field]]);
    if ((use !== 'read' && use !== 'change') || isReserved(field) || this.#ignored.has(field)) return;
    for (const ended of this.flow.current) {
      const end = ended.get(path, field);
      // A value that is changed in place is one that the schema gives a default, which can be changed unless the session ended.
      if (end === undefined || (use === 'change' && end.method !== 'destroy') || isInHandlerOf(node, end)) continue;
      this.#report(node, field, end);
      return;
    }
  }

  #know(path: SessionPath, field: string): void {
    for (const ended of this.flow.current) ended.know(path, field);
  }

  #report(node: Node, field: string, { method, call }: End): void {
    const { line } = call.loc.start;
    this.context.report({ loc: node.loc, messageId: 'ended', data: { method, line: String(line), field } });
  }
}

/** Whether a node is in the `catch` of the `try` that a call is in: the call has most likely failed there. */
function isInHandlerOf(node: Node, { call }: End): boolean {
  for (let at: Node = node; at.parent; at = at.parent) {
    if (at.type !== 'CatchClause') continue;
    const [start, end] = at.parent.block.range;
    if (call.range[0] >= start && call.range[1] <= end) return true;
  }
  return false;
}

/** The `if` whose condition a node is a part of. */
function ifStatementOf(node: Node): Node | undefined {
  let at = node;
  while (at.parent && at.parent.type !== 'IfStatement') {
    if (at.type.endsWith('Statement') || isFunction(at)) return undefined;
    at = at.parent;
  }
  return at.parent?.type === 'IfStatement' && at.parent.test === at ? at.parent : undefined;
}
