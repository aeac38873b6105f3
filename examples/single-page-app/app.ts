import { join } from 'node:path';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import { ZodError } from 'zod';
import { makeApi } from './api.js';
import type { Sessions } from './session.js';

export function makeApp(sessions: Sessions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(headers);
  app.use('/api', makeApi(sessions), problems);
  // The page is the same for everyone, so it needs no session.
  app.use(express.static(join(import.meta.dirname, 'public')));
  return app;
}

const headers: RequestHandler = (_req, res, next) => {
  res.set({
    'Content-Security-Policy': "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'", // prettier-ignore
    'X-Content-Type-Options': 'nosniff',
  });
  next();
};

/** Every error of the API as application/problem+json, so that the page has one form of error to read. */
const problems: ErrorRequestHandler = (error: unknown, _req, res, next) => {
  const status = statusOf(error);
  if (status >= 500) console.error(error);
  if (res.headersSent) {
    next(error);
    return;
  }
  const detail = status >= 500 ? 'Something went wrong on our side.' : 'The server cannot accept this input.';
  res.status(status).type('application/problem+json').json({ status, detail });
};

/** Session errors and errors of Express's body parsers have a `status`. */
function statusOf(error: unknown): number {
  if (error instanceof ZodError) return 400;
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  return typeof status === 'number' && status >= 400 && status < 600 ? status : 500;
}
