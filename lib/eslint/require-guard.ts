import type { TSESTree } from '@typescript-eslint/types';
import type { Rule } from 'eslint';
import { AccessPaths } from './access-paths.js';
import { annotatedHandlerOf } from './annotated-handlers.js';
import { Routes, type RouteCall } from './routes.js';
import { nodeOf, type Node } from './syntax-tree.js';

/** The options of `require-guard`. */
interface Options {
  readonly ignoreSharedRouters?: boolean;
}

/** Reports a handler that relies on fields of the session, and that no guard runs before. */
export const requireGuard: Rule.RuleModule = {
  meta: {
    type: 'problem',
    docs: {
      description: 'Require a guard before a handler that is annotated with SessionRequest<…>',
      url: 'https://github.com/typed-session/typed-session/blob/main/docs/reference/eslint.md#typed-sessionrequire-guard',
    },
    messages: {
      unguarded:
        'No guard runs before this handler, so {{request}} promises fields that may be undefined. Put requireSession(…) before the handler in this call, or mount it earlier with use() of the same router.',
    },
    schema: [
      {
        type: 'object',
        properties: { ignoreSharedRouters: { type: 'boolean' } },
        additionalProperties: false,
      },
    ],
  },
  create(context) {
    const { sourceCode } = context;
    const routes = new Routes(sourceCode, new AccessPaths(sourceCode));
    const [options] = context.options as [Options?];
    const isIgnored = (call: RouteCall) => options?.ignoreSharedRouters === true && routes.isShared(call);
    const check = (call: RouteCall, argument: Node) => {
      const handler = annotatedHandlerOf(argument, sourceCode);
      if (handler === undefined || isIgnored(call) || routes.mayBeGuarded(call, argument)) return;
      context.report({ loc: handler.at.loc, messageId: 'unguarded', data: { request: handler.text } });
    };
    return {
      CallExpression: (node) => {
        routes.add(nodeOf(node) as TSESTree.CallExpression);
      },
      NewExpression: (node) => {
        routes.add(nodeOf(node) as TSESTree.NewExpression);
      },
      'Program:exit': () => {
        for (const call of routes.calls) for (const argument of call.handlers) check(call, argument);
      },
    };
  },
};
