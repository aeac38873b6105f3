import { session as fetchSession } from '../../../lib/fetch.js';

export * from '../../../lib/index.js';

/** `session()` of the fetch API in the place of Express's, for specs that run on both hosts. */
export const session = fetchSession;
