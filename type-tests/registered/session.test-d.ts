import express, {
  type ErrorRequestHandler,
  type NextFunction,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import { expectAssignable, expectError, expectNotAssignable, expectType } from 'tsd';
import type { Payload, RegisteredSchema, Session, SessionCookie } from 'typed-session';
import type { sessionSchema } from './schema.js';

const app = express();

// req.session has the schema's fields in every handler.
app.get('/', (req, res) => {
  expectType<string | undefined>(req.session.userId);
  expectType<'user' | 'admin'>(req.session.role); // a default is never undefined
  expectType<string | null>(req.session.nickname);
  expectType<{ sku: string; qty: number }[]>(req.session.cart);
  expectType<Date | undefined>(req.session.lastLogin); // a codec's field is what it is in code
  req.session.userId = 'ann';
  req.session.lastLogin = new Date();
  expectError((req.session.userId = 5));
  expectError((req.session.role = 'root'));
  expectError((req.session.lastLogin = '2026-01-01'));
  expectError(req.session.cart.push({ sku: 'tea' }));
  expectError(req.session.username);
  expectError((req.session.role = undefined));
  res.end();
});
app.use(async (req, _res, next) => {
  expectType<string | undefined>(req.session.userId);
  await req.session.rotate();
  next();
});
express.Router().post('/:id', (req) => {
  expectType<string | undefined>(req.session.userId);
  expectType<string>(req.params.id);
});
const onError: ErrorRequestHandler = (_error, req) => {
  expectType<string | undefined>(req.session.userId);
};
const handler: RequestHandler = (req) => {
  expectType<'user' | 'admin'>(req.session.role);
};
function plain(req: Request): void {
  expectType<'user' | 'admin'>(req.session.role);
}
app.use(handler, plain, onError);
app.use((_error: Error, req: Request, _res: Response, next: NextFunction) => {
  expectType<string | undefined>(req.session.userId);
  next();
});
app.all('/', async (req) => {
  expectType<Date | undefined>(req.session.lastLogin);
  expectError((req.session = null));
  await req.session.save();
});
express.Router({ mergeParams: true }).use('/', (req, _res, next) => {
  expectType<string | undefined>(req.session.userId);
  expectError(req.session.userID);
  next();
});
function withTypedParts(req: Request<{ id: string }, unknown, { name: string }>): void {
  expectType<string | undefined>(req.session.userId);
}
app.post('/:id', withTypedParts);

declare const session: Session;
expectType<Session>(session);

// Its members.
expectType<string>(session.id);
expectType<boolean>(session.isNew);
expectType<SessionCookie>(session.cookie);
expectError((session.id = 'x'));
expectError((session.isNew = true));
session.cookie.maxAge = 5;
session.cookie.maxAge = null;
expectType<number | undefined>(session.cookie.maxAge);
expectError((session.cookie.maxAge = '1h'));
expectError((session.cookie.path = '/'));

expectType<Promise<void>>(session.save());
expectType<Promise<void>>(session.reload());
expectType<Promise<void>>(session.rotate());
expectType<Promise<void>>(session.regenerate());
expectType<Promise<void>>(session.destroy());
expectType<Promise<void>>(session.touch());
session.save((error) => {
  expectType<unknown>(error);
});
for (const method of ['save', 'reload', 'rotate', 'regenerate', 'destroy', 'touch'] as const) {
  expectType<Promise<void>>(session[method]());
  session[method](() => undefined);
  expectError(session[method]('now'));
}
expectError((session.cookie = { maxAge: 5 }));

expectType<Promise<void>>(
  session.update((latest) => {
    expectType<Payload<RegisteredSchema>>(latest);
    latest.role = 'admin';
  }),
);
expectType<Promise<void>>(
  session.update(async (latest) => {
    await Promise.resolve();
    latest.cart.push({ sku: 'tea', qty: 1 });
  }),
);
session.update(
  (latest) => {
    latest.lastLogin = new Date();
  },
  (error) => {
    expectType<unknown>(error);
  },
);
expectError(
  session.update((latest) => {
    latest.role = 'root';
  }),
);
expectError(
  session.update((latest) => {
    latest.nope = 1;
  }),
);
expectError(
  session.update((latest) => {
    latest.save();
  }),
);
expectError(session.update());

// take: what may be absent or has a default.
expectType<Promise<string | undefined>>(session.take('userId'));
expectType<Promise<{ sku: string; qty: number }[]>>(session.take('cart'));
expectType<Promise<string | null>>(session.take('nickname'));
expectType<Promise<Date | undefined>>(session.take('lastLogin'));
expectError(session.take('nope'));
expectError(session.take('id'));
expectError(session.take());
session.take('lastLogin', (_error, value) => {
  expectType<Date | undefined>(value);
});

// The payload is what is left when the members are not looked at.
expectAssignable<Payload<RegisteredSchema>>(session);
expectAssignable<Payload<RegisteredSchema>>({ ...session });
const { userId, role, ...others } = session;
expectType<string | undefined>(userId);
expectType<'user' | 'admin'>(role);
expectType<Date | undefined>(others.lastLogin);
expectType<{
  role: 'user' | 'admin';
  nickname: string | null;
  cart: { sku: string; qty: number }[];
  userId?: string | undefined;
  lastLogin?: Date | undefined;
}>({} as Payload<typeof sessionSchema>);
expectNotAssignable<Payload<RegisteredSchema>>({ role: 'root' });
