import { pathMatches } from '../cookie/options.js';
import { SessionNotLoadedError } from '../errors.js';
import { load } from '../lifecycle/load.js';
import type { SessionOptions } from '../lifecycle/options.js';
import type { Session } from '../lifecycle/session.js';
import { resolveOptions, type Settings } from '../lifecycle/settings.js';
import type { SessionField, SessionSchema } from '../schema/types.js';
import { storeOf } from './store.js';
import type { Request } from 'express-serve-static-core';
import { Exchange, type AnyRequest, type AnyResponse } from './exchange.js';
import { exchangeOf } from './hooks.js';
import { ExpressRequestSession, requestPath } from './request-session.js';
import { guard } from './require.js';

/** The middleware that `session(…)` makes, and the ways to a session that is not the registered one. */
export interface SessionMiddleware<S extends SessionSchema> {
  /** Gives a request its session: `app.use(sessions)`, or called by hand on a bare `node:http` or `node:http2` server. */
  (request: AnyRequest, response: AnyResponse, next: (error?: unknown) => void): void;
  /**
   * The request's session of this middleware, typed by its own schema: for apps with several, and for bare servers.
   * @throws SessionNotLoadedError where this middleware has not seen the request, or has left loading to you
   */
  of(request: object): Session<S>;
  /**
   * Loads the request's session where that has not happened yet (`load: 'demand'`).
   * @throws SessionStoreError, SessionNotLoadedError
   */
  load(request: object): Promise<Session<S>>;
  /**
   * The guard {@link requireSession} for this middleware's session.
   * @param fields - fields that must be neither `undefined` nor `null`
   */
  require(...fields: SessionField<S>[]): (request: object, response: object, next: (error?: unknown) => void) => void;
}

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
export function session<S extends SessionSchema>(options: SessionOptions<S, Request>): SessionMiddleware<S> {
  const settings = resolveOptions<S>(options, storeOf);

  const middleware = (request: AnyRequest, response: AnyResponse, next: (error?: unknown) => void): void => {
    let loading: Promise<void> | undefined;
    try {
      const { cookie } = settings;
      const attributes = typeof cookie === 'function' ? cookie(request) : cookie;
      if (attributes.path === '/' || pathMatches(attributes.path, requestPath(request))) {
        const exchange = exchangeOf(request) ?? new Exchange(request, response, next);
        if (exchange.find(settings) === undefined) {
          const mine = new ExpressRequestSession(settings, attributes, exchange);
          // The exchange only asks what every session can answer, whatever its schema.
          exchange.sessions.push(mine);
          exchange.participants.push(mine);
          if (!settings.onDemand) loading = load(mine);
        }
      }
    } catch (error) {
      next(error);
      return;
    }
    if (loading === undefined) next();
    else loading.then(() => { next(); }, next); // prettier-ignore
  };

  return Object.assign(middleware, {
    of: (request: object) => sessionOf(settings, request),
    load: async (request: object) => {
      const attached = exchangeOf(request)?.find(settings);
      if (attached !== undefined) await load(attached);
      return sessionOf(settings, request);
    },
    require: (...fields: SessionField<S>[]) => guard(fields, settings as unknown as Settings<SessionSchema>), // it only reads what is there
  });
}

function sessionOf<S extends SessionSchema>(settings: Settings<S>, request: object): Session<S> {
  const attached = exchangeOf(request)?.find(settings);
  if (attached === undefined) {
    throw new SessionNotLoadedError(
      'This request has no session of this middleware: mount it before the handler, on a path that cookie.path covers.',
    );
  }
  return attached.session as unknown as Session<S>; // the object's own properties are the payload
}
