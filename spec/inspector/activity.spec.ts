import { get as httpGet, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import compression from 'compression';
import type { RequestHandler } from 'express';
import { expect, it, onTestFinished, vi } from 'vitest';
import { sessionCookie } from 'typed-session/testing';
import { linkTo, openInspected, send, textOf, type InspectedApp } from './inspected-app.js';

/** An app whose requests cause a conflict, an invalid load, and errors. */
function openBusy(before?: RequestHandler): Promise<InspectedApp> {
  return openInspected({
    before: (app) => before && app.use(before),
    routes: (app, sessions) => {
      app.get('/read', (req, res) => {
        res.send(sessions.of(req).role);
      });
      app.get('/conflict/:word', async (req, res) => {
        const mine = sessions.of(req);
        const other = await fetch(`http://${req.headers.host ?? ''}/note`, {
          headers: { cookie: req.headers.cookie ?? '' },
        });
        await other.text();
        mine.note = String(Math.random());
        res.send('mine');
      });
      app.get('/wrong', (req, res) => {
        sessions.of(req).note = 5 as never;
        res.send('wrong');
      });
      app.get('/note', (req, res) => {
        sessions.of(req).note = String(Math.random());
        res.send('theirs');
      });
    },
  });
}

/** The messages of a stream, as they arrive. */
async function openStream(app: InspectedApp, path = 'events', headers: Record<string, string> = {}) {
  const outgoing = httpGet(`${app.base}/inspect/${path}`, {
    headers: { cookie: app.admin, 'sec-fetch-site': 'same-origin', ...headers },
    agent: false,
  });
  onTestFinished(() => void outgoing.destroy());
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  response.setEncoding('utf8');
  let text = '';
  response.on('data', (chunk: string) => (text += chunk));
  const ended = once(response, 'end');
  ended.catch(() => undefined); // the client may end it first
  return {
    response,
    ended,
    text: () => text,
    until: async (part: string): Promise<string> => {
      while (!text.includes(part)) await once(response, 'data');
      return text;
    },
  };
}

it('the page of activity counts the events of the last hour, and lists conflicts, invalid loads, and errors', async () => {
  const app = await openBusy();
  const cookie = await sessionCookie(app.sessions, { userId: 'alice' });
  await fetch(`${app.base}/read`);
  await fetch(`${app.base}/read`, { headers: { cookie: 'sid=forged' } });
  await fetch(`${app.base}/conflict/hush-hush`, { headers: { cookie } });
  await fetch(`${app.base}/wrong`, { headers: { cookie } });
  const record = { revision: 1, schemaVersion: 0, createdAt: Date.now(), expiresAt: Date.now() + 60_000 };
  const invalid = await sessionCookie(app.sessions, { userId: 'bob' });
  const [{ key } = { key: '' }] = await app.sessions.list('bob');
  await app.store.delete(key);
  await app.store.create(key, { ...record, data: '{"role":"hush-hush"}' });
  await fetch(`${app.base}/read`, { headers: { cookie: invalid } });
  const { text } = await app.get('activity');
  const shown = textOf(text);
  expect(shown).toMatch(/Cookies refused 1 /);
  expect(shown).toMatch(/Conflicts 1 /);
  expect(shown).toMatch(/Invalid payloads 1 /);
  expect(shown).toMatch(/Errors 1 /);
  expect(shown).toMatch(/conflict Both changed note\. GET \/conflict\/:word/);
  expect(shown).toMatch(/error SessionValidationError: .* \(refused\)/);
  expect(shown).toMatch(/invalid Version 0: role \(invalid_value\)\./);
  expect(text).not.toContain('hush-hush');
  expect(text.match(/>[\w-]{16}<\/code>/g)).toHaveLength(3); // each has its session
  const [, handle = ''] = /<code>([\w-]{16})<\/code>/.exec(text.slice(text.indexOf('Both changed'))) ?? [];
  expect(textOf((await app.get(linkTo(text, handle))).text)).toContain('Principal alice');
});

it('counts of another middleware are not included', async () => {
  const app = await openBusy();
  const other = await openInspected({ session: { name: 'other' } });
  await fetch(`${app.base}/read`, { headers: { cookie: 'sid=forged' } });
  expect(textOf((await app.get('activity')).text)).toMatch(/Cookies refused 1 /);
  const shown = await other.get('activity');
  expect(textOf(shown.text)).toMatch(/Cookies refused 0 /);
});

it('a stream sends what happens as it happens, with the address of the session', async () => {
  const app = await openBusy();
  const cookie = await sessionCookie(app.sessions, { userId: 'alice' });
  const stream = await openStream(app);
  expect(stream.response.headers['content-type']).toBe('text/event-stream; charset=utf-8');
  expect(stream.response.headers['cache-control']).toBe('no-store, no-transform');
  await fetch(`${app.base}/conflict/word`, { headers: { cookie } });
  const text = await stream.until('event: entries');
  expect(text).toMatch(/id: \w+-\d+\nevent: entries\ndata: ".*Both changed note/);
  expect(text).toContain('session?id=');
});

it('a stream is not held back by compression', async () => {
  const app = await openBusy(compression());
  const cookie = await sessionCookie(app.sessions, { userId: 'alice' });
  const stream = await openStream(app, 'events', { 'accept-encoding': 'gzip' });
  expect(stream.response.headers['content-encoding']).toBeUndefined();
  await fetch(`${app.base}/conflict/word`, { headers: { cookie } });
  await stream.until('Both changed note');
});

it('a stream that is opened again continues after what the browser got last', async () => {
  const app = await openBusy();
  const cookie = await sessionCookie(app.sessions, { userId: 'alice' });
  const conflict = () => fetch(`${app.base}/conflict/word`, { headers: { cookie } });
  const { text } = await app.get('activity');
  const [, path = ''] = /data-stream="([^"]*)"/.exec(text) ?? [];
  await conflict();
  const first = await (await openStream(app, path)).until('event: entries');
  const [, id = ''] = /id: (\S+)/.exec(first) ?? [];
  await conflict();
  const second = await (await openStream(app, path, { 'last-event-id': id })).until('event: entries');
  expect(/id: \w+-(\d+)/.exec(second)?.[1]).toBe(String(Number(id.split('-')[1]) + 1));
  const unknown = await openStream(app, 'events', { 'last-event-id': 'another-1' });
  await unknown.until('retry');
  expect(unknown.text()).not.toContain('entries');
});

