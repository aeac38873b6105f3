import type { RequestListener } from 'node:http';
import express, { type ErrorRequestHandler, type Express, type Request } from 'express';
import { session, type SessionMiddleware, type SessionStore } from 'typed-session';
import { z } from 'zod';

export const schema = z.object({
  userId: z.string().optional(),
  views: z.int().default(0),
  /** A mark that a test knows a command by, on its way. */
  mark: z.string().optional(),
  token: z.string().optional(),
  cart: z.array(z.string()).default([]),
});

export interface FaultyOptions {
  readonly storeTimeout?: number;
  readonly maxSessionsPerPrincipal?: number;
  /** What `/view` waits for between the load and the change. */
  readonly pass?: () => Promise<void>;
}

/** What a request asks for. */
function asked(req: Request, name: string): string {
  const value = req.query[name];
  return typeof value === 'string' ? value : '';
}

/** An app with a guard, whose store is going to fail. */
export function faultyShop(store: SessionStore, options: FaultyOptions = {}): Express {
  const { pass, ...others } = options;
  const sessions: SessionMiddleware<typeof schema> = session({
    schema,
    secret: 'keep it',
    principal: 'userId',
    storeTimeout: 2_000,
    ...others,
    store,
  });
  const app = express();
  app.use(sessions);
  app.get('/', (req, res) => {
    res.json(sessions.of(req));
  });
  app.get('/account', sessions.requireSession('userId'), (_req, res) => {
    res.json('let in');
  });
  app.get('/view', async (req, res) => {
    const mine = sessions.of(req);
    await pass?.();
    await mine.update((latest) => {
      latest.views += 1;
      if (asked(req, 'mark') !== '') latest.mark = asked(req, 'mark');
    });
    res.json(mine.views);
  });
  app.get('/put', async (req, res) => {
    const mine = sessions.of(req);
    mine.cart.push(asked(req, 'sku'));
    await pass?.();
    res.json(mine.cart);
  });
  app.get('/login', (req, res) => {
    sessions.of(req).userId = asked(req, 'as') || 'ada';
    res.json({});
  });
  app.get('/logout', async (req, res) => {
    await sessions.of(req).destroy();
    res.json({});
  });
  app.get('/token', (req, res) => {
    sessions.of(req).token = asked(req, 'is');
    res.json({});
  });
  app.get('/take', async (req, res) => {
    res.json((await sessions.of(req).take('token')) ?? null);
  });
  app.use(((error: Error & { status?: number; code?: string }, _req, res, next) => {
    if (res.headersSent) next(error);
    else res.status(error.status ?? 500).json({ code: error.code, message: error.message });
  }) as ErrorRequestHandler);
  return app;
}

/** An Express app is a listener. */
export const listenerOf = (app: Express): RequestListener => app as RequestListener;
