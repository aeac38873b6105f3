// The drop-in without `@types/express-session`.
import express from 'express';
import session, { type SessionData } from 'typed-session/express-session';

declare module 'typed-session/express-session' {
  interface SessionData {
    views: number;
  }
}
const app = express();
app.use(session({ secret: 'k', resave: false, saveUninitialized: false, cookie: { maxAge: 60_000 } }));
app.get('/', (req, res) => {
  req.session.views = (req.session.views ?? 0) + 1;
  // @ts-expect-error -- a wrong type
  req.session.views = 'many';
  // @ts-expect-error -- a field that nobody declared
  req.session.vews = 1;
  req.sessionStore.get(req.sessionID, (_error, found) => {
    const stored: SessionData | null | undefined = found;
    res.json([stored?.views, req.session.cookie.originalMaxAge]);
  });
});
app.post('/logout', (req: express.Request, res, next) => {
  req.session.destroy((error: Error | undefined) => {
    if (error) next(error);
    else res.json([req.sessionID, typeof req.sessionStore]);
  });
});
