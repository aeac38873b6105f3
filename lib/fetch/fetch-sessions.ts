import { pathMatches } from '../cookie/cookie-options.js';
import {
  SessionError,
  SessionForbiddenError,
  SessionNotLoadedError,
  SessionOptionsError,
  SessionRequiredError,
} from '../errors.js';
import { problemText } from '../guards/problem-text.js';
import { runGuards, type Guard } from '../guards/guard.js';
import { isExpressHandler, type Responder } from '../guards/requirements.js';
import { sessionGuard } from '../guards/built-in-guards.js';
import type { SessionSchema } from '../schema/payload-types.js';
import { load } from '../sessions/load.js';
import { attach, findSession } from '../sessions/registry.js';
import type { Session } from '../sessions/session.js';
import { notAttached, sessionsBy } from '../sessions/sessions.js';
import type { SessionConfig } from '../sessions/session-config.js';
import type { FetchMissingHandler } from './fetch-missing-handler.js';
import { FetchTransport } from './fetch-transport.js';

type Handler = (session: object, request: Request) => Response | Promise<Response>;

/** The sessions of web-standard requests. The public types narrow what is here. */
export function fetchSessions<S extends SessionSchema>(config: SessionConfig<S>) {
  const { load: _, ...common } = sessionsBy(config);
  const guards = new WeakSet<object>();
  return {
    ...common,
    commit: async (request: Request, response: Response) => {
      const found = find(config, request);
      if (found === undefined) throw notAttached();
      checkResponse(response, 'commit(request, response) needs');
      return found.commit(response);
    },
    load: async (request: Request) => {
      const { session } = begin(config, request);
      await load(session);
      return session.session as unknown as Session<S>; // its own properties are the payload
    },
    requireSession(...required: unknown[]) {
      required.forEach(refuseExpressHandlers);
      const guard = sessionGuard(required, { config });
      guards.add(guard);
      return guard;
    },
    handle: async (request: Request, ...args: readonly [Handler] | readonly [Guard, Handler]) => {
      if (args.length > 2) {
        throw new TypeError("sessions.handle() takes one guard: sessions.requireSession('userId', 'role').");
      }
      if (typeof request === 'function') {
        throw new TypeError('sessions.handle() takes the request first: sessions.handle(request, handler).');
      }
      const [guard, handler] = args.length === 1 ? [undefined, args[0]] : args;
      if (typeof handler !== 'function') {
        throw new TypeError('sessions.handle() needs a handler as its last argument: (session, request) => Response.');
      }
      if (guard !== undefined && !guards.has(guard)) {
        throw new TypeError('sessions.handle() needs a guard that requireSession() of the same sessions returned.');
      }
      return handle(config, request, guard, handler);
    },
  };
}

async function handle<S extends SessionSchema>(
  config: SessionConfig<S>,
  request: Request,
  guard: Guard | undefined,
  handler: Handler,
): Promise<Response> {
  const transport = begin(config, request);
  const { session } = transport;
  try {
    const response = await transport.run(async () => {
      await load(session);
      const proceed = () => handler(session.session, request);
      const guards = guard === undefined ? [] : [guard];
      return runGuards(guards, request, { proceed, refuse: (error, respond) => refuse(error, respond, request) });
    });
    checkResponse(response, 'A handler, an onMissing, and an onForbidden must return');
    return await transport.commit(response);
  } catch (error) {
    if (transport.isHandling) throw error; // the handler that called this one handles the error
    session.rollBack();
    if (error instanceof SessionError && error.expose) return transport.respond(problem(error));
    throw error;
  }
}

/** The response of `onMissing` or `onForbidden`, or a response with the error as its body. @throws any other error */
function refuse(error: unknown, respond: Responder | undefined, request: Request): Response | Promise<Response> {
  const isRefusal = error instanceof SessionRequiredError || error instanceof SessionForbiddenError;
  if (!isRefusal) throw error;
  return respond === undefined ? problem(error) : (respond as FetchMissingHandler)(error, request); // the type of the options
}

/** The request's session of these settings, if it has one. */
function find<S extends SessionSchema>(config: SessionConfig<S>, request: Request): FetchTransport<S> | undefined {
  return findSession(request, config)?.transport as FetchTransport<S> | undefined; // begin() made it
}

/** The request's session. The first call begins it, and later calls return the same one. */
function begin<S extends SessionSchema>(config: SessionConfig<S>, request: Request): FetchTransport<S> {
  if (
    typeof (request as Partial<Request> | undefined)?.headers?.get !== 'function' ||
    typeof request.url !== 'string'
  ) {
    throw new TypeError('sessions.handle() and sessions.load() take a Request of the fetch API.');
  }
  let transport = find(config, request);
  if (transport === undefined) {
    const attributes = typeof config.cookie === 'function' ? config.cookie(request) : config.cookie;
    const isCovered = attributes.path === '/' || pathMatches(attributes.path, new URL(request.url).pathname);
    if (!isCovered) {
      throw new SessionNotLoadedError('The path of this request has no session: cookie.path does not cover it.');
    }
    transport = new FetchTransport(config, attributes, request);
    attach(request, transport);
  }
  transport.expectResponse();
  return transport;
}

function problem(error: SessionError): Response {
  const headers = { 'Content-Type': 'application/problem+json' };
  return new Response(problemText(error), { status: error.status, headers });
}

/** The caller may be plain JavaScript. */
function checkResponse(response: Response | undefined, need: string): void {
  if (typeof response?.status !== 'number') throw new TypeError(`${need} a Response.`);
}

/** @throws SessionOptionsError for a handler of Express such as `redirect('/login')`, which would call a response's methods */
export function refuseExpressHandlers(given: unknown): void {
  if (typeof given !== 'object' || given === null) return; // refused elsewhere
  for (const [option, handler] of Object.entries(given) as [string, unknown][]) {
    if ((option === 'onMissing' || option === 'onForbidden') && isExpressHandler(handler)) {
      const advice =
        "is a handler for Express: on the fetch API, return a response, () => Response.redirect(new URL('/login', url))";
      throw new SessionOptionsError(option, advice);
    }
  }
}
