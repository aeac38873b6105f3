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

// Before 4.1.13, zod has one metadata registry for each module format. The entry points that accept a schema add the
// registry of their own format.
addRegistry(core.globalRegistry);

// zod 4.5 and later.
if ('compile' in core) addCompiler(core);
