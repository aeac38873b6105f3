/**
 * A plugin for typedoc. It adds the requirements of decorated controllers to an app's API docs, and a page about the
 * session's schema.
 *
 * @packageDocumentation
 * @module typed-session/typedoc
 * @group API
 */

import type { Application } from 'typedoc';
import './schema/zod-peer.js';

/**
 * Installs the plugin. typedoc calls it if `typedoc.json` contains `"plugin": ["typed-session/typedoc"]`.
 *
 * The pages of decorated controllers then state what each method requires of the session, or that it is open to everybody.
 * A page about the registered schema lists its fields, the principal, and what expires and when. The option
 * `sessionSchema`, such as `dist/session.js#sessionSchema`, names the compiled schema. Without it, the page has no
 * defaults, descriptions, and sensitive fields.
 *
 * @param app - typedoc's application
 * @group Plugin
 */
export async function load(app: Application): Promise<void> {
  // Imported here, because typedoc is an ES module, which Jest cannot `require()`.
  const { addPlugin } = await import('./typedoc/typedoc-plugin.js');
  addPlugin(app);
}
