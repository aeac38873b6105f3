import type { Response } from 'express';
import { expectError, expectType } from 'tsd';
import { RequireSession, requireSession, session, type SessionRequest } from 'typed-session';
import * as onFetch from 'typed-session/fetch';
import { fakeRequest, readSession, sessionCookie, sessionMatchers } from 'typed-session/testing';
import { sessionSchema } from './schema.js';

class Accounts {
  @RequireSession('userId')
  me(req: SessionRequest<'userId'>, res: Response): void {
    res.json({ id: req.session.userId });
  }

  @RequireSession({ role: 'admin' })
  admin(req: SessionRequest<{ role: 'admin' }>, res: Response): void {
    expectType<'admin'>(req.session.role);
    res.end();
  }
}

const sessions = session({ schema: sessionSchema, secret: 'only for tests' });

expectType<Promise<string>>(sessionCookie(sessions, { userId: 'u1' }));
expectType<Promise<string>>(sessionCookie(sessions));
expectType<Promise<string>>(
  sessionCookie(onFetch.session({ schema: sessionSchema, secret: 'only for tests' }), { role: 'admin' }),
);
expectError(sessionCookie(sessions, { userId: 7 }));
expectError(sessionCookie(sessions, { user: 'u1' }));
expectError(sessionCookie({}, { userId: 'u1' }));

const stored = await readSession(sessions, 'sid=1');
expectType<string | undefined>(stored?.userId);
expectType<'user' | 'admin' | undefined>(stored?.role);

// A test calls guards and decorated controllers without a cast.
const alice = await fakeRequest(sessions, { userId: 'u1', role: 'admin' });
new Accounts().me(alice, alice.res);
new Accounts().admin(alice, alice.res);
requireSession('userId')(alice, alice.res, () => undefined);
expectType<string>((await alice.sent).text);

const guest = await fakeRequest(sessions);
expectError(new Accounts().me(guest, guest.res));
requireSession('userId')(guest, guest.res, () => undefined);
const user = await fakeRequest(sessions, { userId: 'u1', role: 'user' });
expectError(new Accounts().admin(user, user.res));
expectError(await fakeRequest(sessions, { userId: 7 }));
expectError(await fakeRequest(sessions, { user: 'u1' }));

expectError(sessionMatchers({}));
