import express, { type Request, type RequestHandler, type Response } from 'express';
import { expectError, expectType } from 'tsd';
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
app.use(requireSession('userId'));
app.use('/account', requireSession('userId'), express.Router());
app.get('/', requireSession('userId'), requireSession('lastLogin'), (req) => {
  expectType<'user' | 'admin'>(req.session.role);
});
const list: RequestHandler[] = [requireSession('userId'), middleware];
app.use(...list);

expectError(requireSession('nope'));
expectError(requireSession('userId', 'nope'));
expectError(requireSession(5));

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
expectError<SessionRequest<'nope'>>(null);
declare const request: Request;
expectType<string | undefined>(request.session.userId);
