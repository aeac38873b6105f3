/**
 * A plugin of typedoc for the API docs of apps: what decorated controllers require, and a page of the session's schema.
 *
 * @packageDocumentation
 * @module typed-session/typedoc
 * @group API
 */

import type { Application } from 'typedoc';
import './schema/zod-peer.js';

/**
 * The plugin's entry, called by typedoc: `"plugin": ["typed-session/typedoc"]` in `typedoc.json`.
 *
 * On the pages of decorated controllers it says what these require of the session, and it adds a page of the registered
 * schema. The option `sessionSchema`, such as `dist/session.js#sessionSchema`, says where the compiled schema is. Without
 * it, the page has the types, but no defaults, descriptions, and sensitive fields.
 *
 * @param app - typedoc's application
 * @group Plugin
 */
export async function load(app: Application): Promise<void> {
  // Not on import: typedoc is an ES module, which Jest cannot `require()`.
  const { addPlugin } = await import('./typedoc/typedoc-plugin.js');
  addPlugin(app);
}
