// A decorated controller on Express, and its test. The test runner has to declare `test`.
import { randomBytes } from 'node:crypto';
import express, { type Response } from 'express';
import request from 'supertest';
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

test('a user who has logged in gets "Hello, Ada"', async () => {
  const browser = request.agent(app);
  await browser.get('/account').expect(401);
  await browser.post('/login').expect(204);
  await browser.get('/account').expect(200, 'Hello, Ada');
});
