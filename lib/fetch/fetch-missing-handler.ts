import type { SessionForbiddenError, SessionRequiredError } from '../errors.js';

/**
 * Responds to a request that a guard refuses.
 *
 * @group Guards
 */
export type FetchMissingHandler = (
  error: SessionRequiredError | SessionForbiddenError,
  request: Request,
) => Response | Promise<Response>;
