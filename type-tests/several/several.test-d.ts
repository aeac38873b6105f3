import express, { type Request } from 'express';
import { expectError, expectType } from 'tsd';
import { requireSession, type OwnSessionRequest, type SessionRequest } from 'typed-session';
import { admin, shop, type adminSchema } from './schemas.js';

// The registered session is on req.session, the other one behind its middleware, each typed by its own schema.
const app = express();
app.get('/', async (req) => {
  expectType<string | undefined>(req.session.userId);
  expectType<string | undefined>(admin.of(req).name);
  expectType<'reader' | 'writer' | undefined>((await admin.load(req)).level);
  expectError(req.session.level);
  expectError(admin.of(req).userId);
});
app.get('/', admin.require('name'), async (req) => {
  expectType<string>(admin.of(req).name);
  expectType<string>((await admin.load(req)).name);
  expectType<'reader' | 'writer' | undefined>(admin.of(req).level);
  expectType<string | undefined>(shop.of(req).userId);
  expectType<string | undefined>(req.session.userId);
});
app.get('/', admin.require({ level: 'writer' }), (req) => {
  expectType<'writer'>(admin.of(req).level);
});
app.get('/', requireSession('userId'), (req) => {
  expectType<string>(req.session.userId);
  expectType<string | undefined>(admin.of(req).name);
});
// The registered session is the same by either way.
app.get('/', shop.require('userId'), (req) => {
  expectType<string>(req.session.userId);
  expectType<string>(shop.of(req).userId);
});
expectError(admin.require('userId'));
expectError(admin.require({ level: 'root' }));
expectError(shop.require('name'));
expectError(requireSession('name'));

declare const request: Request;
expectType<string | undefined>(admin.of(request).name);
expectType<string | undefined>(admin.of({}).name);

export class Controller {
  @admin.Require('name')
  show(req: OwnSessionRequest<typeof adminSchema, 'name'>): void {
    expectType<string>(admin.of(req).name);
    expectType<string | undefined>(req.session.userId);
  }

  @admin.Require('name')
  plain(req: Request): void {
    expectType<string | undefined>(admin.of(req).name);
  }

  @admin.Require({ level: 'writer' })
  write(req: OwnSessionRequest<typeof adminSchema, { level: 'writer' }>): void {
    expectType<'writer'>(admin.of(req).level);
  }

  @shop.Require('userId')
  bought(req: SessionRequest<'userId'>): void {
    expectType<string>(req.session.userId);
  }

  // @ts-expect-error -- another field
  @admin.Require('level')
  other(req: OwnSessionRequest<typeof adminSchema, 'name'>): void {
    expectType<string>(admin.of(req).name);
  }

  // @ts-expect-error -- another value
  @admin.Require({ level: 'reader' })
  read(req: OwnSessionRequest<typeof adminSchema, { level: 'writer' }>): void {
    expectType<'writer'>(admin.of(req).level);
  }

  // @ts-expect-error -- a field of the other session
  @admin.Require('userId')
  foreign(req: Request): void {
    expectType<string | undefined>(admin.of(req).name);
  }

  // @ts-expect-error -- nothing was checked
  @shop.Require()
  unchecked(req: SessionRequest<'userId'>): void {
    expectType<string>(req.session.userId);
  }
}
