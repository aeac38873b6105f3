/**
 * A plugin of typedoc for the API docs of apps: what decorated controllers require, and a page of the session's schema.
 *
 * @packageDocumentation
 */

export { load } from './typedoc/plugin.js';
