/** express-session has no types of its own; `@types/express-session` would give `req.session` another type everywhere. */
declare module 'express-session' {
  import type { RequestHandler } from 'express';
  const session: ((options: object) => RequestHandler) & {
    readonly MemoryStore: new () => any;
    readonly Cookie: new (options: object) => any;
  };
  export default session;
}
