import express, { type RequestHandler } from 'express';
import express4 from 'express4';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  byAccept,
  problem,
  redirect,
  requireAnonymous,
  requireSession,
  session,
  type SessionForbiddenError,
  type SessionRequiredError,
} from 'typed-session';
import { makeApp } from '../support/app.js';
import { expectTable, GUARD_TABLE, hasCart, setPath, tableSchema } from '../support/guard-table.js';

const guard = requireSession as unknown as (...asked: any[]) => RequestHandler;
const HTML = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

const schema = tableSchema;

describe.each([
  ['Express 5', express],
  ['Express 4', express4],
] as const)('a guard on %s', (_, make) => {
  async function open(guards: Record<string, RequestHandler[]>, options: object = {}) {
    const sessions = session({ schema, secret: 's', ...options });
    return makeApp((app) => {
      app.use(sessions);
      app.get('/set', (req, res) => {
        Object.assign(sessions.of(req), JSON.parse(req.query['payload'] as string));
        res.end();
      });
      app.get('/login', requireAnonymous({ onPresent: redirect('/') }), (_req, res) => res.json('login'));
      app.get('/account', sessions.requireSession('userId', { role: 'admin' }), (_req, res) => res.json('account'));
      for (const [path, handlers] of Object.entries(guards)) {
        app.get(path, ...handlers, (_req, res) => {
          res.json('passed');
        });
      }
    }, make);
  }
  const set = setPath;

  it.each(['principal', 'none'] as const)(
    'responds 401 or 403 as the table of the design says, option %s',
    async (option) => {
      const routes = Object.fromEntries(GUARD_TABLE.map(([asked], index) => [`/row/${index}`, [guard(...asked)]]));
      await expectTable(await open(routes, option === 'principal' ? { principal: 'userId' } : {}), option);
    },
  );

  it('names in the error what is missing and what does not match', async () => {
    const seen: unknown[] = [];
    const note: (error: unknown) => void = (error) => seen.push(error);
    const handlers = {
      onMissing: (error: SessionRequiredError, _req: unknown, res: express.Response) => { note(error); res.sendStatus(401); },
      onForbidden: (error: SessionForbiddenError, _req: unknown, res: express.Response) => { note(error); res.sendStatus(403); },
    }; // prettier-ignore
    const client = await open({
      '/both': [guard('userId', 'plan', { role: 'admin' }, handlers)],
      '/value': [guard('userId', { role: 'admin', plan: 'paid' }, hasCart, handlers)],
      '/named': [guard('userId', hasCart, handlers)],
      '/arrow': [guard('userId', (s: any) => s.cart.length > 0, handlers)],
    });
    await client.get(set({ userId: 'ann' }));
    for (const path of ['/both', '/value', '/named', '/arrow']) await client.get(path);
    expect(seen).toMatchObject([
      { name: 'SessionRequiredError', status: 401, expose: true, missing: ['plan'], failed: ['role'] },
      { name: 'SessionForbiddenError', status: 403, expose: true, missing: [], failed: ['role', 'plan'] },
      { name: 'SessionForbiddenError', missing: [], failed: ['hasCart()'] },
      { name: 'SessionForbiddenError', missing: [], failed: ['predicate()'] },
    ]);
    for (const error of seen) expect(String(error)).not.toMatch(/admin|paid/);
  });

  it('never redirects to the login page if somebody is signed in who lacks the role', async () => {
    const options = { onMissing: byAccept({ html: redirect('/login'), json: problem }), onForbidden: problem };
    const client = await open({}, options);
    expect((await client.get('/account', HTML)).headers.get('location')).toBe('/login?returnTo=%2Faccount');
    await client.get(set({ userId: 'ann' }));
    const answer = await client.get('/account', HTML);
    expect([answer.status, answer.headers.get('location')]).toEqual([403, null]);
    expect(JSON.parse(answer.text)).toEqual({
      type: 'about:blank',
      title: 'Forbidden',
      status: 403,
      detail: 'You are signed in, but a session with the right role is required.',
      code: 'SESSION_FORBIDDEN',
      missing: [],
      failed: ['role'],
    });
    const bare = await open({}, { onMissing: redirect('/login') });
    await bare.get(set({ userId: 'ann' }));
    const refused = await bare.get('/account', HTML);
    expect([refused.status, JSON.parse(refused.text)]).toMatchObject([403, { code: 'SESSION_FORBIDDEN' }]);
  });

  it("prefers its own onForbidden to the app's, and each handles its own status alone", async () => {
    const onForbidden = redirect('/upgrade');
    const client = await open(
      { '/own': [guard('userId', { plan: 'paid' }, { onForbidden })], '/apps': [guard('userId', { plan: 'paid' })] },
      {
        onMissing: (_e: unknown, _req: unknown, res: express.Response) => res.status(418).json(1),
        onForbidden: problem,
      },
    );
    expect((await client.get('/own')).status).toBe(418);
    await client.get(set({ userId: 'ann' }));
    const own = await client.get('/own');
    expect([own.status, own.headers.get('location')]).toEqual([302, '/upgrade']); // nowhere to return to
    expect((await client.get('/apps')).headers.get('content-type')).toContain('application/problem+json');
  });

  it('never redirects a page to itself', async () => {
    const client = await open({ '/login/page': [guard('userId', { onMissing: redirect('/login/page?from=x') })] });
    expect((await client.get('/login/page')).status).toBe(401);
  });

  it('responds 500 to a field that the schema does not have, at every request, and suggests a name', async () => {
    const client = await open({
      '/field': [guard('usreId')],
      '/value': [guard({ rol: 'admin' })],
      '/right': [guard('userId')],
    });
    for (const [path, message] of [
      ['/field', "requireSession('usreId'): the schema has no field usreId (did you mean userId?)"],
      ['/value', 'requireSession({ rol: … }): the schema has no field rol (did you mean role?)'],
    ] as const) {
      for (const again of [1, 2]) {
        const answer = await client.get(path);
        expect([again, answer.status, JSON.parse(answer.text)]).toMatchObject([
          again,
          500,
          { code: 'SESSION_OPTIONS', message: expect.stringContaining(message) },
        ]);
      }
    }
    expect((await client.get('/right')).status).toBe(401);
  });
});

describe('the fields that a guard may name', () => {
  const misspelt = (schema: never): (() => unknown) => {
    const own = session({ schema, secret: 's', initial: { kind: 'guest' } as never });
    return () => (own.requireSession as unknown as (...asked: unknown[]) => unknown)('unknown', { other: 1 });
  };

  it.each([
    ['a loose object', z.looseObject({ kind: z.string() })],
    ['a catchall', z.object({ kind: z.string() }).catchall(z.unknown())],
    ['a record', z.record(z.string(), z.unknown())],
    ['a union with a loose state', z.union([z.object({ kind: z.string() }), z.looseObject({ x: z.string() })])],
  ])('are any with %s', (_, open) => {
    expect(misspelt(open as never)).not.toThrow();
  });

  it('are those of every state of a union', () => {
    const states = z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('guest') }),
      z.object({ kind: z.literal('admin'), level: z.string() }),
    ]);
    const own = session({ schema: states, secret: 's', initial: { kind: 'guest' } });
    expect(() => own.requireSession('level')).not.toThrow();
    expect(misspelt(states as never)).toThrow("requireSession('unknown'): the schema has no field unknown");
  });

  it('are known to option checks: onForbidden must be a function', () => {
    expect(() => session({ schema, secret: 's', onForbidden: 'no' as never })).toThrow(
      'onForbidden: must be a function',
    );
  });
});
