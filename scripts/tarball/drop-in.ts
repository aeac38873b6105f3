// An app of express-session with the import changed, and with the stores and the middleware that its users have. It is compiled
// against the packed library, under each TypeScript that is supported, with the typings of the libraries checked and not.
import express from 'express';
import session from 'typed-session/express-session';
import { type Session, type SessionData, Store, type SessionOptions } from 'typed-session/express-session';
import pgSimple from 'connect-pg-simple';
import MongoStore from 'connect-mongo';
import { RedisStore } from 'connect-redis';
import { RedisStore as Redis9 } from 'connect-redis9';
import { RedisStore as Redis8 } from 'connect-redis8';
import createMemoryStore from 'memorystore';
import fileStore from 'session-file-store';
import { createClient } from 'redis';
import passport from 'passport';
import flash from 'connect-flash';

declare module 'typed-session/express-session' {
  interface SessionData {
    views: number;
    user?: { id: string };
  }
}
const PgStore = pgSimple(session);
const Memory = createMemoryStore(session);
const FileStore = fileStore(session);
const app = express();
app.use(session({ secret: 'k', store: new RedisStore({ client: createClient() }) }));
app.use(session({ secret: 'k', store: new Redis9({ client: createClient() }) }));
app.use(session({ secret: ['k', 'l'], store: new Redis8({ client: createClient() }), genid: (req) => req.ip ?? 'x' }));
app.use(
  session({
    secret: 'k',
    store: MongoStore.create({ mongoUrl: 'mongodb://localhost' }),
    cookie: { maxAge: 1000, secure: 'auto' },
  }),
);
app.use(
  session({
    secret: 'k',
    store: new PgStore({ conString: 'postgres://localhost' }),
    cookie: (req) => ({ secure: req.secure }),
  }),
);
app.use(session({ secret: 'k', store: new Memory({ checkPeriod: 1 }) }));
app.use(session({ secret: 'k', store: new FileStore({}) }));
app.use(session({ secret: 'k', store: new session.MemoryStore() }));
const options: session.SessionOptions = { secret: 'k', resave: false, saveUninitialized: false };
options.cookie = { sameSite: 'lax' };
if (typeof options.cookie === 'object') options.cookie.secure = true;
const o2: SessionOptions = options;
app.use(session(o2));
app.use(passport.initialize(), passport.session(), flash());
app.get('/', (req, res) => {
  req.session.views = (req.session.views ?? 0) + 1;
  req.session.user = { id: '1' };
  res.json([req.session.views, req.sessionID, req.session.id, req.session.cookie.maxAge]);
});
app.post('/logout', (req, res, next) => {
  req.session.destroy((err: Error | undefined) => {
    if (err) next(err);
    else res.json([req.sessionID, typeof req.sessionStore]);
  });
});
app.post('/login', (req, res, next) => {
  req.session.regenerate(function (err) {
    if (err) return next(err);
    req.session.user = { id: 'x' };
    req.session.save((err) => {
      if (err) return next(err);
      res.redirect('/');
    });
  });
  req.session.reload((e) => {
    console.log(e.message);
  });
  req.session.touch().save();
  const s: session.Session & Partial<session.SessionData> = req.session;
  const same: Session & Partial<SessionData> = s;
  same.resetMaxAge();
  const c: session.Cookie = req.session.cookie;
  c.expires = new Date();
  req.sessionStore.get(req.sessionID, (err, found) => {
    console.log(err?.message, found?.views, found?.cookie.originalMaxAge);
  });
  req.sessionStore.all?.((err, all) => console.log(all));
  req.sessionStore.destroy('x');
  views(req);
  id(req);
});
function views(req: express.Request) {
  return req.session.views;
}
function id(req: Express.Request) {
  return [req.session.id, req.sessionID];
}
class Mine extends Store {
  data = new Map<string, SessionData>();
  get(sid: string, cb: (err: any, session?: SessionData | null) => void) {
    cb(null, this.data.get(sid));
  }
  set(sid: string, s: SessionData, cb?: (err?: any) => void) {
    this.data.set(sid, s);
    cb?.();
  }
  destroy(sid: string, cb?: (err?: any) => void) {
    this.data.delete(sid);
    cb?.();
  }
  touch(sid: string, s: session.SessionData, cb?: () => void) {
    cb?.();
  }
}
class Mine2 extends session.MemoryStore {
  destroy(sid: string, cb?: (err?: any) => void) {
    super.destroy(sid, cb);
  }
}
app.use(session({ secret: 'k', store: new Mine() }), session({ secret: 'k', store: new Mine2() }));
const st: session.Store = new Mine();
st.on('disconnect', () => {});
st.load('x', (err, s) => s?.cookie);
const handler: express.RequestHandler = session(options);
app.use(handler);
