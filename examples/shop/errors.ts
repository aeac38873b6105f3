import type { ErrorRequestHandler, RequestHandler } from 'express';
import { SessionError, SessionRequiredError } from 'typed-session';
import { errorPage } from './pages/error.js';
import { layout, type Page } from './pages/layout.js';
import { render } from './pages/render.js';

const advice: Readonly<Record<number, string>> = {
  400: 'We could not read what your browser sent.',
  404: 'There is nothing at this address.',
  409: 'Something changed in another tab while this page was on its way. Please try again.',
  413: 'That was more than our forms can hold.',
  503: 'Our memory does not answer. Please try again in a minute; your cart is safe.',
};

export const notFound: RequestHandler = async (req, res) => {
  res.status(404);
  await render(req, res, pageOf(404));
};

/** A browser that must log in first is led there, and back again afterwards. */
export const leadToLogin: ErrorRequestHandler = (error: unknown, req, res, next) => {
  if (!(error instanceof SessionRequiredError) || req.accepts(['html', 'json']) !== 'html') {
    next(error);
    return;
  }
  if (req.method === 'GET') req.session.returnTo = req.originalUrl;
  req.session.notice = { kind: 'bad', text: 'Please log in first.' };
  res.redirect(303, '/login');
};

/** The page for everything that went wrong. It needs no session: that may be what went wrong. */
export const showError: ErrorRequestHandler = (error: unknown, req, res, next) => {
  const status = statusOf(error);
  if (status >= 500) console.error(error);
  if (res.headersSent) {
    next(error);
    return;
  }
  res.status(status);
  if (req.accepts(['html', 'json']) === 'html') res.send(layout(pageOf(status)));
  else res.json({ status, code: error instanceof SessionError ? error.code : undefined });
};

function pageOf(status: number): Page {
  return errorPage(status, advice[status] ?? 'Something went wrong on our side. Please try again.');
}

/** Session errors carry the status that fits them, as do those of Express's body parser. */
function statusOf(error: unknown): number {
  if (error instanceof SessionError) return error.status;
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined;
  return typeof status === 'number' && status >= 400 && status < 600 ? status : 500;
}
