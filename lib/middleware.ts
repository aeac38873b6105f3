import { pathMatches } from './cookie/cookie-options.js';
import type { CheckedOptions, ExcessInitial } from './sessions/checked-options.js';
import type { InitialPayload } from './sessions/session-options.js';
import { attach, findAttachment } from './sessions/registry.js';
import { withConfig } from './sessions/config-of.js';
import { sessionsBy } from './sessions/sessions.js';
import type { PrincipalOf, StoredSessions } from './sessions/stored-sessions.js';
import { guardDecorator } from './decorators/guard-decorator.js';
import { resolveOptions } from './sessions/session-config.js';
import type { RefusePrincipal } from './schema/refusals.js';
import type {
  DefaultName,
  FirstName,
  Found,
  KnownFields,
  Payload,
  Requirement,
  SchemaAdvice,
  SessionSchema,
} from './schema/payload-types.js';
import { storeOf } from './stores/resolve-store.js';
import type { Request } from 'express-serve-static-core';
import { RequestContext, contextOf } from './express/request-context.js';
import type { AnyRequest, AnyResponse } from './node/node-messages.js';
import { NodeTransport, requestPath } from './express/node-transport.js';
import { guardMiddleware } from './guards/handler-guards.js';
import { sessionGuard } from './guards/built-in-guards.js';
import type { SessionGuardOf } from './express/guard-types.js';
import type { SessionDecoratorOf } from './guards/decorator-types.js';
import type { GuardOptions, MissingHandler, SessionOn } from './guards/express-types.js';
import type { SessionIdentity } from './guards/narrowing.js';

/**
 * The middleware that `session(…)` returns, with the methods that read and revoke its sessions. `Name` is the option `name`
 * as a literal type, which distinguishes two middlewares with the same schema. Leave it out in an annotation.
 *
 * @group Sessions
 */
export interface SessionMiddleware<
  S extends SessionSchema,
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a middleware with a name is assignable to a type without one
  Name extends string = any,
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the same for the principal
  P extends string = any,
>
  extends SessionIdentity<S, Name>, StoredSessions<S, P, AnyRequest> {
  /**
   * Gives a request its session. Use it as `app.use(sessions)`, or call it yourself on a bare `node:http` or `node:http2`
   * server.
   */
  (request: AnyRequest, response: AnyResponse, next: (error?: unknown) => void): void;
  /**
   * Returns the request's session of this middleware, typed by its schema: for apps with several sessions, and for bare
   * servers. Behind {@link SessionMiddleware.requireSession}, it has the required fields.
   * @throws SessionNotLoadedError if this middleware has not seen the request, or if `load: 'demand'` has not loaded it yet
   */
  of<R extends object>(request: R): SessionOn<S, Name, R>;
  /**
   * Loads the request's session if that has not happened yet (`load: 'demand'`).
   * @throws SessionStoreError, SessionNotLoadedError
   */
  load<R extends object>(request: R): Promise<SessionOn<S, Name, R>>;
  /**
   * {@link requireSession} for the session of this middleware.
   * @throws SessionOptionsError
   */
  requireSession<const R extends readonly (Requirement<S> | (keyof Payload<S> & string) | GuardOptions)[]>(
    ...required: R & KnownFields<S, R>
  ): SessionGuardOf<S, Name, Found<S, R>>;
  /**
   * {@link RequireSession} for the session of this middleware.
   * @throws SessionOptionsError
   */
  RequireSession<const R extends readonly (Requirement<S> | (keyof Payload<S> & string) | GuardOptions)[]>(
    ...required: R & KnownFields<S, R>
  ): SessionDecoratorOf<S, Name, R>;
}

/** With type arguments that leave out the name, the option may have any name. */
type AnyName<Name> = DefaultName extends Name ? string | readonly string[] : never;

/**
 * The options of `session(…)`.
 *
 * @interface
 * @group Sessions
 */
export type SessionOptions<S extends SessionSchema> = CheckedOptions<S, Request, MissingHandler>;

/** {@link SessionOptions} as `session(…)` infers them, under a name that is short when an editor shows the call. */
type InferredOptions<
  S extends SessionSchema,
  Name extends string | readonly string[],
  P extends string,
  Initial extends InitialPayload<S>,
> = CheckedOptions<S, Request, MissingHandler, Initial> & {
  readonly name?: Name | AnyName<Name> | undefined;
  readonly principal?: P | string | undefined; // with the text, an unknown field is reported with the known ones
} & RefusePrincipal<S, P> &
  ExcessInitial<Initial, S>;

/**
 * Creates the middleware that gives every request its session. All options are checked when it is called, at start-up.
 *
 * @param options - see {@link SessionOptions}
 * @throws SessionOptionsError if an option is missing, unknown, or wrong; the error names it
 * @example
 * ```ts
 * import express from 'express';
 * import { z } from 'zod';
 * import { session } from 'typed-session';
 *
 * const schema = z.object({ views: z.int().default(0) });
 * export const sessions = session({ schema, secret: process.env['SESSION_SECRET'] ?? 'only for development' });
 *
 * const app = express();
 * app.use(sessions);
 * app.get('/', (req, res) => {
 *   const mine = sessions.of(req); // or req.session, once the schema is registered
 *   mine.views += 1;
 *   res.send(`You were here ${String(mine.views)} times.`);
 * });
 * ```
 * @group Sessions
 */
export function session<
  S extends SessionSchema<SchemaAdvice>,
  const Name extends string | readonly string[] = DefaultName,
  P extends string = never,
  Initial extends InitialPayload<S> = never,
>(options: InferredOptions<S, Name, P, Initial>): SessionMiddleware<S, FirstName<Name>, PrincipalOf<P>> {
  const config = resolveOptions<S>(options, storeOf);

  const middleware = (request: AnyRequest, response: AnyResponse, next: (error?: unknown) => void): void => {
    if (typeof next !== 'function') {
      throw new TypeError(
        'The session middleware takes (request, response, next): app.use(session({ schema, secret })). For web-standard requests, use typed-session/fetch.',
      );
    }
    let loading: Promise<void> | undefined;
    try {
      const { cookie } = config;
      const attributes = typeof cookie === 'function' ? cookie(request) : cookie;
      if (attributes.path === '/' || pathMatches(attributes.path, requestPath(request))) {
        const context = contextOf(request) ?? new RequestContext(request, response, next);
        if (findAttachment(request, config) === undefined) {
          const transport = new NodeTransport(config, attributes, context);
          attach(context.request, transport);
          context.gate.hooks.push(transport);
          loading = transport.begin();
        }
      }
    } catch (error) {
      next(error);
      return;
    }
    if (loading === undefined) next();
    else loading.then(() => { next(); }, next); // prettier-ignore
  };

  const members = {
    ...sessionsBy(config),
    requireSession: (...required: unknown[]) => guardMiddleware(sessionGuard(required, { config })),
    RequireSession: (...required: unknown[]) => guardDecorator(sessionGuard(required, { config })),
  };
  // The narrowed types exist for the compiler alone.
  return withConfig(Object.assign(middleware, members), config) as unknown as SessionMiddleware<
    S,
    FirstName<Name>,
    PrincipalOf<P>
  >;
}
