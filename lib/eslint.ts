/**
 * An ESLint plugin that finds two mistakes which the types of a session cannot see.
 *
 * @packageDocumentation
 * @module typed-session/eslint
 * @group API
 */

export { plugin, plugin as default } from './eslint/plugin.js';
export type { SessionPlugin, SessionRuleName } from './eslint/plugin.js';
