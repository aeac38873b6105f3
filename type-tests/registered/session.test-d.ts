import express, { type ErrorRequestHandler, type Request, type RequestHandler } from 'express';
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

declare const session: Session<RegisteredSchema>;
expectType<Session<typeof sessionSchema>>(session);

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
session.destroy(() => undefined);

expectType<Promise<void>>(
  session.update((latest) => {
    expectType<Payload<RegisteredSchema>>(latest);
    latest.role = 'admin';
  }),
);
expectError(
  session.update((latest) => {
    latest.role = 'root';
  }),
);

// take: what may be absent or has a default.
expectType<Promise<string | undefined>>(session.take('userId'));
expectType<Promise<{ sku: string; qty: number }[]>>(session.take('cart'));
expectError(session.take('nope'));
session.take('lastLogin', (_error, value) => {
  expectType<Date | undefined>(value);
});

// The payload is what is left when the members are not looked at.
expectAssignable<Payload<RegisteredSchema>>(session);
expectNotAssignable<Payload<RegisteredSchema>>({ role: 'root' });
