import { SessionNotLoadedError, SessionOptionsError, SessionRequiredError } from '../errors.js';
import { load } from '../lifecycle/load.js';
import type { Settings } from '../lifecycle/settings.js';
import type {
  KnownFields,
  Narrowed,
  RegisteredSchema,
  RegisteredValues,
  SessionField,
  SessionSchema,
} from '../schema/types.js';
import { exchangeOf } from './hooks.js';
import type { SessionGuard } from './types.js';

/**
 * A guard: lets a request pass whose session is stored and has what is asked for; any other gets `SessionRequiredError`,
 * status 401, through `next`. Asked for nothing, any stored session will do. Handlers behind it see the session so.
 *
 * @param required - names of fields that must be neither `undefined` nor `null`, and objects of fields with the values
 *   that they must have, such as the tag of a state
 * @throws SessionOptionsError, at once, where it is asked for anything else
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
export function requireSession<const R extends readonly (SessionField<RegisteredSchema> | RegisteredValues)[]>(
  ...required: R & KnownFields<RegisteredSchema, R[number]>
): SessionGuard<Narrowed<RegisteredSchema, R[number]>> {
  return guard(required);
}

/** {@link requireSession} for the session of one middleware. */
export function guard(required: readonly unknown[], settings?: Settings<SessionSchema>) {
  const wanted = requirementsOf(required);
  return (request: object, _response: object, next: (error?: unknown) => void): void => {
    let waiting: Promise<void> | undefined;
    try {
      waiting = check(request, wanted, settings);
    } catch (error) {
      next(error);
      return;
    }
    if (waiting === undefined) next();
    else waiting.then(() => { next(); }, next); // prettier-ignore
  };
}

/** What a guard asks of a session, field by field. */
export interface Requirements {
  /** Fields that must be there. */
  readonly fields: readonly string[];
  /** Fields that must have a value. */
  readonly values: ReadonlyMap<string, unknown>;
}

const COMPARABLE: ReadonlySet<string> = new Set(['string', 'number', 'boolean', 'bigint']);

/** @throws SessionOptionsError where something is neither a field's name nor an object of values */
export function requirementsOf(required: readonly unknown[]): Requirements {
  const fields: string[] = [];
  const values = new Map<string, unknown>();
  for (const one of required) {
    if (typeof one === 'string') {
      fields.push(one);
    } else if (typeof one === 'object' && one !== null && !Array.isArray(one)) {
      for (const [field, value] of Object.entries(one)) {
        if (value !== null && !COMPARABLE.has(typeof value)) {
          throw new SessionOptionsError(
            `requireSession({ ${field} })`,
            'must be a string, number, boolean, bigint or null',
          );
        }
        values.set(field, value);
      }
    } else {
      throw new SessionOptionsError('requireSession', "takes names of fields, and objects such as { role: 'admin' }");
    }
  }
  return { fields, values };
}

/**
 * Checks that a request has what it needs of its session; loads the session first where that was left to us, and only
 * then returns a promise.
 * @throws SessionRequiredError, SessionNotLoadedError; or the promise rejects with them
 */
export function check(
  request: object,
  wanted: Requirements,
  settings?: Settings<SessionSchema>,
): Promise<void> | undefined {
  const attached = exchangeOf(request)?.find(settings);
  const loading = attached && load(attached);
  if (loading !== undefined) {
    return loading.then(() => {
      checkPayload(attached?.session, wanted);
    });
  }
  const session = attached === undefined && settings === undefined ? foreignSession(request) : attached?.session;
  if (session === undefined) {
    throw new SessionNotLoadedError(
      'There is no session to check: mount the middleware before this handler, app.use(session({ … })), on a path that cookie.path covers.',
    );
  }
  checkPayload(session, wanted);
  return undefined;
}

/** A session that somebody else put onto the request, as tests of a controller do. */
function foreignSession(request: object): object | undefined {
  const { session } = request as { readonly session?: unknown };
  return typeof session === 'object' && session !== null ? session : undefined;
}

function checkPayload(session: object | undefined, { fields, values }: Requirements): void {
  const payload = session as Readonly<Record<string, unknown>>; // any object can be asked for a field
  const lacking = fields.filter((field) => !Object.hasOwn(payload, field) || payload[field] == null);
  for (const [field, value] of values) {
    if (!Object.hasOwn(payload, field) || payload[field] !== value) lacking.push(field);
  }
  if (lacking.length > 0 || payload['isNew'] === true) throw new SessionRequiredError(lacking);
}
