import { globalRegistry } from 'zod/v4/core';
import { addRegistry } from './field-options.js';

declare module 'zod/v4/core' {
  interface GlobalMeta {
    /**
     * Keeps a field of a session out of logs and responses: `util.inspect`, `JSON.stringify`, and `sessions.list()` leave it
     * out. `'encrypted'` also hides it from anyone who reads the store; see the option `encryption`.
     */
    sensitive?: boolean | 'encrypted' | undefined;
  }
}

// Zod before 4.1.13 has a registry of metadata for each module kind. The entry points that take a schema introduce the
// one of their own kind.
addRegistry(globalRegistry);
