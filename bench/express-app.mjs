// @ts-check
// The small Express app that is measured: the same routes with each library.
import express from 'express';

/** @typedef {(req: import('express').Request, res: import('express').Response, next: import('express').NextFunction) => any} Handler */
/** @typedef {Record<string, Handler>} Handlers by path */

const paths = ['/ignore', '/fill', '/read', '/write', '/regenerate', '/rotate'];

/** @type {Handler} */
const ok = (_req, res) => void res.end('ok');

/** @param {Handler | undefined} middleware the session middleware @param {Handlers} [handlers] those that use the session */
export function expressApp(middleware, handlers = {}) {
  const app = express();
  if (middleware !== undefined) app.use(middleware);
  for (const path of paths) app.get(path, handlers[path] ?? ok);
  return app;
}
