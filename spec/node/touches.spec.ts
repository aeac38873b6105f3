import express, { type RequestHandler } from 'express';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MemoryStore, session } from 'typed-session';
import { z } from 'zod';
import { listen, makeApp, ProbedStore } from '../support/app.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const schema = z.object({ views: z.int().default(0) });
const folder = mkdtempSync(join(tmpdir(), 'typed-session-'));
writeFileSync(join(folder, 'app.js'), 'export {};');

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-01-01T00:00:00Z') });
});
afterEach(() => {
  vi.useRealTimers();
});

const pass = (ms: number): void => {
  vi.setSystemTime(Date.now() + ms);
};

/** An app whose session expires an hour after its last use, and whose cookie does too. */
async function open(options: { readonly touchAfter?: number } = {}) {
  const store = new ProbedStore(new MemoryStore());
  const sessions = session({ schema, secret: 'keep it', store, cookie: { maxAge: HOUR }, ...options });
  const reply =
    (headers: Record<string, string>, text = 'text'): RequestHandler =>
    (_req, res) => {
      res.set(headers).send(text);
    };
  const client = await makeApp((app) => {
    app.use(sessions as unknown as RequestHandler);
    app.use('/static', express.static(folder, { maxAge: '1h' }));
    app.get('/count', (req, res) => void res.json((sessions.of(req).views += 1)));
    app.get('/ordinary', reply({}));
    app.get('/teapot', (_req, res) => void res.status(418).send('short and stout'));
    app.get('/fails', () => {
      throw Object.assign(new Error('out of tea'), { status: 418 });
    });
    app.get('/streamed', (_req, res) => {
      res.write('a');
      res.end('b');
    });
    app.get('/flushed', (_req, res) => {
      res.flushHeaders();
      res.end('b');
    });
    app.get('/given', (req, res) => {
      for (const [name, value] of Object.entries(req.query as Record<string, string>)) res.set(name, value);
      if (req.get('change') !== undefined) sessions.of(req).views += 1;
      res.send('x');
    });
    app.get('/destroy', async (req, res) => {
      await sessions.of(req).destroy();
      res.set('Cache-Control', 'public, max-age=60').send('gone');
    });
  });
  await client.get('/count');
  store.calls.length = 0;
  return { client, store, errors: listen('typed-session:error') };
}

const never = (): Promise<void> => new Promise(() => undefined);

describe('a touch', () => {
  it.each(['/streamed', '/flushed'])(
    'does not delay a streamed response: %s arrives while the store is silent',
    async (path) => {
      const { client, store } = await open();
      pass(30 * MINUTE);
      store.before.touch = never;
      expect(await client.get(path)).toMatchObject({ status: 200, cookies: [] });
      expect(store.calls).toEqual(['read', 'touch']);
    },
  );

  it('of a streamed response leaves the cookie to the next ordinary one', async () => {
    const { client, store } = await open();
    pass(30 * MINUTE);
    expect((await client.get('/streamed')).cookies).toEqual([]);
    expect((await client.get('/ordinary')).cookies).toHaveLength(1);
    expect((await client.get('/ordinary')).cookies).toEqual([]);
    expect(store.calls).toEqual(['read', 'touch', 'read', 'touch', 'read']);
  });

  it('happens once for several streamed responses at the same time of day', async () => {
    const { client, store } = await open();
    pass(30 * MINUTE);
    for (let i = 0; i < 4; i++) await client.get('/streamed');
    expect(store.calls.filter((call) => call === 'touch')).toHaveLength(1);
  });

  it.each([undefined, 0, 40 * MINUTE])(
    'keeps a session alive that is only streamed, with touchAfter %s',
    async (touchAfter) => {
      const { client } = await open(touchAfter === undefined ? {} : { touchAfter });
      for (let i = 0; i < 20; i++) {
        pass(9 * MINUTE);
        await client.get('/streamed');
      }
      expect(await client.json('/count')).toBe(2);
    },
  );

  it.each([
    ['/ordinary', 200],
    ['/teapot', 418],
    ['/fails', 418],
    ['/streamed', 200],
    ['/static/app.js', 200],
  ])('that fails leaves the response of %s as it is, without a cookie, and is an event', async (path, status) => {
    const { client, store, errors } = await open();
    pass(30 * MINUTE);
    store.before.touch = () => {
      throw new Error('read-only');
    };
    expect(await client.get(path)).toMatchObject({ status, cookies: [] });
    expect(errors).toMatchObject([{ consequence: 'untouched', error: { name: 'SessionStoreError' } }]);
    delete store.before.touch;
    expect((await client.get('/ordinary')).cookies).toHaveLength(1);
  });
});

