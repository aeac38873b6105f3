import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Express, NextFunction, Request, Response } from 'express';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { serve, type Client } from '../support/app.js';
import { writeProject } from './docs.js';

// The guide's own blocks are run: the app that they build serves the sessions of an express-session app, with passport and
// flash on both, is rolled back, and goes on again.

const guide = 'docs/guides/from-express-session.md';
const load = createRequire(import.meta.url); // these packages have no types of their own
const folder = mkdtempSync(join(tmpdir(), 'typed-session-migration-'));
const secrets = ['a secret of more than 32 bytes, new', 'keyboard cat'];

type Next = (error?: unknown) => void;
type Flashing = Request & {
  user?: string;
  logout(done: Next): void;
  flash(kind: string, text?: string): unknown;
};

/** The routes of a site that signs people in with passport, on whichever session middleware it has. */
function addRoutes(app: Express): Express {
  const { Passport } = load('passport') as { Passport: new () => Record<string, (...args: any[]) => any> };
  const { Strategy } = load('passport-local') as { Strategy: new (verify: unknown) => object };
  const flash = load('connect-flash') as () => any;
  const passport = new Passport();
  passport['use']?.(new Strategy((name: string, _password: string, done: (...args: unknown[]) => void) => { done(null, name); })); // prettier-ignore
  passport['serializeUser']?.((user: string, done: (error: null, id: string) => void) => { done(null, user); }); // prettier-ignore
  passport['deserializeUser']?.((id: string, done: (error: null, user: string) => void) => { done(null, id); }); // prettier-ignore
  app.use(flash(), passport['session']?.());
  const handlers: Record<string, (req: Flashing, res: Response, next: NextFunction) => void> = {
    '/logout': (req, res, next) => { req.logout((error) => { if (error) next(error); else res.redirect('/'); }); }, // prettier-ignore
    '/notice': (req, res) => { req.flash('info', 'saved'); res.sendStatus(204); }, // prettier-ignore
    '/': (req, res) => { res.json({ user: req.user, notices: req.flash('info') }); }, // prettier-ignore
  };
  app.get('/login', passport['authenticate']?.('local', { successRedirect: '/' }));
  for (const [path, handler] of Object.entries(handlers)) app.get(path, handler as never);
  return app;
}

/** The app that the guide's block builds, on a store that express-session knows. */
async function guidesApp(store: object): Promise<Express> {
  const files = writeProject(guide, join(folder, 'guide'));
  const file = [...files.keys()].find((name) => readFileSync(name, 'utf8').includes('declare const store'));
  if (file === undefined) throw new Error('the guide has no block that passes a store to session()');
  const text = readFileSync(file, 'utf8');
  const given = text.replace(
    /^declare const store.*$/m,
    'const { store } = globalThis as never as { store: ExpressSessionStore };',
  );
  writeFileSync(file, `${given}\nexport { app };\n`);
  vi.stubGlobal('store', store);
  const { app } = (await import(file)) as { app: Express };
  return app;
}

function expressSessionApp(store: object): Express {
  const express = load('express') as () => Express;
  const session = load('express-session') as (options: object) => never;
  const app = express();
  app.use(session({ secret: secrets, store, resave: false, saveUninitialized: false }));
  return app;
}

let before: Express;
let after: Express;

beforeAll(async () => {
  vi.stubEnv('SESSION_SECRET', secrets[0]);
  vi.stubEnv('OLD_SESSION_SECRET', secrets[1]);
  const { MemoryStore } = load('express-session') as { MemoryStore: new () => object };
  const store = new MemoryStore();
  before = addRoutes(expressSessionApp(store));
  after = addRoutes(await guidesApp(store));
}, 60_000);
afterAll(() => {
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** A browser that keeps its cookies while the site deploys another release. */
async function deploy(app: Express, browser: Client): Promise<Client> {
  const client = await serve(app);
  for (const [name, value] of browser.jar) client.jar.set(name, value);
  return client;
}

it('a user of the express-session app stays signed in, with its notices, on the app that the migration guide builds', async () => {
  const old = await serve(before);
  await old.get('/login?username=ada&password=x');
  await old.get('/notice');
  const migrated = await deploy(after, old);
  expect(await migrated.json('/')).toEqual({ user: 'ada', notices: ['saved'] });
  expect(await migrated.json('/')).toEqual({ user: 'ada', notices: [] });
});

it('a user signs in and out with passport on the app that the migration guide builds', async () => {
  const client = await serve(after);
  await client.get('/login?username=bob&password=x');
  expect(await client.json('/')).toMatchObject({ user: 'bob' });
  const answer = await client.get('/logout');
  expect(answer.status).toBe(302);
  expect(await client.json('/')).toEqual({ notices: [] });
});

it('after a rollback to express-session, and forward again, users are signed in as they were', async () => {
  const migrated = await serve(after);
  await migrated.get('/login?username=eve&password=x');
  await migrated.get('/notice');
  const back = await deploy(before, migrated);
  expect(await back.json('/')).toEqual({ user: 'eve', notices: ['saved'] });
  await back.get('/notice');
  const forward = await deploy(after, back);
  expect(await forward.json('/')).toEqual({ user: 'eve', notices: ['saved'] });
  expect((await forward.get('/logout')).status).toBe(302);
  const backAgain = await deploy(before, forward);
  expect(await backAgain.json('/')).toEqual({ notices: [] });
});
