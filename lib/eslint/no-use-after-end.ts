import type { TSESTree } from '@typescript-eslint/types';
import type { Rule } from 'eslint';
import { isReserved } from '../schema/reserved.js';
import { AccessPaths } from './access-paths.js';
import { ControlFlow } from './control-flow.js';
import { noteEnd, settledCalls } from './end-calls.js';
import type { End } from './ended-fields.js';
import { askedField, useOf, type FieldUse } from './field-uses.js';
import { Sessions, type SessionPath } from './session-sources.js';
import { SharedObjects } from './shared-objects.js';
import { isFunction, methodCallOf, nameOf, nodeOf, textOf, unwrap, wrapped, type Node } from './syntax-tree.js';

/** The options of `no-use-after-end`. */
interface Options {
  readonly fieldsWithDefault?: readonly string[];
}

/** Methods of every object, which change nothing. */
const OF_OBJECT = new Set(['hasOwnProperty', 'propertyIsEnumerable', 'isPrototypeOf', 'toString', 'valueOf']);

/** Reports the read of a field after the call that ended it. */
export const noUseAfterEnd: Rule.RuleModule = {
  meta: {
    type: 'problem',
    docs: {
      description: 'Disallow the read of a session field after destroy(), regenerate(), take(), or become()',
      url: 'https://github.com/typed-session/typed-session/blob/main/docs/reference/eslint.md#typed-sessionno-use-after-end',
    },
    messages: {
      ended:
        'After {{method}}() on line {{line}}, "{{field}}" no longer has its value, although its type stays the same. Copy the value to a variable before the call, or assign or check the field after it. If the schema gives the field a default, add "{{field}}" to the option "fieldsWithDefault" of this rule.',
      destroyed:
        'After destroy() on line {{line}}, "{{field}}" no longer has its value, although its type stays the same. Copy the value to a variable before the call, or check the field after it. If the schema gives the field a default, add "{{field}}" to the option "fieldsWithDefault" of this rule.',
      changed:
        'After destroy() on line {{line}}, this change of "{{field}}" results in a SessionEndedError. Change the field before the call, or start another session with regenerate() instead of destroy().',
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
      'ChainExpression:exit': (node) => {
        check.chained(nodeOf(node.expression));
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
      ':matches(ForInStatement, ForOfStatement):exit': (node: object) => {
        check.looped(nodeOf(node));
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
  readonly #sessions: Sessions;
  readonly #shared: SharedObjects;
  readonly #ignored: ReadonlySet<string>;
  /** The fields that the condition of an `if` checks. */
  readonly #checks = new Map<Node, (readonly [path: SessionPath, field: string])[]>();

  /** The sessions in which a loop over names assigns fields. */
  readonly #loops = new Map<Node, string[]>();

  constructor(private readonly context: Rule.RuleContext) {
    const [options] = context.options as [Options?];
    this.#paths = new AccessPaths(context.sourceCode);
    this.#sessions = new Sessions(context.sourceCode, this.#paths);
    this.#shared = new SharedObjects(context.sourceCode, this.#paths, this.#sessions);
    this.#ignored = new Set(options?.fieldsWithDefault);
  }

  /** A promise was awaited, or a call stands alone. */
  settled(expression: Node): void {
    for (const call of settledCalls(expression)) {
      for (const ended of this.flow.current) noteEnd(call, this.#sessions, ended);
      this.#share(call); // in `regenerate().then(() => signIn(req))`, it runs after the call before it
    }
  }

  /** A call may assign fields, or ask for one: `Object.hasOwn(req.session, 'field')`. */
  called(node: TSESTree.CallExpression | TSESTree.NewExpression): void {
    const asked = askedField(node);
    const path = asked && this.#sessions.sessionOf(asked.object);
    if (path !== undefined && asked !== undefined) this.#use(path, asked.field, node, 'check');
    else this.#share(node);
  }

  /** `req.session.field`, which is reported if it is a read. */
  member(node: TSESTree.MemberExpression): void {
    const path = this.#sessions.sessionOf(node.object);
    const field = nameOf(node);
    const outer = wrapped(node);
    const { parent } = outer;
    if (path === undefined || field === undefined) return;
    if (parent?.type === 'AssignmentExpression' && parent.left === outer) return; // `assigned` handles it
    if (parent?.type === 'CallExpression' && parent.callee === outer) return; // a method, because fields are data
    this.#use(path, field, node, useOf(node));
  }

  /** A check in an optional chain also holds where the chain ended early: `switch (req.session?.field)`. */
  chained(node: Node): void {
    if (node.type !== 'MemberExpression' || useOf(node) !== 'check') return;
    const path = this.#sessions.sessionOf(node.object);
    const field = nameOf(node);
    if (path !== undefined && field !== undefined) this.#know(path, field);
  }

  /** What a part of a condition checks counts as checked after the `if`: `if (isOpen && !req.session.field) return`. */
  branched(node: Node): void {
    for (const [path, field] of this.#checks.get(node) ?? []) this.#know(path, field);
  }

  /** `'field' in req.session` is a check. */
  binary(node: TSESTree.BinaryExpression): void {
    const path = node.operator === 'in' ? this.#sessions.sessionOf(node.right) : undefined;
    const field = textOf(node.left);
    if (path !== undefined && field !== undefined) this.#use(path, field, node, 'check');
  }

  /** An assignment sets a field after its right side was evaluated. */
  assigned({ left, right, operator }: TSESTree.AssignmentExpression): void {
    const target = unwrap(left);
    if (operator === '=') this.destructured(target, right);
    if (target.type !== 'MemberExpression') return;
    const path = this.#sessions.sessionOf(target.object);
    const field = nameOf(target);
    if (path !== undefined && field !== undefined) {
      this.#use(path, field, target, useOf(target));
      return;
    }
    // `req.session[name] = …` may be any field, and after `req.session = …` or `this.req = …` it is another session
    const key = path?.key ?? this.#paths.keyOf(target);
    if (key === undefined) return;
    for (const ended of this.flow.current) ended.forget(key);
    const loop = path && loopAround(target);
    if (loop) this.#loops.set(loop, [...(this.#loops.get(loop) ?? []), key]);
  }

  /** A loop over names that assigns fields counts as run: `for (const name in kept) req.session[name] = kept[name]`. */
  looped(loop: Node): void {
    for (const key of this.#loops.get(loop) ?? []) for (const ended of this.flow.current) ended.forget(key);
  }

  /** `const { field } = req.session` reads the field, unless the pattern has a default for it. */
  destructured(pattern: Node, value: Node): void {
    const path = pattern.type === 'ObjectPattern' ? this.#sessions.sessionOf(value) : undefined;
    if (path === undefined || pattern.type !== 'ObjectPattern') return;
    for (const property of pattern.properties) {
      const field = property.type === 'Property' ? nameOf(property) : undefined;
      if (property.type !== 'Property' || field === undefined || property.value.type === 'AssignmentPattern') continue;
      this.#use(path, field, property, 'read');
    }
  }

  /** A call may assign fields if it gets the session or its request, or is a method of the session that is not known here. */
  #share(node: TSESTree.CallExpression | TSESTree.NewExpression): void {
    const known = this.flow.current.filter((ended) => !ended.isEmpty);
    if (known.length === 0) return;
    for (const key of this.#shared.keysOf(node)) for (const ended of known) ended.share(key);
    const call = methodCallOf(node);
    const own = call && this.#sessions.sessionOf(call.object);
    if (call === undefined || own === undefined || isReserved(call.method) || OF_OBJECT.has(call.method)) return;
    for (const ended of known) ended.forget(own.key);
  }

  #know(path: SessionPath, field: string): void {
    for (const ended of this.flow.current) ended.know(path, field);
  }

  #use(path: SessionPath, field: string, node: Node, use: FieldUse): void {
    const end = isReserved(field) || this.#ignored.has(field) ? undefined : this.#endOf(path, field, node, use);
    if (end !== undefined) {
      this.#report(node, field, use, end);
    } else if (use === 'check' || use === 'compare' || use === 'write') {
      this.#know(path, field);
      const owner = use === 'write' ? undefined : ifStatementOf(node);
      if (owner !== undefined) this.#checks.set(owner, [...(this.#checks.get(owner) ?? []), [path, field]]);
    }
  }

  /** The call that makes a use of a field a mistake. */
  #endOf(path: SessionPath, field: string, node: Node, use: FieldUse): End | undefined {
    if (use !== 'read' && use !== 'compare' && use !== 'change') return undefined;
    return this.flow.current
      .flatMap((ended) => ended.get(path, field) ?? [])
      .find((end) => {
        // A comparison is the way to find out whether one of the branches before has ended the field.
        if (use === 'compare' && end.isPossible === true) return false;
        // A value that is changed in place is a default of the schema, which can be changed unless the session ended.
        if (use === 'change' && end.method !== 'destroy') return false;
        return !isInHandlerOf(node, end);
      });
  }

  #report(node: Node, field: string, use: FieldUse, { method, call }: End): void {
    const messageId = method !== 'destroy' ? 'ended' : use === 'change' ? 'changed' : 'destroyed';
    const line = String(call.loc.start.line);
    this.context.report({ loc: node.loc, messageId, data: { method, line, field } });
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

/** The loop over names or values that a node is in. */
function loopAround(node: Node): Node | undefined {
  let at = node.parent;
  while (at && at.type !== 'ForInStatement' && at.type !== 'ForOfStatement')
    at = isFunction(at) ? undefined : at.parent;
  return at ?? undefined;
}
