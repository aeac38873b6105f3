// The app of the stress program on the fetch API, behind a Node server that only translates.
import type { IncomingMessage, RequestListener } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { SessionStore } from 'typed-session';
import { session } from 'typed-session/fetch';
import { optionsOn, routesOf, type StressSessions } from './app.js';
import type { Routes } from './routes.js';

/** Routes that anybody may ask for; the others are for users. */
const OPEN = new Set<string>(['read', 'visit', 'login', 'logout']);
/** What the parts of a path after the route are called. */
const PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  login: ['user'],
  field: ['at', 'value'],
  same: ['value'],
  cart: ['sku'],
  token: ['value'],
};

export function fetchApp(store: SessionStore): RequestListener {
  const sessions = session(optionsOn(store));
  const users = sessions.requireSession('user');
  const routes = routesOf(sessions as unknown as StressSessions, store); // they ask it for what both have

  const answer = (request: Request, name: keyof Routes, values: readonly string[]): Promise<Response> => {
    const url = new URL(request.url);
    const params = Object.fromEntries((PARAMETERS[name] ?? []).map((key, at) => [key, values[at]]));
    const handler = async (): Promise<Response> => {
      const ms = url.searchParams.get('ms');
      if (ms !== null) await wait(Number(ms));
      return respond(routes[name], Object.assign(request, { params, query: Object.fromEntries(url.searchParams) }));
    };
    return OPEN.has(name) ? sessions.handle(request, handler) : sessions.handle(request, users, handler);
  };

  return (req, res) => {
    const [first = '', second = '', ...rest] = new URL(req.url ?? '/', 'http://localhost').pathname.slice(1).split('/');
    const isAdmin = first === 'admin';
    const work = isAdmin
      ? respond(routes[second === 'record' ? 'record' : 'sessionsOf'], { params: { id: rest[0], user: rest[0] } })
      : answer(webRequest(req), first as keyof Routes, [second, ...rest]); // the driver asks for no other
    work.then(
      async (response) => {
        res.writeHead(response.status, [...response.headers].flat()).end(await response.text());
      },
      (error: unknown) => {
        console.error(error);
        res.writeHead(500).end('{}');
      },
    );
  };
}

function webRequest(req: IncomingMessage): Request {
  return new Request(`http://localhost${req.url ?? '/'}`, { headers: { cookie: req.headers.cookie ?? '' } });
}

/** Runs a handler of Express that answers by `res.json`. */
async function respond(handler: Routes[keyof Routes], request: object): Promise<Response> {
  let response = new Response(null, { status: 500 });
  const res = { json: (body: unknown) => { response = Response.json(body); } }; // prettier-ignore
  await handler(request as never, res as never, () => undefined);
  return response;
}
