// What the apps of the stress program have in common, whichever library is under them.
import { setTimeout as wait } from 'node:timers/promises';
import express, { type ErrorRequestHandler, type Express, type Request, type RequestHandler } from 'express';

/** How many sessions a user may have. */
export const CAP = 4;

/** What an app does, by its routes. */
export type Routes = Readonly<
  Record<
    | 'read'
    | 'visit'
    | 'login'
    | 'increment'
    | 'add'
    | 'field'
    | 'same'
    | 'cart'
    | 'token'
    | 'take'
    | 'touch'
    | 'rotate'
    | 'logout'
    | 'revoke'
    | 'list'
    | 'record'
    | 'sessionsOf',
    RequestHandler
  >
>;

/** An error answers with what it is, and the driver says whether it was to be expected. */
const onError: ErrorRequestHandler = (
  error: Error & { status?: number; code?: string; cause?: unknown },
  _req,
  res,
  next,
) => {
  if (res.headersSent) next(error);
  else res.status(error.status ?? 500).json({ error: error.code ?? error.name, message: (error.cause instanceof Error ? error.cause : error).message }); // prettier-ignore
};

/** How an app knows who calls. */
export interface Library {
  /** Gives a request its session. */
  readonly sessions: RequestHandler;
  /** Looks at the session, so that a handler that waits has loaded it before. */
  readonly look: (req: Request) => unknown;
  /** Answers 401 to whoever is not signed in. */
  readonly signedIn: RequestHandler;
}

/** The app, on either library. `?ms=` makes a handler wait between its load and its change. */
export function appOf(routes: Routes, { sessions, look, signedIn }: Library): Express {
  const app = express();
  const slowly: RequestHandler = async (req, _res, next) => {
    look(req);
    if (req.query['ms'] !== undefined) await wait(Number(req.query['ms']));
    next();
  };
  app.get('/admin/record/:id', routes.record);
  app.get('/admin/sessions/:user', routes.sessionsOf);
  app.use(sessions);
  app.get('/read', slowly, routes.read);
  app.get('/visit', routes.visit);
  app.get('/login/:user', slowly, routes.login);
  app.get('/logout', slowly, routes.logout);
  app.use(signedIn);
  app.get('/increment', slowly, routes.increment);
  app.get('/add', slowly, routes.add);
  app.get('/field/:at/:value', slowly, routes.field);
  app.get('/same/:value', slowly, routes.same);
  app.get('/cart/:sku', slowly, routes.cart);
  app.get('/token/:value', routes.token);
  app.get('/take', routes.take);
  app.get('/touch', slowly, routes.touch);
  app.get('/rotate', slowly, routes.rotate);
  app.get('/revoke', routes.revoke);
  app.get('/list', routes.list);
  app.use(onError);
  return app;
}
