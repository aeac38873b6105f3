import express from 'express';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import {
  AllowAnonymous,
  CurrentSession,
  MemoryStore,
  problem,
  redirect,
  requireAnonymous,
  RequireAnonymous,
  requireSession,
  RequireSession,
  session,
} from 'typed-session';
import { session as fetchSession } from 'typed-session/fetch';
import { z } from 'zod';
import { withoutLink } from '../support/message.js';

const schema = z.object({ userId: z.string().optional(), views: z.int().default(0) });
const secret = 'only for a spec, and 32 bytes long at least';
const options = { schema, secret, store: new MemoryStore() };

/** Calls a function as plain JavaScript can, and returns the message of what it throws, without the address of its page. */
function messageOf(call: unknown, ...args: unknown[]): string {
  try {
    (call as (...args: unknown[]) => unknown)(...args);
  } catch (error) {
    return withoutLink((error as Error).message);
  }
  return 'nothing was thrown';
}

class Controller {
  show(): void {
    // only decorated
  }
}
const descriptor = Object.getOwnPropertyDescriptor(Controller.prototype, 'show');
const context = { kind: 'method', name: 'show', addInitializer: () => undefined };
const places: readonly (readonly [place: string, args: readonly unknown[]])[] = [
  ['a method, in the legacy dialect', [Controller.prototype, 'show', descriptor]],
  [
    'a method, in the standard dialect',
    [Object.getOwnPropertyDescriptor(Controller.prototype, 'show')?.value, context],
  ],
  ['a class, in the legacy dialect', [Controller]],
  ['a class, in the standard dialect', [Controller, { ...context, kind: 'class' }]],
];

describe('a decorator without parentheses throws when the class is defined:', () => {
  for (const [place, args] of places) {
    it(`@RequireSession, @RequireAnonymous, and @AllowAnonymous on ${place}`, () => {
      for (const [name, decorator] of Object.entries({ RequireSession, RequireAnonymous, AllowAnonymous })) {
        expect(messageOf(decorator, ...args)).toBe(`@${name}: needs its parentheses: @${name}()`);
      }
    });
  }
});

describe('guards refuse', () => {
  it('requireAnonymous() and @RequireAnonymous() refuse any argument but { onPresent }', () => {
    for (const given of [redirect('/'), 'userId', { onMissing: problem }, { onPresent: '/account' }, null]) {
      expect(messageOf(requireAnonymous, given)).toMatch(
        /^requireAnonymous: takes no argument, or an object with a handler/,
      );
    }
    expect(messageOf(RequireAnonymous, { onPresent: 5 })).toMatch(
      /^@RequireAnonymous: takes no argument, or an object with a handler/,
    );
  });

  it('@AllowAnonymous() takes no argument', () => {
    expect(messageOf(AllowAnonymous, 'userId')).toBe('@AllowAnonymous: takes nothing');
  });

  it('requireSession(redirect(…)) refuses the handler and shows where it belongs', () => {
    const advice = "takes predicates, not handlers: pass a handler such as redirect('/login') as";
    expect(messageOf(requireSession, redirect('/login'))).toBe(
      `requireSession: ${advice} requireSession({ onMissing: handler })`,
    );
    expect(messageOf(RequireSession, problem)).toBe(
      `@RequireSession: ${advice} @RequireSession({ onMissing: handler })`,
    );
  });

  it('requireSession as a handler, without a call, is reported through the error handlers', async () => {
    const app = express();
    app.use(session(options));
    app.get('/', requireSession as unknown as express.RequestHandler);
    app.use(((error, _req, res, _next) =>
      res.status(500).send(withoutLink((error as Error).message))) as express.ErrorRequestHandler);
    const { text } = await request(app).get('/');
    expect(text).toBe(
      "requireSession: was called with a request: call requireSession('userId') once, and put the guard that it returns before the handler",
    );
  });

  it('@CurrentSession() on a method is refused, because it decorates parameters', () => {
    const decorate = CurrentSession() as unknown;
    expect(messageOf(decorate, Controller.prototype, 'show', descriptor)).toContain('parameter');
  });
});

