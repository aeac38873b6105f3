import type { ErrorRequestHandler, RequestHandler } from 'express';
import { SessionError, SessionRequiredError } from 'typed-session';
import { errorPage } from './pages/error.js';
import { layout, type Page } from './pages/layout.js';
import { render } from './pages/render.js';

const advice: Readonly<Record<number, string>> = {
  400: 'We could not read what your browser sent.',
  403: 'Your account does not have access to this page.',
  404: 'There is nothing at this address.',
  409: 'Something changed in another tab at the same time. Please try again.',
  413: 'The form is too long.',
  503: 'We cannot reach your cart right now. Please try again in a minute. Nothing is lost.',
};

export const notFound: RequestHandler = async (req, res) => {
  res.status(404);
  await render(req, res, pageOf(404));
};

/** Sends a browser to the login page, which sends it back afterwards. Other clients get the 401. */
export const redirectToLogin: ErrorRequestHandler = (error: unknown, req, res, next) => {
  if (!(error instanceof SessionRequiredError) || req.accepts(['html', 'json']) !== 'html') {
    next(error);
    return;
  }
  if (req.method === 'GET') req.session.returnTo = req.originalUrl;
  req.session.notice = { kind: 'bad', text: 'Please log in first.' };
  res.redirect(303, '/login');
};

/** The page for every other error. It uses no session, because the session may be the cause. */
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

/** Session errors and errors of Express's body parsers have a `status`. */
function statusOf(error: unknown): number {
  if (error instanceof SessionError) return error.status;
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined;
  return typeof status === 'number' && status >= 400 && status < 600 ? status : 500;
}
