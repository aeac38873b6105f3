import type { Linter, Rule } from 'eslint';
import { noUseAfterEnd } from './no-use-after-end.js';
import { requireGuard } from './require-guard.js';

/**
 * The names of the rules, without the prefix `typed-session/`.
 *
 * `no-use-after-end` reports the read of a session's field after `destroy()`, `regenerate()`, `take()`, or `become()`. The
 * field keeps the type that a guard narrowed it to, and is `undefined`. The option `fieldsWithDefault` names fields that are not
 * reported, because the schema gives them a default: `['error', { fieldsWithDefault: ['cart'] }]`.
 *
 * `require-guard` reports a handler on an Express app or router that is annotated with `SessionRequest<'userId'>`,
 * `ReadonlySessionRequest<…>`, or `SessionRequestOf<…>`, if nothing before it may be a guard. The option `ignoreSharedRouters`
 * skips routers that other code can guard: `['error', { ignoreSharedRouters: true }]`.
 *
 * @group Types
 */
export type SessionRuleName = 'no-use-after-end' | 'require-guard';

/**
 * The ESLint plugin, for a flat config.
 *
 * @group Types
 */
export interface SessionPlugin {
  /** What ESLint shows and caches of the plugin. */
  readonly meta: {
    /** The name of this package. */
    readonly name: string;
    /** The version of this package. */
    readonly version: string;
    /** The prefix of the rules. */
    readonly namespace: string;
  };
  /** The rules, for a config that switches them on one by one. */
  readonly rules: Readonly<Record<SessionRuleName, Rule.RuleModule>>;
  /** The configs that the plugin offers. */
  readonly configs: {
    /** Registers the plugin as `typed-session` and switches both rules on, as errors. */
    readonly recommended: Linter.Config;
  };
}

const recommended: Linter.Config = {
  name: 'typed-session/recommended',
  rules: { 'typed-session/no-use-after-end': 'error', 'typed-session/require-guard': 'error' },
};

/**
 * The ESLint plugin of typed-session, for the flat config of ESLint 9 and 10. Its rules need no type information. For TypeScript,
 * add the parser of typescript-eslint.
 *
 * ```js
 * // eslint.config.js
 * import typedSession from 'typed-session/eslint';
 *
 * export default [typedSession.configs.recommended];
 * ```
 *
 * @group Plugin
 */
export const plugin: SessionPlugin = {
  meta: { name: 'typed-session', version: '0.1.0', namespace: 'typed-session' },
  rules: { 'no-use-after-end': noUseAfterEnd, 'require-guard': requireGuard },
  configs: { recommended },
};
// ESLint refuses two different objects under one name, so this is the exported one.
recommended.plugins = { 'typed-session': plugin };