it('a stream is refused to pages of other origins and to requests that are not authorized', async () => {
  const app = await openBusy();
  expect((await app.get('events')).status).toBe(403);
  expect((await app.get('events', { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  const cookie = await sessionCookie(app.sessions, { userId: 'alice' });
  const answer = await send('GET', `${app.base}/inspect/events`, { cookie, 'sec-fetch-site': 'same-origin' });
  expect(answer.status).toBe(403);
});

it('a stream ends after a minute, so that its next request is authorized again', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const app = await openBusy();
  const stream = await openStream(app);
  await stream.until('retry');
  vi.advanceTimersByTime(5_000);
  await stream.until('event: counts');
  vi.advanceTimersByTime(55_000);
  await stream.ended;
});

it('close() ends the streams and the subscriptions, and the number of streams is limited', async () => {
  const app = await openBusy();
  const streams = await Promise.all(Array.from({ length: 20 }, () => openStream(app)));
  const refused = await app.get('events', { 'sec-fetch-site': 'same-origin' });
  expect([refused.status, refused.headers['retry-after']]).toEqual([503, '30']);
  app.handler.close();
  await Promise.all(streams.map(({ ended }) => ended));
  await fetch(`${app.base}/read`, { headers: { cookie: 'sid=forged' } });
  expect(textOf((await app.get('activity')).text)).toMatch(/Cookies refused 0 /);
  expect((await app.get('events', { 'sec-fetch-site': 'same-origin' })).status).toBe(503);
});

it('however much happens, an hour of counts and the latest 200 entries are remembered', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-03-01T12:00:30Z') });
  onTestFinished(() => void vi.useRealTimers());
  const app = await openBusy();
  const record = { revision: 1, schemaVersion: 0, createdAt: Date.now(), expiresAt: Date.now() + 1e8, data: '?' };
  const cookie = await sessionCookie(app.sessions, { userId: 'bob' });
  const [{ key } = { key: '' }] = await app.sessions.list('bob');
  const read = app.store.read.bind(app.store);
  app.store.read = async (one) => (one === key ? record : read(one));
  for (let at = 0; at < 205; at++) await fetch(`${app.base}/read`, { headers: { cookie } });
  const { text } = await app.get('activity');
  expect(textOf(text)).toMatch(/Invalid payloads 205 /);
  expect(text.match(/class="badge invalid"/g)).toHaveLength(200);
  expect(text).toMatch(/<th scope="row">12:00 UTC<\/th>/);
  vi.setSystemTime(Date.now() + 61 * 60_000);
  const admin = await sessionCookie(app.sessions, { userId: 'root', role: 'admin' });
  const later = await send('GET', `${app.base}/inspect/activity`, { cookie: admin });
  expect(textOf(later.text)).toMatch(/Invalid payloads 0 /);
});
