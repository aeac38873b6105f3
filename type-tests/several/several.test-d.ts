import express, { type Request } from 'express';
import { expectError, expectType } from 'tsd';
import {
  RequireSession,
  requireSession,
  type SessionRequestOf,
  type SessionMiddleware,
  type SessionRequest,
} from 'typed-session';
import { admin, shop, twin, type shopSchema } from './schemas.js';

// The registered session is on req.session, the other one behind its middleware, each typed by its own schema.
const app = express();
app.get('/', async (req) => {
  expectType<string | undefined>(req.session.userId);
  expectType<string | undefined>(admin.of(req).name);
  expectType<'reader' | 'writer' | undefined>((await admin.load(req)).level);
  expectError(req.session.level);
  expectError(admin.of(req).userId);
});
// A session is meant by itself or by its request, and by nothing else.
app.get('/', async (req) => {
  expectType<number>(await admin.revoke('ann', { except: admin.of(req) }));
  expectType<number>(await admin.revoke('ann', { except: req }));
  await admin.list('ann', { current: admin.of(req) });
  expectError(await admin.revoke('ann', { except: req.session }));
  expectError(await admin.list('ann', { current: shop.of(req) }));
  expectError(await admin.list('ann', { current: { name: 'ann' } }));
  expectError(await admin.list('ann', { current: 'a key' }));
});
app.get('/', admin.requireSession('name'), async (req) => {
  await admin.list('ann', { current: admin.of(req) });
  expectType<string>(admin.of(req).name);
  expectType<string>((await admin.load(req)).name);
  expectType<'reader' | 'writer' | undefined>(admin.of(req).level);
  expectType<string | undefined>(shop.of(req).userId);
  expectType<string | undefined>(req.session.userId);
});
app.get('/', admin.requireSession({ level: 'writer' }), (req) => {
  expectType<'writer'>(admin.of(req).level);
});
app.get('/', requireSession('userId'), (req) => {
  expectType<string>(req.session.userId);
  expectType<string | undefined>(admin.of(req).name);
});
// The registered session is the same by either way.
app.get('/', shop.requireSession('userId'), (req) => {
  expectType<string>(req.session.userId);
  expectType<string>(shop.of(req).userId);
});
expectError(admin.requireSession('userId'));
expectError(admin.requireSession({ level: 'root' }));
expectError(shop.requireSession('name'));
expectError(requireSession('name'));

declare const request: Request;
expectType<string | undefined>(admin.of(request).name);
expectType<string | undefined>(admin.of({}).name);

export class Controller {
  @admin.RequireSession('name')
  show(req: SessionRequestOf<typeof admin, 'name'>): void {
    expectType<string>(admin.of(req).name);
    expectType<string | undefined>(req.session.userId);
  }

  @admin.RequireSession('name')
  plain(req: Request): void {
    expectType<string | undefined>(admin.of(req).name);
  }

  @admin.RequireSession({ level: 'writer' })
  write(req: SessionRequestOf<typeof admin, { level: 'writer' }>): void {
    expectType<'writer'>(admin.of(req).level);
  }

  @shop.RequireSession('userId')
  bought(req: SessionRequest<'userId'>): void {
    expectType<string>(req.session.userId);
  }

  // @ts-expect-error -- another field
  @admin.RequireSession('level')
  other(req: SessionRequestOf<typeof admin, 'name'>): void {
    expectType<string>(admin.of(req).name);
  }

  // @ts-expect-error -- another value
  @admin.RequireSession({ level: 'reader' })
  read(req: SessionRequestOf<typeof admin, { level: 'writer' }>): void {
    expectType<'writer'>(admin.of(req).level);
  }

  // @ts-expect-error -- a field of the other session
  @admin.RequireSession('userId')
  foreign(req: Request): void {
    expectType<string | undefined>(admin.of(req).name);
  }

  // @ts-expect-error -- nothing was checked
  @shop.RequireSession()
  unchecked(req: SessionRequest<'userId'>): void {
    expectType<string>(req.session.userId);
  }
}

// Two middlewares with one schema: a guard narrows the session of its own, and the name tells them apart.
app.get('/', twin.requireSession('userId'), (req) => {
  expectType<string>(twin.of(req).userId);
  expectType<string | undefined>(shop.of(req).userId);
  expectType<string | undefined>(req.session.userId);
});
app.get('/', shop.requireSession('userId'), (req) => {
  expectType<string | undefined>(twin.of(req).userId);
});
app.get('/', requireSession('userId'), admin.requireSession('name'), (req) => {
  expectType<string>(req.session.userId);
  expectType<string>(shop.of(req).userId);
  expectType<string>(admin.of(req).name);
  expectType<string | undefined>(twin.of(req).userId);
});
const annotated: SessionMiddleware<typeof shopSchema>[] = [shop, twin];
expectError(app.get('/', admin.requireSession('level'), (req: SessionRequestOf<typeof admin, 'name'>) => req));

export class Mixed {
  @twin.RequireSession('userId')
  twin(req: SessionRequestOf<typeof twin, 'userId'>): unknown {
    expectType<string>(twin.of(req).userId);
    return annotated;
  }

  // @ts-expect-error -- the session of another middleware
  @twin.RequireSession('userId')
  registered(req: SessionRequest<'userId'>): void {
    expectType<string>(req.session.userId);
  }

  // @ts-expect-error -- the registered session
  @admin.RequireSession('name')
  user(req: SessionRequest<'userId'>): void {
    expectType<string>(req.session.userId);
  }

  // @ts-expect-error -- the session of another middleware
  @RequireSession('userId')
  name(req: SessionRequestOf<typeof admin, 'name'>): void {
    expectType<string>(admin.of(req).name);
  }
}