describe('handlers for onMissing', () => {
  it('redirect() refuses an option that it does not have', () => {
    expect(messageOf(redirect, '/login', { param: 'next' })).toBe(
      'redirect({ param }): is not an option of redirect(), only parameter',
    );
    expect(messageOf(redirect, 302, '/login')).toContain("needs a path such as '/login'");
    for (const given of ['next', null]) {
      expect(messageOf(redirect, '/login', given)).toContain('takes an object as its second argument');
    }
  });

  it('problem() throws with advice if it is called instead of passed', () => {
    expect(messageOf(problem)).toBe('problem is a handler: pass it, onMissing: problem');
  });
});

describe('the middleware', () => {
  it('the middleware called without next names typed-session/fetch', () => {
    expect(messageOf(session(options), new Request('http://localhost/'))).toContain('typed-session/fetch');
  });
});

describe('typed-session/fetch', () => {
  const sessions = fetchSession(options);
  const advice = 'is a handler for Express: on the fetch API, return a response';

  it('session() and requireSession() refuse the handlers for Express', () => {
    expect(messageOf(fetchSession, { ...options, onMissing: redirect('/login') })).toContain(`onMissing: ${advice}`);
    expect(messageOf(fetchSession, { ...options, onForbidden: problem })).toContain(`onForbidden: ${advice}`);
    expect(messageOf(sessions.requireSession, { onMissing: redirect('/login') })).toContain(`onMissing: ${advice}`);
  });

  it('handle() with two guards rejects, and shows how one guard requires both', async () => {
    const handle = sessions.handle as (...args: unknown[]) => Promise<Response>;
    const guard = sessions.requireSession('userId');
    await expect(handle(new Request('http://localhost/'), guard, guard, () => new Response())).rejects.toThrow(
      "sessions.handle() takes one guard: sessions.requireSession('userId', 'role').",
    );
  });

  it('handle() without a request rejects, and shows the order of its arguments', async () => {
    const handle = sessions.handle as (...args: unknown[]) => Promise<Response>;
    await expect(handle(() => new Response())).rejects.toThrow('sessions.handle(request, handler)');
  });

  it('revoke() refuses except and only together', async () => {
    const revoke = session({ ...options, name: 'revoke', principal: 'userId' }).revoke as (
      ...args: unknown[]
    ) => Promise<number>;
    await expect(revoke('ann', { only: 'key', except: {} })).rejects.toThrow(
      'revoke() takes except or only, not both.',
    );
  });

  it('a request that cookie.path does not cover has its own message', async () => {
    const narrow = fetchSession({ ...options, cookie: { path: '/app' } });
    const load = async (): Promise<unknown> => await narrow.load(new Request('http://localhost/other'));
    await expect(load()).rejects.toThrow('cookie.path does not cover it');
  });
});

describe('schemas and payloads', () => {
  it('session() names a field whose schema was not called or is not from zod 4', () => {
    const notCalled = z.object({ tags: z.object({ one: z.string }).optional() } as never);
    expect(messageOf(session, { ...options, schema: notCalled })).toMatch(/tags.*is a function: call it/);
    const zod3 = z.object({ name: { _def: { typeName: 'ZodString' }, parse: String } } as never);
    expect(messageOf(session, { ...options, schema: zod3 })).toMatch(/name.*is no schema of zod 4/);
  });

  it('an unknown field of the payload is refused with a suggestion', async () => {
    const app = express();
    app.use(session(options));
    app.get('/', (req, res) => {
      Object.assign(req.session as object, { viewss: 1 });
      res.end();
    });
    app.use(((error, _req, res, _next) =>
      res.status(500).send((error as Error).message)) as express.ErrorRequestHandler);
    const { text } = await request(app).get('/');
    expect(text).toMatch(/was not stored \(did you mean views\?\): viewss/);
  });
});

describe('methods of the session', () => {
  it('save() and take() refuse an invalid callback or field name', async () => {
    const app = express();
    app.use(session(options));
    app.get('/', (req, res) => {
      const mine = req.session as unknown as Record<string, unknown>;
      const call = (method: string, ...args: unknown[]): string =>
        messageOf((mine[method] as (...args: unknown[]) => unknown).bind(mine), ...args);
      (mine['take'] as (field: unknown) => Promise<unknown>)(5).catch((error: unknown) =>
        res.json([call('save', 'now'), (error as Error).message, call('save', null)]),
      );
    });
    const { body } = await request(app).get('/');
    expect(body).toEqual([
      'A method of the session takes a callback or none, such as: await req.session.save()',
      "take() takes the name of a field: take('notice')",
      'nothing was thrown',
    ]);
  });
});
