import { SessionNotLoadedError, SessionRequiredError } from '../errors.js';
import { load } from '../lifecycle/load.js';
import type { Settings } from '../lifecycle/settings.js';
import type { Present, RegisteredSchema, SessionField, SessionSchema } from '../schema/types.js';
import { exchangeOf } from './hooks.js';
import type { SessionGuard } from './types.js';

/**
 * A guard: lets a request pass whose session is stored and has these fields; any other gets `SessionRequiredError`,
 * status 401, through `next`. Without fields, any stored session will do. Handlers behind it see the fields as present.
 *
 * @param fields - fields of the registered schema that must be neither `undefined` nor `null`
 * @example
 * ```ts
 * import express from 'express';
 * import { requireSession } from 'typed-session';
 *
 * const app = express();
 * app.get('/me', requireSession('userId'), (req, res) => {
 *   res.json({ id: req.session.userId });
 * });
 * ```
 */
export function requireSession<Field extends SessionField<RegisteredSchema> = never>(
  ...fields: Field[]
): SessionGuard<Present<RegisteredSchema, Field>> {
  return guard(fields);
}

/** {@link requireSession} for the session of one middleware. */
export function guard(fields: readonly string[], settings?: Settings<SessionSchema>) {
  return (request: object, _response: object, next: (error?: unknown) => void): void => {
    let waiting: Promise<void> | undefined;
    try {
      waiting = check(request, fields, settings);
    } catch (error) {
      next(error);
      return;
    }
    if (waiting === undefined) next();
    else waiting.then(() => { next(); }, next); // prettier-ignore
  };
}

/**
 * Checks that a request has what it needs of its session; loads the session first where that was left to us, and only
 * then returns a promise.
 * @throws SessionRequiredError, SessionNotLoadedError; or the promise rejects with them
 */
export function check(
  request: object,
  fields: readonly string[],
  settings?: Settings<SessionSchema>,
): Promise<void> | undefined {
  const attached = exchangeOf(request)?.find(settings);
  const loading = attached && load(attached);
  if (loading !== undefined) {
    return loading.then(() => {
      checkFields(attached?.session, fields);
    });
  }
  const session = attached === undefined && settings === undefined ? foreignSession(request) : attached?.session;
  if (session === undefined) {
    throw new SessionNotLoadedError(
      'There is no session to check: mount the middleware before this handler, app.use(session({ … })), on a path that cookie.path covers.',
    );
  }
  checkFields(session, fields);
  return undefined;
}

/** A session that somebody else put onto the request, as tests of a controller do. */
function foreignSession(request: object): object | undefined {
  const { session } = request as { readonly session?: unknown };
  return typeof session === 'object' && session !== null ? session : undefined;
}

function checkFields(session: object | undefined, fields: readonly string[]): void {
  const payload = session as Readonly<Record<string, unknown>>; // any object can be asked for a field
  const missing = fields.filter((field) => !Object.hasOwn(payload, field) || payload[field] == null);
  if (missing.length > 0 || payload['isNew'] === true) throw new SessionRequiredError(missing);
}
