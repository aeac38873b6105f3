import type { RequestHandler } from 'express';
import { describe, expect, it } from 'vitest';
import { DestroySession, RotateSession, session } from 'typed-session';
import { makeApp } from '../support/app.js';
import { schema } from '../support/shop.js';

type Loose = (...given: unknown[]) => (...args: unknown[]) => unknown;
type Dialect = 'legacy' | 'standard';

const cases = (['legacy', 'standard'] as const).flatMap((dialect) => [
  ['@RotateSession', dialect, RotateSession] as const,
  ['@DestroySession', dialect, DestroySession] as const,
]);

/** A method behind a decorator, as each dialect calls it. */
function decorated(
  decorator: (...args: unknown[]) => unknown,
  dialect: Dialect,
  method: RequestHandler,
): RequestHandler {
  if (dialect === 'standard') {
    return decorator(method, { kind: 'method', name: 'me', addInitializer: () => undefined }) as RequestHandler;
  }
  const descriptor = { value: method, writable: true, configurable: true };
  return (Object.defineProperty({}, 'me', decorator({}, 'me', descriptor) as object) as { me: RequestHandler }).me;
}

describe.each(cases)("%s('userId') in the %s dialect", (decorator, dialect, one) => {
  const made = one as unknown as Loose; // the types refuse most of what follows

  it('checks what it is given before the method runs, and acts only on success', async () => {
    const handler = decorated(made('userId', { views: 1 }), dialect, (_req, res) => res.json('reached'));
    const sessions = session({ schema, secret: 's' });
    const client = await makeApp((app) => {
      app.use(sessions);
      app.get('/set', (req, res) => {
        Object.assign(sessions.of(req), JSON.parse(req.query['payload'] as string));
        res.end();
      });
      app.get('/', handler);
    });
    const answers: unknown[] = [];
    for (const payload of [{ views: 1 }, { userId: 'ann', views: 2 }, { userId: 'ann', views: 1 }]) {
      await client.get(`/set?payload=${encodeURIComponent(JSON.stringify(payload))}`);
      const before = client.cookieHeader;
      answers.push([(await client.get('/')).status, client.cookieHeader !== before]);
    }
    expect(answers).toEqual([
      [401, false],
      [403, false],
      [200, true],
    ]);
  });

  it.each<[string, unknown[], string]>([
    ['a number', [5], ': takes names of fields'],
    ['undefined', [undefined], ': takes names of fields'],
    ['a list', [['userId']], ': takes names of fields'],
    ['a value that cannot be compared', [{ role: new Date() }], '({ role }): must be a string, number, boolean'],
    ['two values of one field', [{ views: 1 }, { views: 2 }], '({ views }): is required to have two different values'],
  ])('refuses %s where the class is defined', (_, given, message) => {
    expect(() => made(...given)).toThrow(`${decorator}${message}`);
    expect(() => made(...given)).toThrow(expect.objectContaining({ code: 'SESSION_OPTIONS' }) as Error);
  });

  it('says that its parentheses are missing', () => {
    const bare = (): unknown => decorated(made, dialect, (_req, res) => res.end());
    expect(bare).toThrow(`${decorator}: needs its parentheses: ${decorator}()`);
  });

  it('refuses a field that the schema does not have, at the first request', async () => {
    const handler = decorated(made('userID'), dialect, (_req, res) => res.json('reached'));
    const client = await makeApp((app) => {
      app.use(session({ schema, secret: 's' }));
      app.get('/', handler);
    });
    const answer = await client.get('/');
    expect(answer.status).toBe(500);
    expect(answer.text).toContain(`${decorator}('userID'): the schema has no field userID (did you mean userId?)`);
  });
});

it.each([
  ["'keep'", 'keep'],
  ["'destroy'", 'destroy'],
] as const)('@DestroySession ends the session of a handler that unset it, also with unset: %s', async (_, unset) => {
  const handler = decorated(DestroySession(), 'legacy', (req, res) => ((req.session = null as never), res.json('bye')));
  const sessions = session({ schema, secret: 's', unset });
  const client = await makeApp((app) => {
    app.use(sessions);
    app.get('/set', (req, res) => ((sessions.of(req).userId = 'ann'), res.end()));
    app.get('/me', (req, res) => res.json(sessions.of(req).userId ?? null));
    app.get('/', handler);
  });
  await client.get('/set');
  const cookie = client.cookieHeader;
  await client.get('/');
  expect((await client.get('/me', { cookie })).text).toBe('null');
});

it.each([
  ['keep', ['ann', 0]],
  ['destroy', [null, 0]],
] as const)(
  '@RotateSession stores nothing for a handler that unset the session, with unset: %s',
  async (unset, after) => {
    const rotating = decorated(RotateSession(), 'legacy', (req, res) => {
      sessions.of(req).views = 5;
      req.session = null as never;
      res.json('ok');
    });
    const sessions = session({ schema, secret: 's', unset });
    const client = await makeApp((app) => {
      app.use(sessions);
      app.get('/set', (req, res) => ((sessions.of(req).userId = 'ann'), res.end()));
      app.get('/me', (req, res) => res.json([sessions.of(req).userId ?? null, sessions.of(req).views]));
      app.get('/', rotating);
    });
    await client.get('/set');
    const cookie = client.cookieHeader;
    await client.get('/');
    expect(JSON.parse((await client.get('/me', { cookie })).text)).toEqual(after);
  },
);
