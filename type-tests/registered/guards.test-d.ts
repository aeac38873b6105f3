import express, { type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import { expectAssignable, expectError, expectNotAssignable, expectType } from 'tsd';
import { requireSession, type SessionRequest } from 'typed-session';
import './schema.js';

const app = express();
declare const middleware: RequestHandler;

// An inline handler behind a guard sees the narrowed session, without annotations.
app.get('/', requireSession('userId'), (req) => {
  expectType<string>(req.session.userId);
  expectType<string | null>(req.session.nickname); // not checked, not narrowed
  expectType<Promise<void>>(req.session.rotate());
  req.session.userId = 'other';
  expectError((req.session.userId = undefined));
});
app.get('/', requireSession('userId', 'nickname', 'lastLogin'), async (req) => {
  expectType<string>(req.session.userId);
  expectType<string>(req.session.nickname);
  expectType<Date>(req.session.lastLogin);
  await req.session.save();
});
app.get('/', requireSession(), (req) => {
  expectType<string | undefined>(req.session.userId);
});
// It leaves the route's parameters alone, and goes along with other middleware.
app.get('/:id', requireSession('userId'), (req) => {
  expectType<string>(req.session.userId);
  expectType<string>(req.params.id);
});
app.post('/', express.json(), requireSession('userId'), (req) => {
  expectType<string>(req.session.userId);
});
app.post('/', middleware, requireSession('userId'), (req) => {
  expectType<string>(req.session.userId);
});
app.post('/', requireSession('userId'), middleware, (req) => {
  expectType<string>(req.session.userId);
});
express.Router().get('/:id', requireSession('userId'), (req) => {
  expectType<string>(req.session.userId);
  expectType<string>(req.params.id);
});
// Annotating the response takes nothing away, and res.locals is Express's.
app.get('/', requireSession('userId'), (req, res: Response) => {
  expectType<string>(req.session.userId);
  res.json({ ok: true });
});
app.get('/', requireSession('userId'), (req, res: Response<{ ok: boolean }>) => {
  expectType<string>(req.session.userId);
  res.json({ ok: true });
});
app.get('/', requireSession('userId'), (_req, res) => {
  expectType<any>(res.locals['anything']);
});
declare const typed: RequestHandler<{ id: string }, { ok: boolean }, { name: string }>;
app.post('/:id', typed, requireSession('userId'), (req, res) => {
  expectType<string>(req.session.userId);
  expectType<{ id: string }>(req.params);
  expectType<{ name: string }>(req.body);
});
app.get(['/a', '/b'], requireSession('userId'), (req) => {
  expectType<string>(req.session.userId);
});
app.all('/', requireSession('userId'), async (req) => {
  await req.session.update((latest) => {
    latest.userId = 'other';
  });
  expectType<string>(req.session.userId);
});
// What a handler hands on keeps the narrowing.
app.get('/', requireSession('userId'), (req) => {
  takesRequest(req);
  takesNarrowed(req);
});
app.get('/', (req) => {
  takesRequest(req);
  expectError(takesNarrowed(req));
});
app.get('/', requireSession('role'), (req) => {
  expectError(takesNarrowed(req));
});
expectError(app.get('/', requireSession('role'), takesNarrowed));
declare const checkedForOne: SessionRequest<'userId'>;
declare function takesTwo(req: SessionRequest<'userId' | 'lastLogin'>): void;
declare function takesAny(req: SessionRequest): void;
expectError(takesTwo(checkedForOne));
expectAssignable<Request>(checkedForOne);
expectNotAssignable<RequestHandler>(takesNarrowed);
expectAssignable<RequestHandler>(takesAny);
takesAny(checkedForOne);
declare function takesRequest(req: Request): void;
declare function takesNarrowed(req: SessionRequest<'userId'>): void;
// A wrapper that is generic as Express's own types are hands it on too.
declare function wrap<P, ResBody, ReqBody, ReqQuery, Locals extends Record<string, any>>(
  handler: (
    req: Request<P, ResBody, ReqBody, ReqQuery, Locals>,
    res: Response<ResBody, Locals>,
    next: NextFunction,
  ) => Promise<void>,
): RequestHandler<P, ResBody, ReqBody, ReqQuery, Locals>;
app.get(
  '/',
  requireSession('userId'),
  wrap(async (req) => {
    expectType<string>(req.session.userId);
    await req.session.save();
  }),
);
// Typed locals go along with a guard. (Only behind an annotated `res` beside a bare `req` they do not: annotate both.)
interface Locals {
  user: { name: string };
}
declare const withLocals: RequestHandler<object, any, any, any, Locals>;
app.get('/', requireSession('userId'), withLocals);
app.get('/', requireSession('userId'), (_req: Request, res: Response<unknown, Locals>) => {
  expectType<string>(res.locals.user.name);
});
app.get<object, unknown, unknown, object, Locals>('/', requireSession('userId'), (_req, res) => {
  expectType<string>(res.locals.user.name);
});
// A handler in front of the guard is not narrowed.
app.get(
  '/',
  (req) => {
    expectType<string | undefined>(req.session.userId);
  },
  requireSession('userId'),
);
app.use('/account', requireSession('userId'), (req) => {
  expectType<string>(req.session.userId);
});
// Without a path, on a route, and behind several guards, of which the handler sees all.
app.use(requireSession('userId'), (req) => {
  expectType<string>(req.session.userId);
});
express.Router().use(requireSession('userId'), (req) => {
  expectType<string>(req.session.userId);
});
app.route('/:id').get(requireSession('userId'), (req) => {
  expectType<string>(req.session.userId);
  expectType<string>(req.params.id);
});
app.get('/', requireSession('userId'), requireSession('lastLogin'), (req) => {
  expectType<string>(req.session.userId);
  expectType<Date>(req.session.lastLogin);
});
app.use(express.json(), requireSession('userId'), middleware, requireSession('lastLogin'), (req) => {
  expectType<string>(req.session.userId);
  expectType<Date>(req.session.lastLogin);
});
// A handler sees what stands before it.
app.get(
  '/',
  (req, _res, next) => {
    expectType<string | undefined>(req.session.userId);
    next();
  },
  requireSession('userId'),
  (req, _res, next) => {
    expectType<string>(req.session.userId);
    next();
  },
  requireSession({ role: 'admin' }),
  (req) => {
    expectType<string>(req.session.userId);
    expectType<'admin'>(req.session.role);
  },
);
app.get('/', requireSession(), requireSession('userId', 'lastLogin'), requireSession('lastLogin'), (req) => {
  expectType<string>(req.session.userId);
  expectType<Date>(req.session.lastLogin);
});
app.use(requireSession('userId'));
app.use('/account', requireSession('userId'), express.Router());
const one: RequestHandler = requireSession('userId');
app.use(one);
const list: RequestHandler[] = [requireSession('userId'), middleware];
app.use(...list);

expectError(requireSession('nope'));
expectError(requireSession('userId', 'nope'));
expectError(requireSession(5));

// A value narrows its field, alone or beside names.
app.get('/', requireSession({ role: 'admin' }), (req) => {
  expectType<'admin'>(req.session.role);
  expectType<string | undefined>(req.session.userId);
});
app.get('/', requireSession('userId', { role: 'admin', nickname: null }), (req) => {
  expectType<'admin'>(req.session.role);
  expectType<string>(req.session.userId);
  expectType<null>(req.session.nickname);
});
expectError(requireSession({ role: 'root' }));
expectError(requireSession({ role: 'admin', nope: 1 }));
expectError(requireSession({ cart: [] }));

// Annotated handlers.
function me(req: SessionRequest<'userId'>, res: Response): void {
  expectType<string>(req.session.userId);
  expectType<string | null>(req.session.nickname);
  res.end();
}
function both(req: SessionRequest<'userId' | 'lastLogin', { id: string }>, res: Response): void {
  expectType<string>(req.session.userId);
  expectType<Date>(req.session.lastLogin);
  expectType<string>(req.params.id);
  res.end();
}
function any(req: SessionRequest): void {
  expectType<string | undefined>(req.session.userId);
}
app.get('/', requireSession('userId'), me);
app.get('/', me);
app.get('/:id', requireSession('userId', 'lastLogin'), both);
app.use(any);
function withRole(req: SessionRequest<'userId' | 'role'>): void {
  expectType<string>(req.session.userId);
  expectType<'user' | 'admin'>(req.session.role);
}
app.get('/', withRole);
function withBody(req: SessionRequest<'userId', { id: string }, { name: string }, { page?: string }>): void {
  expectType<string>(req.session.userId);
  expectType<{ name: string }>(req.body);
  expectType<{ page?: string }>(req.query);
}
app.post('/:id', withBody);
expectError<SessionRequest<'nope'>>(null);
declare const request: Request;
expectType<string | undefined>(request.session.userId);
