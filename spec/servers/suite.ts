import { createRequire } from 'node:module';
import express, { type RequestHandler } from 'express';
import { describe, expect, it, onTestFinished } from 'vitest';
import { session, type ExpressSessionStore } from 'typed-session';
import { adaptedConformance } from '../stores/express-session/conformance.js';
import { makeApp, type Client } from '../support/app.js';
import { schema, type Options } from '../support/shop.js';
import { expectTakenOnce } from '../support/take.js';
import { proxyTo } from '../support/tcp-proxy.js';

/** express-session itself; it has no types of its own. */
const expressSession = createRequire(import.meta.url)('express-session') as (options: object) => RequestHandler;

/** A store package under test. */
export interface Package {
  /** A store of its own connection to the same sessions, and how to let go of it. */
  readonly open: (port?: number) => Promise<Opened>;
  /** A field of the package's own that it adds to what it stores. */
  readonly addsField?: string;
  /** The server's port; absent where there is no server to go down. */
  readonly port?: number;
}

export interface Opened {
  readonly store: ExpressSessionStore;
  readonly close: () => unknown;
}

const life = 60_000;

/** The session that a store holds under an id. */
export function stored(store: ExpressSessionStore, id: string): Promise<Record<string, unknown> | undefined> {
  return new Promise((resolve, reject) => {
    void store.get(id, (error, found) => {
      if (error && (error as { code?: unknown }).code !== 'ENOENT')
        reject(error instanceof Error ? error : new Error('the store failed'));
      else resolve((found as Record<string, unknown> | null | undefined) ?? undefined);
    });
  });
}

async function opened(from: Package, port?: number): Promise<ExpressSessionStore> {
  const { store, close } = await from.open(port);
  onTestFinished(async () => {
    await close();
  });
  return store;
}

function serveOurs(store: ExpressSessionStore, options: Options = {}): Promise<Client> {
  const sessions = session({
    schema,
    secret: 'keep it',
    name: 'connect.sid',
    cookie: { maxAge: life },
    ...options,
    store,
  });
  return makeApp((app) => {
    app.use(sessions);
    app.get('/', (req, res) => void res.json(sessions.of(req)));
    app.get('/view', (req, res) => {
      sessions.of(req).views += 1;
      res.json(sessions.of(req));
    });
    app.get('/regenerate', async (req, res) => {
      await sessions.of(req).regenerate();
      sessions.of(req).userId = 'ada';
      res.json(sessions.of(req));
    });
    app.get('/rotate', async (req, res) => {
      await sessions.of(req).rotate();
      res.json(sessions.of(req));
    });
    app.get('/destroy', async (req, res) => {
      await sessions.of(req).destroy();
      res.json({});
    });
  });
}

function serveTheirs(store: ExpressSessionStore): Promise<Client> {
  return makeApp((app) => {
    app.use(expressSession({ secret: 'keep it', store, resave: false, saveUninitialized: false, cookie: { maxAge: life } })); // prettier-ignore
    app.get('/view', (req, res) => {
      const data = req.session as unknown as { views?: number; theme?: unknown };
      data.views = (data.views ?? 0) + 1;
      if (req.query['theme'] !== undefined) data.theme = req.query['theme'];
      res.json(data);
    });
  });
}

const idOf = (client: Client): string => /^s%3A([^.]+)\./.exec(client.jar.get('connect.sid') ?? '')?.[1] ?? '';

function give(from: Client, to: Client): void {
  for (const [name, value] of from.jar) to.jar.set(name, value);
}

