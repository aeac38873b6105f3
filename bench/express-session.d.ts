/** express-session has no types of its own; `@types/express-session` would give `req.session` another type everywhere. */
declare module 'express-session' {
  import type { RequestHandler } from 'express';
  export default function session(options: object): RequestHandler;
}
