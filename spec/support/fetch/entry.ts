import { session as fetchSession } from '../../../lib/fetch.js';

export * from '../../../lib/index.js';

/** Replaces `session()` of Express with that of the fetch API, for specs that run on both hosts. */
export const session = fetchSession;
