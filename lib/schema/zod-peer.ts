import * as core from 'zod/v4/core';
import { addCompiler } from './compiled-schema.js';
import { addRegistry } from './field-options.js';

declare module 'zod/v4/core' {
  interface GlobalMeta {
    /**
     * Keeps a field of a session out of logs and responses: `util.inspect`, `JSON.stringify`, and `sessions.list()` omit
     * it. `'encrypted'` also hides it from anyone who reads the store; see the option `encryption`. Default: `false`.
     */
    sensitive?: boolean | 'encrypted' | undefined;
  }
}

// An app may load zod in both module formats. The entry points that accept a schema add the zod of their own format: for its
// registry, which is another one in each format before 4.1.13, and for `compile()`, which 4.5 brought.
addRegistry(core.globalRegistry);
addCompiler(core);
