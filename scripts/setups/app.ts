// A decorated controller on Express, which the program then asks over HTTP. It is the app of each set-up that runs programs.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express, { type Response } from 'express';
import { problem, RequireSession, session, type SessionRequest } from 'typed-session';
import { z } from 'zod';

const schema = z.object({ userId: z.string().optional() });

declare module 'typed-session' {
  interface Register {
    schema: typeof schema;
  }
}

class AccountController {
  readonly #greeting = 'Hello';

  @RequireSession('userId')
  show(req: SessionRequest<'userId'>, res: Response) {
    res.send(`${this.#greeting}, ${req.session.userId}`);
  }
}

const account = new AccountController();
const app = express();
app.use(session({ schema, secret: randomBytes(32), onMissing: problem }));
app.post('/login', (req, res) => {
  req.session.userId = 'Ada';
  res.sendStatus(204);
});
app.get('/account', account.show);

const server = app.listen(0, '127.0.0.1');
await once(server, 'listening');
const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
assert.equal((await fetch(`${base}/account`)).status, 401);
const login = await fetch(`${base}/login`, { method: 'POST' });
const cookie = login.headers.getSetCookie()[0]?.split(';')[0] ?? '';
const response = await fetch(`${base}/account`, { headers: { cookie } });
assert.equal(await response.text(), 'Hello, Ada');
console.log('Hello, Ada');
process.exit();
