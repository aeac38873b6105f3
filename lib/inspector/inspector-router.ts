import type { ServerResponse } from 'node:http';
import type { Request } from 'express-serve-static-core';
import { SessionError, SessionStoreError } from '../errors.js';
import type { AnyRequest, AnyResponse } from '../node/node-messages.js';
import { handleOf } from '../tracing.js';
import type { ActivityStreams } from './activity-stream.js';
import { endAll, endOne } from './end-sessions.js';
import type { EndedSessions } from './inspector-options.js';
import { FormError, isSameOrigin, placeOf, readForm, slashRedirect } from './inspector-request.js';
import { redirectTo, secure, sendAsset, sendPage, sendText } from './inspector-response.js';
import { SCRIPT } from './inspector-script.js';
import { STYLE } from './inspector-style.js';
import type { Inspected, InspectorViews } from './inspector-views.js';
import { messagePage } from './page-frame.js';

/** What the routes of the inspector need. */
export interface Routed extends Inspected {
  readonly views: InspectorViews;
  readonly streams: ActivityStreams;
}

interface Visit {
  readonly request: AnyRequest;
  readonly response: AnyResponse;
  readonly query: URLSearchParams;
}

type Route = (inspected: Routed, visit: Visit) => Promise<void> | void;

const GET: Readonly<Record<string, Route>> = {
  '': async ({ views }, { request, response, query }) => {
    const slash = slashRedirect(request);
    if (slash === undefined) sendPage(response, 200, await views.sessions(query, request));
    else redirectTo(response, slash);
  },
  session: async (inspected, { request, response, query }) => {
    const page = await inspected.views.session(query, request);
    const text = 'It was ended, it has expired, or it has a new id since the principal signed in or out.';
    if (page === undefined)
      sendPage(response, 404, messagePage(inspected.settings.title, 'This session has ended', text));
    else sendPage(response, 200, page);
  },
  cookie: async ({ views }, { response }) => {
    sendPage(response, 200, await views.cookie(undefined));
  },
  activity: async ({ views }, { response }) => {
    sendPage(response, 200, await views.activity());
  },
  events: ({ streams }, { request, response, query }) => {
    if (isSameOrigin(request)) streams.serve(request, response, query.get('since') ?? undefined);
    else sendText(response, 403, 'Only pages of the inspector may read the stream.');
  },
  'inspector.css': (_, { response }) => {
    sendAsset(response, 'text/css; charset=utf-8', STYLE);
  },
  'inspector.js': (_, { response }) => {
    sendAsset(response, 'text/javascript; charset=utf-8', SCRIPT);
  },
};

const POST: Readonly<Record<string, Route>> = {
  find: async ({ views }, { request, response }) => {
    const form = await readForm(request);
    redirectTo(response, await views.findHref(form.get('q')?.trim() ?? ''));
  },
  cookie: async ({ views }, { request, response }) => {
    const form = await readForm(request);
    sendPage(response, 200, await views.cookie(form.get('cookie') ?? ''));
  },
  end: async (inspected, { request, response }) => {
    const form = await readForm(request);
    const key = inspected.sealed.open('session', form.get('session') ?? undefined);
    if (key === undefined) throw new FormError(400, 'The form does not name a session.');
    const ended = await endOne(inspected.config.store, key);
    if (ended !== undefined) await report(inspected, request, { count: 1, session: handleOf(key), ...ended });
    redirectTo(response, backTo(form.get('back'), ended === undefined ? 0 : 1));
  },
  'end-all': async (inspected, { request, response }) => {
    const form = await readForm(request);
    const { sealed, config } = inspected;
    const principal = sealed.open('principal', form.get('principal') ?? undefined);
    const except = form.get('except');
    const kept = except === null ? undefined : sealed.open('session', except);
    if (principal === undefined || (except !== null && kept === undefined)) {
      throw new FormError(400, 'The form does not name a principal.'); // a damaged exception must not end all
    }
    const count = await endAll(config.store, principal, kept);
    await report(inspected, request, { count, principal, session: undefined });
    redirectTo(response, backTo(`of=${sealed.seal('principal', principal)}`, count));
  },
};

/** Responds to a request that may come from anybody. */
export async function respond(inspected: Routed, request: AnyRequest, response: AnyResponse): Promise<void> {
  const { authorize, title } = inspected.settings;
  // In an app on bare Node, the function gets what the server has.
  const isAuthorized: unknown = await authorize(request as unknown as Request);
  if (isAuthorized !== true) {
    sendText(response, 403, 'Forbidden');
    return;
  }
  const { path, query } = placeOf(request);
  const { method = 'GET' } = request;
  const isPost = method === 'POST';
  if (!isPost && method !== 'GET' && method !== 'HEAD') {
    secure(response).setHeader('Allow', 'GET, HEAD, POST');
    sendText(response, 405, 'Only GET, HEAD, and POST are accepted.');
    return;
  }
  const routes = isPost ? POST : GET;
  const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
  if (route === undefined) {
    sendPage(response, 404, messagePage(title, 'Not found', 'The inspector has no such page.'));
    return;
  }
  if (isPost && !isSameOrigin(request)) {
    sendPage(response, 403, messagePage(title, 'Refused', 'The form was not sent by a page of this origin.'));
    return;
  }
  try {
    await route(inspected, { request, response, query });
  } catch (error) {
    sendError(title, response, error);
  }
}

function sendError(title: string, response: AnyResponse, error: unknown): void {
  if ((response as ServerResponse).headersSent) throw error;
  if (error instanceof FormError) {
    sendPage(response, error.status, messagePage(title, 'Refused', error.message));
  } else if (error instanceof SessionStoreError) {
    secure(response).setHeader('Retry-After', '5');
    sendPage(response, 503, messagePage(title, 'The store failed', error.message));
  } else if (error instanceof SessionError) {
    sendPage(response, error.status, messagePage(title, 'That was not possible', error.message));
  } else throw error;
}

async function report({ settings }: Routed, request: AnyRequest, ended: EndedSessions): Promise<void> {
  await settings.onEnd?.(ended, request as unknown as Request);
}

/** The list that a form was sent from. Only the known parts of its query are used. */
function backTo(query: string | null, count: number): string {
  const given = new URLSearchParams(query ?? '');
  const back = new URLSearchParams();
  for (const name of ['principal', 'of', 'cursor', 'from']) {
    const value = given.get(name);
    if (value !== null) back.set(name, value);
  }
  back.set('ended', String(count));
  return `./?${back.toString()}`;
}
