import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import express, { type Express } from 'express';
import { expect, it, onTestFinished } from 'vitest';
import { MemoryStore, session, type SessionStore } from 'typed-session';
import { z } from 'zod';
import { certificate } from '../support/certificate.js';
import { TextStore } from '../support/text-store.js';

const secret = 'Vq3ZsT7nJx0LpR5uYb2WkGd9FhMc6Ea1';
const schema = z.object({ userId: z.string().optional() });

/** One release of the app; `next` is where its login and its page lead to. */
function release(store: SessionStore | TextStore, options: object, next: string): Express {
  const app = express();
  const sessions = session({ schema, secret, store, principal: 'userId', cookie: { secure: true }, ...options });
  app.use(sessions);
  app.get('/login', (req, res) => {
    sessions.of(req).userId = 'ada';
    res.redirect(next);
  });
  app.get('/move', (req, res) => {
    res.redirect(next);
  });
  app.get('/page', (req, res) => {
    const names = (req.headers.cookie ?? '').split('; ').map((cookie) => cookie.split('=')[0]);
    res.type('html').send(`<p>user: ${sessions.of(req).userId ?? 'nobody'}; cookies: ${names.join(' ')};</p>`);
  });
  return app;
}

/** What Chromium shows in the end of an address, after all redirects. */
async function visit(url: string): Promise<string> {
  const profile = mkdtempSync(join(tmpdir(), 'typed-session-chromium-'));
  onTestFinished(() => {
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  });
  const quiet = ['--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
  const alone = ['--headless', '--no-sandbox', '--disable-gpu', '--ignore-certificate-errors'];
  const args = [...alone, ...quiet, `--user-data-dir=${profile}`, '--virtual-time-budget=5000', '--dump-dom', url];
  const { stdout } = await promisify(execFile)(process.env['CHROMIUM'] ?? 'chromium', args, { timeout: 50_000 });
  return /<p>(.*)<\/p>/.exec(stdout)?.[1] ?? stdout;
}

/** A site over TLS whose releases are deployed by a visit to `/deploy/N`, which goes on to the new release's page. */
async function site(releases: readonly Express[], then: readonly string[]): Promise<string> {
  let current = releases[0]!;
  const { key, cert } = certificate();
  const server = createServer({ key, cert }, (req, res) => {
    const [, deployed] = /^\/deploy\/(\d)$/.exec(req.url ?? '') ?? [];
    if (deployed === undefined) {
      (current as RequestListener)(req, res);
      return;
    }
    current = releases[Number(deployed)]!;
    res.writeHead(302, { Location: then[Number(deployed)] }).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `https://localhost:${String((server.address() as AddressInfo).port)}`;
}

it.each([
  ['a store of this library', () => new MemoryStore()],
  ['a store made for express-session', () => new TextStore()],
])(
  'in Chromium, a user who signed in under connect.sid stays signed in when the cookie moves to __Host-sid, on %s',
  async (_, open) => {
    const store = open();
    const base = await site(
      [
        release(store, { name: 'connect.sid' }, '/deploy/1'),
        release(store, {}, '/deploy/2'), // moves the cookie at its first request
        release(store, { name: open() instanceof MemoryStore ? '__Host-sid' : undefined }, '/page'),
      ],
      ['', '/move', '/page'],
    );
    expect(await visit(`${base}/login`)).toBe('user: ada; cookies: __Host-sid;');
  },
);

it('in Chromium, a user stays signed in when a rollback follows, as long as connect.sid comes first', async () => {
  const store = new MemoryStore();
  const base = await site(
    [
      release(store, { name: 'connect.sid' }, '/deploy/1'),
      release(store, { name: ['connect.sid', '__Host-sid'] }, '/deploy/2'),
      release(store, { name: 'connect.sid' }, '/page'),
    ],
    ['', '/move', '/page'],
  );
  expect(await visit(`${base}/login`)).toBe('user: ada; cookies: connect.sid;');
});
