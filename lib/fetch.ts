/**
 * The sessions of typed-session on web-standard `Request` and `Response`: for Bun, Deno, Hono, and other hosts that have
 * `node:crypto` and `node:diagnostics_channel`, and no Express.
 *
 * @packageDocumentation
 * @module typed-session/fetch
 * @group API
 */

import './schema/zod-peer.js';

import type { FetchMissingHandler } from './fetch/fetch-missing-handler.js';
import { fetchSessions, refuseExpressHandlers } from './fetch/fetch-sessions.js';
import type { CheckedOptions, ExcessInitial } from './sessions/checked-options.js';
import { withConfig } from './sessions/config-of.js';
import type { ExpressOption, InitialPayload } from './sessions/session-options.js';
import type { Session } from './sessions/session.js';
import { resolveOptions } from './sessions/session-config.js';
import type { PrincipalOf, StoredSessions } from './sessions/stored-sessions.js';
import type { RefusePrincipal } from './schema/refusals.js';
import type { Found, KnownFields, Requirement, SchemaAdvice, SessionSchema } from './schema/payload-types.js';
import { storeOf } from './stores/resolve-store.js';

export type { FetchMissingHandler } from './fetch/fetch-missing-handler.js';

/** There for the compiler alone: what a guard has found. */
declare const found: unique symbol;

/**
 * A guard that `sessions.requireSession(…)` makes, for `sessions.handle(request, guard, handler)`.
 *
 * @group Guards
 */
export interface FetchGuard<S extends SessionSchema, Found> {
  /** There for the compiler alone. */
  readonly [found]: { readonly schema: S; readonly found: Found };
}

/**
 * How one guard responds to a request that it refuses: an object of its own among its arguments.
 *
 * @group Guards
 */
export type FetchGuardOptions =
  | { readonly onMissing: FetchMissingHandler; readonly onForbidden?: FetchMissingHandler }
  | { readonly onForbidden: FetchMissingHandler };

/**
 * The options of {@link session}: those of Express, except `load`, `unset`, and `onError`.
 *
 * @group Sessions
 */
export type FetchSessionOptions<S extends SessionSchema> = CheckedOptions<S, Request, FetchMissingHandler> & NotExpress;

/** The options that only Express has. */
type NotExpress = Readonly<Partial<Record<ExpressOption, never>>>;

/**
 * What {@link session} makes: the sessions of web-standard requests.
 *
 * @group Sessions
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- sessions with a principal are assignable to a type that names none
export interface FetchSessions<S extends SessionSchema, P extends string = any> extends StoredSessions<S, P, Request> {
  /**
   * Passes the request's session to the handler, stores what the handler has changed, and returns its response with the cookie.
   * The refusal of a guard (401, 403) and a conflict (409) result in a response too, either that of `onMissing` or
   * `onForbidden`, or `application/problem+json`. For any other error it rejects, and nothing is stored: a `SessionStoreError`
   * (503), a `SessionValidationError` (500), and errors of the handler.
   * @throws SessionNotLoadedError if `cookie.path` does not cover the request; TypeError for a wrong argument
   *
   * @example
   * ```ts
   * import { session } from 'typed-session/fetch';
   * import { z } from 'zod';
   *
   * const schema = z.object({ views: z.int().default(0) });
   * const sessions = session({ schema, secret: process.env['SESSION_SECRET'] ?? 'only for development' });
   *
   * export default {
   *   fetch: (request: Request) =>
   *     sessions.handle(request, (mine) => {
   *       mine.views += 1;
   *       return new Response(`You were here ${String(mine.views)} times.`);
   *     }),
   * };
   * ```
   */
  handle(
    request: Request,
    handler: (session: Session<S>, request: Request) => Response | Promise<Response>,
  ): Promise<Response>;
  /** The same behind a guard, whose fields the handler's session has. */
  handle<F>(
    request: Request,
    guard: FetchGuard<S, F>,
    handler: (session: Session<S> & F, request: Request) => Response | Promise<Response>,
  ): Promise<Response>;
  /**
   * Loads the request's session, for a framework that calls {@link FetchSessions.commit} itself.
   * @throws SessionStoreError, SessionNotLoadedError if `cookie.path` does not cover the request
   */
  load(request: Request): Promise<Session<S>>;
  /**
   * Stores the changes since {@link FetchSessions.load}, and returns the response with the cookie. If there is a cookie to
   * send, the result is another response with the same body.
   * @throws what `req.session.save()` rejects with
   */
  commit(request: Request, response: Response): Promise<Response>;
  /** The session of a request that {@link FetchSessions.handle} or `load` has begun. @throws SessionNotLoadedError */
  of(request: Request): Session<S>;
  /**
   * A guard: the session is stored, and has what is named; see `requireSession` of `typed-session`.
   * @throws SessionOptionsError
   */
  requireSession<const R extends readonly (Requirement<S> | FetchGuardOptions)[]>(
    ...required: R & KnownFields<S, R>
  ): FetchGuard<S, Found<S, R>>;
}

/**
 * Creates the sessions of an app on the fetch API. All options are checked when it is called, at start-up. Cookies, stores, and records are
 * those of `session()` of `typed-session`, so both may serve one site.
 *
 * A response is committed when the handler has returned it: what a stream changes later, it has to `save()` itself.
 *
 * @throws SessionOptionsError, which names the option
 * @group Sessions
 */
export function session<
  S extends SessionSchema<SchemaAdvice>,
  P extends string = never,
  Initial extends InitialPayload<S> = never,
>(
  options: CheckedOptions<S, Request, FetchMissingHandler, Initial> &
    NotExpress & {
      readonly principal?: P | string | undefined;
    } & RefusePrincipal<S, P> &
    ExcessInitial<Initial, S>,
): FetchSessions<S, PrincipalOf<P>> {
  refuseExpressHandlers(options);
  const config = resolveOptions<S>(options, storeOf, 'fetch');
  return withConfig(fetchSessions(config), config) as unknown as FetchSessions<S, PrincipalOf<P>>; // only the compiler sees what its types narrow
}
