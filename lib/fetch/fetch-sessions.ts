import { pathMatches } from '../cookie/options.js';
import { SessionError, SessionForbiddenError, SessionOptionsError, SessionRequiredError } from '../errors.js';
import { emit } from '../events.js';
import { checkPayload, refuseUnknownFields, requirementsOf, type Requirements } from '../guards/requirements.js';
import { finish } from '../sessions/finish.js';
import { load } from '../sessions/load.js';
import { addSession, findSession } from '../sessions/registry.js';
import { RequestSession } from '../sessions/request-session.js';
import { writeCookie } from '../sessions/response-cookie.js';
import type { Session } from '../sessions/session.js';
import { attachedTo, sessionsBy } from '../sessions/sessions.js';
import type { Settings } from '../sessions/settings.js';
import type { SessionSchema } from '../schema/types.js';
import type { FetchMissingHandler } from './fetch-handler.js';
import { FetchTransport } from './fetch-transport.js';

type Handler = (session: object, request: Request) => Response | Promise<Response>;

/** What a guard requires, with what responds if something is missing. */
export class RequirementsGuard {
  readonly wanted: Requirements;

  constructor(required: readonly unknown[]) {
    this.wanted = requirementsOf(required);
  }

  check<S extends SessionSchema>({ settings, session }: { settings: Settings<S>; session: object }): void {
    const { fields } = this.wanted;
    checkPayload(session, this.wanted, { principal: settings.principal, namesField: fields.length > 0 });
  }
}

/** How each session reaches its response. */
const transports = new WeakMap<object, FetchTransport>();

/** The sessions of web-standard requests. What its types narrow is there for the compiler alone. */
export function fetchSessions<S extends SessionSchema>(settings: Settings<S>) {
  const { load: _, ...common } = sessionsBy(settings);
  return {
    ...common,
    commit: (request: Request, response: Response) => commit(attachedTo(settings, request), response),
    load: async (request: Request) => {
      const session = begin(settings, request);
      await load(session);
      return session.session as unknown as Session<S>; // its own properties are the payload
    },
    requireSession(...required: unknown[]) {
      const guard = new RequirementsGuard(required);
      refuseUnknownFields(guard.wanted, settings.codec.fields);
      return guard;
    },
    async handle(request: Request, ...args: readonly [Handler] | readonly [RequirementsGuard, Handler]) {
      const [guard, handler] = args.length === 1 ? [undefined, args[0]] : args;
      const isInner = isOpen(findSession(request, settings)); // whoever began it commits it
      const session = begin(settings, request);
      try {
        await load(session);
        guard?.check({ settings, session: session.peek() });
        const response = await handler(session.session, request);
        // of two that run side by side, the one that began may have committed before the other has ended
        return isInner && isOpen(session) ? response : await commit(session, response);
      } catch (error) {
        if (isInner && isOpen(session)) throw error;
        return refuse(session, request, error, guard);
      }
    },
  };
}

/** The request's session, begun at the first call; the same one after that. */
function begin<S extends SessionSchema>(settings: Settings<S>, request: Request): RequestSession<S> {
  const known = findSession(request, settings);
  if (known !== undefined) {
    const transport = transports.get(known);
    if (transport !== undefined) transport.isDone = false; // a second response to the same request
    return known;
  }
  const attributes = typeof settings.cookie === 'function' ? settings.cookie(request) : settings.cookie;
  if (attributes.path !== '/' && !pathMatches(attributes.path, new URL(request.url).pathname)) {
    return attachedTo(settings, request); // which it is not: the error says why
  }
  const transport = new FetchTransport(request, settings.proxy === true);
  const session = new RequestSession(settings, attributes, transport);
  addSession(session);
  transports.set(session, transport);
  return session;
}

/** Whether the request's session is in use: what it changes is going to be committed. */
function isOpen(session: object | undefined): boolean {
  return session !== undefined && transports.get(session)?.isDone === false;
}

async function commit<S extends SessionSchema>(session: RequestSession<S>, response: Response): Promise<Response> {
  if (typeof (response as Response | undefined)?.status !== 'number') {
    throw new TypeError('The handler of sessions.handle() must return a Response.');
  }
  const transport = transports.get(session);
  transport?.responded(response);
  await finish(session, response.status, false);
  writeCookie(session);
  return transport?.finished(response) ?? response;
}

/** Responds to an error of a session; what else was thrown is the caller's. */
async function refuse<S extends SessionSchema>(
  session: RequestSession<S>,
  request: Request,
  error: unknown,
  guard: RequirementsGuard | undefined,
): Promise<Response> {
  if (!(error instanceof SessionError)) throw error;
  session.rollBack();
  if (error instanceof SessionRequiredError || error instanceof SessionForbiddenError) {
    const response = await handlerFor(error, session.settings, guard)?.(error, request);
    return commit(session, response ?? problemOf(error));
  }
  emit('error', { request, error, consequence: 'refused' });
  return commit(session, problemOf(error));
}

function handlerFor<S extends SessionSchema>(
  error: SessionError,
  settings: Settings<S>,
  guard: RequirementsGuard | undefined,
): FetchMissingHandler | undefined {
  const isForbidden = error instanceof SessionForbiddenError;
  const own = isForbidden ? guard?.wanted.onForbidden : guard?.wanted.onMissing;
  return (own ?? (isForbidden ? settings.onForbidden : settings.onMissing)) as FetchMissingHandler | undefined; // the options have that type
}

const TITLES: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  409: 'Conflict',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** The error as `application/problem+json` (RFC 9457). The message of one that is not to be shown stays here. */
function problemOf(error: SessionError): Response {
  const { status, code, expose, message } = error;
  const isGuards = error instanceof SessionRequiredError || error instanceof SessionForbiddenError;
  const { missing, failed } = isGuards ? error : { missing: undefined, failed: undefined };
  const title = TITLES[status];
  const detail = expose ? message : undefined;
  const body = JSON.stringify({ type: 'about:blank', title, status, detail, code, missing, failed });
  return new Response(body, { status, headers: { 'Content-Type': 'application/problem+json' } });
}

/** @throws SessionOptionsError for what only Express has */
export function refuseExpressOptions(options: object): void {
  for (const option of ['unset', 'onError'] as const) {
    if (option in options) throw new SessionOptionsError(option, 'is an option for Express: fetch has no use for it');
  }
}
