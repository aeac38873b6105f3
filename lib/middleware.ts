import { pathMatches } from './cookie/options.js';
import { load } from './sessions/load.js';
import type { MigrateAllOptions, MigrationProgress } from './sessions/migrate-all.js';
import type { CheckedOptions, InitialPayload } from './sessions/options.js';
import type { ListedSession } from './sessions/principals.js';
import { addSession, findSession } from './sessions/registry.js';
import type { Session } from './sessions/session.js';
import { sessionsBy } from './sessions/sessions.js';
import { decorate } from './decorators/decorate.js';
import type { OwnDecorator } from './decorators/require-session.js';
import { resolveOptions, type Settings } from './sessions/settings.js';
import type { PrincipalValue, RefuseExcess, RefusePrincipal } from './schema/refusals.js';
import type {
  DefaultName,
  FirstName,
  Found,
  KnownFields,
  Payload,
  Requirement,
  SchemaAdvice,
  SessionSchema,
} from './schema/types.js';
import { storeOf } from './stores/resolve.js';
import type { Request } from 'express-serve-static-core';
import { RequestContext, contextOf } from './express/request-context.js';
import type { AnyRequest, AnyResponse } from './node/messages.js';
import { NodeTransport, requestPath } from './express/node-transport.js';
import type { GuardOptions, MissingHandler } from './express/missing.js';
import { sessionStep } from './express/require.js';
import { middlewareOf } from './express/step.js';
import type { OwnGuard } from './express/guard.js';
import type { SessionIdentity, SessionOn } from './express/types.js';

/**
 * The middleware that `session(…)` makes, and the ways to a session that is not the registered one. `Name` is the option
 * `name` as a literal type: it tells two middlewares with one schema apart. In an annotation, leave it out.
 */
export interface SessionMiddleware<
  S extends SessionSchema,
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- one of any name is assignable to one without a name
  Name extends string = any,
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- and so is one of any principal
  P extends string = any,
> extends SessionIdentity<S, Name> {
  /** Gives a request its session: `app.use(sessions)`, or called by hand on a bare `node:http` or `node:http2` server. */
  (request: AnyRequest, response: AnyResponse, next: (error?: unknown) => void): void;
  /**
   * The request's session of this middleware, typed by its own schema: for apps with several, and for bare servers.
   * Behind {@link SessionMiddleware.requireSession} it has what was required.
   * @throws SessionNotLoadedError where this middleware has not seen the request, or has left loading to you
   */
  of<R extends object>(request: R): SessionOn<S, Name, R>;
  /**
   * Loads the request's session where that has not happened yet (`load: 'demand'`).
   * @throws SessionStoreError, SessionNotLoadedError
   */
  load<R extends object>(request: R): Promise<SessionOn<S, Name, R>>;
  /**
   * Brings every stored session to today's version of the schema, instead of each at its next request: before an old
   * migration is deleted. Safe while the app runs, and can go on where it was stopped.
   * @throws SessionStoreError also where the store cannot list its sessions, SessionOptionsError
   */
  migrateAll(options?: MigrateAllOptions): Promise<MigrationProgress>;
  /**
   * The live sessions of a principal, the one that began last first: for a page of devices.
   * @param principal - the value of the option `principal`'s field
   * @param options - `current`: the session that is to be told apart by `isCurrent`, or its request
   * @throws SessionOptionsError without the option `principal`; SessionStoreError also where the store cannot find sessions
   *   by their principal, as those made for express-session cannot
   * @example
   * ```ts
   * import type { IncomingMessage } from 'node:http';
   * import { session } from 'typed-session';
   * import { z } from 'zod';
   *
   * const schema = z.object({ userId: z.string().optional(), device: z.string().optional() });
   * const sessions = session({ schema, secret: 'only for development', principal: 'userId' });
   *
   * export async function devices(userId: string, request: IncomingMessage) {
   *   const all = await sessions.list(userId, { current: request });
   *   return all.map(({ key, payload, isCurrent }) => ({ key, device: payload?.device, isCurrent }));
   * }
   * ```
   */
  list(
    principal: PrincipalValue<S, P>,
    options?: { readonly current?: AnyRequest | Session<S> | undefined },
  ): Promise<ListedSession<S>[]>;
  /**
   * Ends the sessions of a principal, and resolves to how many: after a change of the password, or of rights. A request
   * that works with one of them meanwhile is answered, but stores nothing more.
   * @param principal - the value of the option `principal`'s field
   * @param options - `except`: the session that stays, or its request; or `only`: the key of the one session that ends, where it is
   *   this principal's
   * @throws as `list`
   */
  revoke(
    principal: PrincipalValue<S, P>,
    options?:
      | { readonly except?: AnyRequest | Session<S> | undefined; readonly only?: never }
      | { readonly only: string; readonly except?: never },
  ): Promise<number>;
  /**
   * {@link requireSession} for the session of this middleware.
   * @throws SessionOptionsError
   */
  requireSession<const R extends readonly (Requirement<S> | (keyof Payload<S> & string) | GuardOptions)[]>(
    ...required: R & KnownFields<S, R>
  ): OwnGuard<S, Name, Found<S, R>>;
  /**
   * {@link RequireSession} for the session of this middleware.
   * @throws SessionOptionsError
   */
  RequireSession<const R extends readonly (Requirement<S> | (keyof Payload<S> & string) | GuardOptions)[]>(
    ...required: R & KnownFields<S, R>
  ): OwnDecorator<S, Name, R>;
}