/** What every store that was made for express-session does here, unchanged. */
export function existingStore(name: string, from: Package): void {
  describe(name, () => {
    it('is written to, and read back over another connection', async () => {
      const [first, second] = [await serveOurs(await opened(from)), await serveOurs(await opened(from))];
      expect(await first.json('/view')).toEqual({ views: 1, cart: [] });
      give(first, second);
      expect(await second.json('/view')).toEqual({ views: 2, cart: [] });
      expect(await first.json('/')).toEqual({ views: 2, cart: [] });
    });

    it('holds express-session’s record under express-session’s id', async () => {
      const store = await opened(from);
      const client = await serveOurs(store);
      await client.get('/view');
      const { cookie, ...data } = (await stored(store, idOf(client))) ?? {};
      expect(data).toMatchObject({ views: 1, cart: [] });
      expect(cookie).toMatchObject({ originalMaxAge: life, httpOnly: true, path: '/' });
    });

    it('serves express-session and us in turn, and nobody is logged out', async () => {
      const theirs = await serveTheirs(await opened(from));
      const ours = await serveOurs(await opened(from));
      expect(await theirs.json('/view')).toMatchObject({ views: 1 });
      give(theirs, ours);
      expect(await ours.json('/view')).toMatchObject({ views: 2 });
      expect(await theirs.json('/view')).toMatchObject({ views: 3, cart: [] });
      expect(await ours.json('/view')).toMatchObject({ views: 4 });
      expect(ours.jar).toEqual(theirs.jar);
    });

    it('keeps a field that express-session stored and the schema does not know, through a change and rotate()', async () => {
      const theirs = await serveTheirs(await opened(from));
      const store = await opened(from);
      const ours = await serveOurs(store);
      await theirs.get('/view?theme=dark');
      give(theirs, ours);
      expect(await ours.json('/view')).toEqual({ views: 2, cart: [] });
      expect(await stored(store, idOf(ours))).toMatchObject({ views: 2, theme: 'dark' });
      await ours.get('/rotate');
      expect(await stored(store, idOf(ours))).toMatchObject({ views: 2, theme: 'dark' });
    });

    it('is touched without losing what it holds', async () => {
      const store = await opened(from);
      const client = await serveOurs(store, { touchAfter: 0 });
      await client.get('/view');
      const answer = await client.get('/');
      expect(answer.cookies).toHaveLength(1);
      expect(await client.json('/')).toEqual({ views: 1, cart: [] });
    });

    it('ends sessions by its own clock', async () => {
      const store = await opened(from);
      const client = await serveOurs(store, { cookie: { maxAge: 1000 } });
      await client.get('/view');
      const id = idOf(client);
      await expect.poll(() => stored(store, id), { timeout: 20_000, interval: 100 }).toBeUndefined();
      expect(await client.json('/')).toEqual({ views: 0, cart: [] });
    });

    it.each(['/regenerate', '/rotate'])('leaves the old id on %s', async (path) => {
      const store = await opened(from);
      const client = await serveOurs(store);
      await client.get('/view');
      const before = client.copy();
      const oldId = idOf(client);
      await client.get(path);
      expect(idOf(client)).not.toBe(oldId);
      expect(await before.json('/')).toEqual({ views: 0, cart: [] });
      expect(await client.json('/')).toEqual(
        path === '/rotate' ? { views: 1, cart: [] } : { views: 0, cart: [], userId: 'ada' },
      );
    });

    it('gives a token to one of 50 requests that take it at the same time', async () => {
      await expectTakenOnce(await opened(from));
    });

    it('forgets what is destroyed', async () => {
      const store = await opened(from);
      const client = await serveOurs(store);
      await client.get('/view');
      const before = client.copy();
      await client.get('/destroy');
      expect(await stored(store, idOf(before))).toBeUndefined();
      expect(await before.json('/')).toEqual({ views: 0, cart: [] });
    });

    adaptedConformance(name, () => from.open(), from.addsField);

    const { port } = from;
    if (port === undefined) return;
    it('answers 503 while its server is away, and serves again when it is back', async () => {
      const proxy = await proxyTo(port);
      const client = await serveOurs(await opened(from, proxy.port), { storeTimeout: 3000 });
      await client.get('/view');
      await proxy.cut();
      expect((await client.get('/view')).status).toBe(503);
      await proxy.mend();
      await expect.poll(async () => (await client.get('/')).status, { timeout: 40_000, interval: 200 }).toBe(200);
      expect(await client.json('/')).toMatchObject({ cart: [] });
    });
  });
}

/** The address of a server that the environment names. */
export function serverUrl(variable: string): URL {
  const text = process.env[variable];
  if (text === undefined) throw new Error(`${variable} is not set: npm run test:servers starts the servers`);
  return new URL(text);
}

/** The addresses of several servers that the environment names. */
export function serverUrls(variable: string): URL[] {
  const text = process.env[variable];
  if (text === undefined) throw new Error(`${variable} is not set: npm run test:servers starts the servers`);
  return text.split(',').map((url) => new URL(url));
}

/** The same server at another port of loopback. */
export function through(url: URL, port: number | undefined): string {
  const other = new URL(url);
  if (port !== undefined) other.port = String(port);
  return other.href;
}
