import express from 'express';
import express4 from 'express4';
import { describe, expect, it } from 'vitest';
import { MemoryStore, session } from 'typed-session';
import { z } from 'zod';
import { makeApp, type Client } from '../support/app.js';

const shopSchema = z.object({ userId: z.string().optional() });
const adminSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('nobody') }),
  z.object({ kind: z.literal('admin'), name: z.string(), level: z.enum(['reader', 'writer']) }),
]);

/** Two sessions, each with its cookie and its schema; both live in one store. The second is there under /admin alone. */
async function open(make: typeof express = express): Promise<Client> {
  const store = new MemoryStore();
  const shop = session({ schema: shopSchema, secret: 'one', store });
  const admin = session({
    schema: adminSchema,
    initial: { kind: 'nobody' },
    secret: 'two',
    store,
    name: 'admin.sid',
    cookie: { path: '/admin' },
    load: 'demand',
  });
  const router = make.Router();
  router.use(admin);
  router.get('/login/:level', async (req, res) => {
    const mine = await admin.load(req);
    Object.assign(mine, { kind: 'admin', name: 'root', level: req.params.level });
    res.json({ shop: shop.of(req).userId ?? null });
  });
  router.get('/logout', admin.requireSession(), async (req, res) => {
    await admin.of(req).destroy();
    res.end();
  });
  router.get('/name', admin.requireSession({ kind: 'admin' }), (req, res) => {
    const { name, level } = admin.of(req);
    res.json({ name, level, shop: shop.of(req).userId ?? null });
  });
  router.get('/write', admin.requireSession('name', { level: 'writer' }), (req, res) => res.json(admin.of(req).level));
  const inner = make.Router();
  inner.get('/name', admin.requireSession('name'), (req, res) => res.json(admin.of(req).name));
  router.use('/inner', inner);
  return makeApp((app) => {
    app.use(shop);
    app.get('/login', (req, res) => {
      shop.of(req).userId = 'ann';
      res.end();
    });
    app.get('/me', shop.requireSession('userId'), (req, res) => res.json(shop.of(req).userId));
    app.use('/admin', router);
    app.get('/outside', (req, res) => res.json(admin.of(req)));
  }, make);
}

describe.each([
  ['Express 5', express],
  ['Express 4', express4],
])('two sessions in one app, on %s', (_, make) => {
  it('have their own cookies, payloads and guards', async () => {
    const client = await open(make);
    expect((await client.get('/me')).status).toBe(401);
    const { cookies } = await client.get('/login');
    expect(cookies.map((cookie) => cookie.split('=')[0])).toEqual(['sid']);
    expect((await client.get('/admin/name')).status).toBe(401);
    const login = await client.get('/admin/login/reader');
    expect(JSON.parse(login.text)).toEqual({ shop: 'ann' });
    expect(login.cookies.join()).toMatch(/^admin\.sid=.*; Path=\/admin/);
    expect(await client.json('/admin/name')).toEqual({ name: 'root', level: 'reader', shop: 'ann' });
    expect(await client.json('/admin/inner/name')).toBe('root');
    expect(await client.json('/me')).toBe('ann');
  });

  it('end on their own', async () => {
    const client = await open(make);
    await client.get('/login');
    await client.get('/admin/login/writer');
    expect((await client.get('/admin/logout')).cookies.join()).toMatch(/^admin\.sid=;/);
    expect((await client.get('/admin/name')).status).toBe(401);
    expect(await client.json('/me')).toBe('ann');
  });

  it('are not there where their middleware is not mounted', async () => {
    const client = await open(make);
    expect(await client.json('/outside')).toMatchObject({ code: 'SESSION_NOT_LOADED' });
  });
});

describe('a guard that asks for values', () => {
  it('lets none pass but a session that has them', async () => {
    const client = await open();
    expect((await client.get('/admin/write')).status).toBe(401);
    await client.get('/admin/login/reader');
    const refused = await client.get('/admin/write');
    expect(refused.status).toBe(403);
    expect(JSON.parse(refused.text)).toMatchObject({ code: 'SESSION_FORBIDDEN' });
    expect(refused.text).toContain('level'); // the field, and no value of it
    expect(refused.text).not.toContain('reader');
    await client.get('/admin/login/writer');
    expect(await client.json('/admin/write')).toBe('writer');
  });

  it('refuses a field that the schema does not have when it is made', () => {
    const admin = session({ schema: shopSchema, secret: 's' });
    for (const guard of [admin.requireSession, admin.RequireSession]) {
      const wrong = guard as unknown as (...asked: unknown[]) => unknown;
      expect(() => wrong('usreId')).toThrow(
        "requireSession('usreId'): the schema has no field usreId (did you mean userId?)",
      );
      expect(() => wrong('userId', { userId: 'ann', userID: 1 })).toThrow(
        'requireSession({ userID: … }): the schema has no field userID (did you mean userId?)',
      );
      expect(() => wrong('constructor')).toThrow(/has no field constructor\. See/);
    }
  });

  it.each([
    ['a number', 5],
    ['onMissing beside values', { name: 'x', onMissing: () => undefined }],
    ['nothing', undefined],
    ['a list', ['name']],
    ['an object', { name: {} }],
    ['undefined', { name: undefined }],
  ])('refuses %s when it is made', (_, wrong) => {
    const admin = session({ schema: shopSchema, secret: 's' });
    expect(() => admin.requireSession(wrong as never)).toThrow(expect.objectContaining({ code: 'SESSION_OPTIONS' }));
    expect(() => admin.RequireSession(wrong as never)).toThrow(/requireSession/);
  });
});