/** With type arguments that leave out the name, the option may have any name. */
type AnyName<Name> = DefaultName extends Name ? string | readonly string[] : never;

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- without the option, nothing is known of what `list` takes
type PrincipalOf<P extends string> = [P] extends [never] ? any : P;

/** Refuses a first payload with fields that the schema does not have. */
type ExcessInitial<Initial, S extends SessionSchema> = [Initial] extends [never]
  ? unknown
  : { readonly initial?: RefuseExcess<Made<Initial>, S> };

type Made<Initial> = Initial extends () => infer T ? T : Initial;

/** The options of `session(…)`. */
export type SessionOptions<S extends SessionSchema> = CheckedOptions<S, Request, MissingHandler>;

/**
 * Makes the middleware that gives every request its session. All options are checked here, at start-up.
 *
 * @throws SessionOptionsError, which names the option that is missing, unknown or wrong
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
 */
export function session<
  S extends SessionSchema<SchemaAdvice>,
  const Name extends string | readonly string[] = DefaultName,
  P extends string = never,
  Initial extends InitialPayload<S> = never,
>(
  options: CheckedOptions<S, Request, MissingHandler, Initial> & {
    readonly name?: Name | AnyName<Name> | undefined;
    readonly principal?: P | string | undefined; // with the text, an unknown field is reported with the known ones
  } & RefusePrincipal<S, P> &
    ExcessInitial<Initial, S>,
): SessionMiddleware<S, FirstName<Name>, PrincipalOf<P>> {
  const settings = resolveOptions<S>(options, storeOf);

  const middleware = (request: AnyRequest, response: AnyResponse, next: (error?: unknown) => void): void => {
    let loading: Promise<void> | undefined;
    try {
      const { cookie } = settings;
      const attributes = typeof cookie === 'function' ? cookie(request) : cookie;
      if (attributes.path === '/' || pathMatches(attributes.path, requestPath(request))) {
        const context = contextOf(request) ?? new RequestContext(request, response, next);
        if (findSession(request, settings) === undefined) {
          const transport = new NodeTransport(settings, attributes, context);
          addSession(transport.session);
          context.gate.hooks.push(transport);
          if (!settings.onDemand) loading = load(transport.session);
        }
      }
    } catch (error) {
      next(error);
      return;
    }
    if (loading === undefined) next();
    else loading.then(() => { next(); }, next); // prettier-ignore
  };

  const anySchema = settings as unknown as Settings<SessionSchema>; // guards only read what is there
  return Object.assign(middleware, {
    ...sessionsBy(settings),
    requireSession: (...required: unknown[]) => middlewareOf(sessionStep(required, { settings: anySchema })),
    RequireSession: (...required: unknown[]) => decorate(sessionStep(required, { settings: anySchema })),
  }) as unknown as SessionMiddleware<S, FirstName<Name>, PrincipalOf<P>>; // what its types narrow is there for the compiler alone
}