describe('a response that shared caches may keep', () => {
  it.each(['public', 'public, max-age=60', 'max-age=60', 's-maxage=60', 'no-cache', 'private="x-user"'])(
    'carries no cookie of a touch with Cache-Control: %s, and the next response does',
    async (value) => {
      const { client } = await open();
      pass(30 * MINUTE);
      const { cookies, headers } = await client.get(`/given?cache-control=${encodeURIComponent(value)}`);
      expect({ cookies, value: headers.get('cache-control') }).toEqual({ cookies: [], value });
      expect((await client.get('/ordinary')).cookies).toHaveLength(1);
    },
  );

  it.each(['CDN-Cache-Control', 'Surrogate-Control', 'Cloudflare-CDN-Cache-Control'])(
    'carries no cookie of a touch with %s, whatever Cache-Control says',
    async (name) => {
      const { client } = await open();
      pass(30 * MINUTE);
      expect((await client.get(`/given?cache-control=private&${name}=max-age%3D60`)).cookies).toEqual([]);
    },
  );

  it.each(['private', 'no-store', 'max-age=5, private', 'PRIVATE', 'private="set-cookie"'])(
    'is none with Cache-Control: %s, so a touch sends its cookie',
    async (value) => {
      const { client } = await open();
      pass(30 * MINUTE);
      const { cookies, headers } = await client.get(`/given?cache-control=${encodeURIComponent(value)}`);
      expect(cookies).toHaveLength(1);
      expect(headers.get('cache-control')).toBe(value);
    },
  );

  it('carries no cookie from express.static, nor from its 304', async () => {
    const { client } = await open();
    pass(30 * MINUTE);
    const first = await client.get('/static/app.js');
    expect(first).toMatchObject({ status: 200, cookies: [] });
    const etag = first.headers.get('etag') ?? '';
    expect(await client.get('/static/app.js', { 'if-none-match': etag, 'cache-control': '' })).toMatchObject({ status: 304, cookies: [] }); // prettier-ignore
  });

  it.each([
    ['public, max-age=60', 'private, max-age=60'],
    ['s-maxage=60, immutable, proxy-revalidate', 'private, immutable'],
    ['no-cache', 'private, no-cache'],
    ['max-age=0, public, ext="a, public"', 'private, max-age=0, ext="a, public"'],
  ])('becomes private with the cookie of a change: %s', async (given, sent) => {
    const { client } = await open();
    client.jar.clear();
    const { cookies, headers } = await client.get(`/given?cache-control=${encodeURIComponent(given)}`, { change: '1' });
    expect({ cookies: cookies.length, sent: headers.get('cache-control') }).toEqual({ cookies: 1, sent });
  });

  it('becomes private with the cookie of a change also for the caches of a CDN', async () => {
    const { client } = await open();
    client.jar.clear();
    const { headers } = await client.get('/given?cache-control=public&cdn-cache-control=max-age%3D60', { change: '1' });
    expect(headers.get('cache-control')).toBe('private');
    expect(headers.get('cdn-cache-control')).toBe('no-store');
  });

  it('becomes private when the cookie is cleared', async () => {
    const { client } = await open();
    const { cookies, headers } = await client.get('/destroy');
    expect(cookies.join()).toContain('Max-Age=0');
    expect(headers.get('cache-control')).toBe('private, max-age=60');
  });
});
