import { didYouMean } from '../did-you-mean.js';
import { SessionNotLoadedError } from '../errors.js';
import type { SessionSchema } from '../schema/payload-types.js';
import { load } from './load.js';
import { migrateAll } from './migrate-all.js';
import { listSessions, revokeOne, revokeSessions } from './principals.js';
import { findSession } from './registry.js';
import type { RequestSession } from './request-session.js';
import type { Session } from './session.js';
import { SessionObject } from './session-object.js';
import type { SessionConfig } from './session-config.js';
import type { MigrateAllOptions, Principal } from './stored-sessions.js';

/** What the middleware of every host offers besides handling requests. */
export function sessionsBy<S extends SessionSchema>(config: SessionConfig<S>) {
  return {
    of: (request: object) => sessionOf(config, request),
    load: async (request: object) => {
      await load(attachedTo(config, request));
      return sessionOf(config, request);
    },
    migrateAll: (options?: MigrateAllOptions) => migrateAll(config, options),
    list: async (principal: Principal, options: { current?: object } = {}) => {
      checkArguments('list', options, ['current']);
      const { current } = options;
      return listSessions(config, principal, current && (await meant('current', config, current)));
    },
    revoke: async (principal: Principal, options: { except?: object; only?: unknown } = {}) => {
      checkArguments('revoke', options, ['except', 'only']); // a misspelt option must not end all sessions
      const { except } = options;
      if ('only' in options && except !== undefined) throw new TypeError('revoke() takes except or only, not both.');
      if ('only' in options) return revokeOne(config, principal, options.only);
      return revokeSessions(config, principal, except && (await meant('except', config, except)));
    },
  };
}

/** The error for a request that has no session of a middleware. */
export function notAttached(): SessionNotLoadedError {
  return new SessionNotLoadedError(
    'This request has no session of this middleware: mount it before the handler (on the fetch API, call handle() or load() with this very request), on a path that cookie.path covers.',
  );
}

/** The request's session of this middleware. @throws SessionNotLoadedError */
function attachedTo<S extends SessionSchema>(config: SessionConfig<S>, request: object): RequestSession<S> {
  const attached = findSession(request, config);
  if (attached === undefined) throw notAttached();
  return attached;
}

function sessionOf<S extends SessionSchema>(config: SessionConfig<S>, request: object): Session<S> {
  return attachedTo(config, request).session as unknown as Session<S>; // the object's own properties are the payload
}

/**
 * The session that an option refers to: either the session itself or its request.
 * @throws TypeError if it is neither, or belongs to another middleware, so that a mistake never ends the wrong session
 */
async function meant<S extends SessionSchema>(
  option: string,
  config: SessionConfig<S>,
  object: object,
): Promise<RequestSession<S>> {
  const mine: RequestSession<SessionSchema> | undefined = SessionObject.requestOf(object);
  const isOurs = mine !== undefined && Object.is(mine.config, config);
  const found = isOurs ? (mine as unknown as RequestSession<S>) : findSession(object, config); // it has our config
  if (found === undefined) throw notMeant(option);
  await load(found);
  return found;
}

function notMeant(option: string): TypeError {
  return new TypeError(`${option} must be a session of this middleware, or a request that has one.`);
}

/** The caller may be plain JavaScript. */
function checkArguments(method: string, options: object, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`${method}() takes an object as its second argument, with ${known.join(', ')}.`);
  }
  for (const [name, value] of Object.entries(options)) {
    if (!known.includes(name)) {
      throw new TypeError(`${method}() has no option ${name}${didYouMean(name, known)}, only ${known.join(', ')}.`);
    }
    if (name !== 'only' && value !== undefined && (typeof value !== 'object' || value === null)) {
      throw notMeant(name);
    }
  }
}
