import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import express4 from 'express4';
import { expect, it, onTestFinished } from 'vitest';
import { session, SessionOptionsError } from 'typed-session';
import { inspector } from 'typed-session/inspector';
import { sessionCookie } from 'typed-session/testing';
import { formOf, inspectedSchema, linkTo, openInspected, send, textOf } from './inspected-app.js';

const sessions = session({ schema: inspectedSchema, secret: 'keep it' });

it('the inspector is not made without a function that authorizes', () => {
  expect(() => inspector(sessions, {} as never)).toThrow(SessionOptionsError);
  expect(() => inspector(sessions, {} as never)).toThrow(/^inspector\.authorize: pass a function that decides/);
  expect(() => inspector(sessions, undefined as never)).toThrow(/authorize/);
});

it('the inspector refuses wrong options by their name', () => {
  const authorize = () => true;
  const wrong = (options: object) => () => inspector(sessions, { authorize, ...options });
  expect(wrong({ pagesize: 3 })).toThrow(/inspector\.pagesize: is not an option \(did you mean pageSize\?\)/);
  expect(wrong({ pageSize: 0 })).toThrow(/inspector\.pageSize: must be a whole number from 1 to 500/);
  expect(wrong({ hide: ['nothing'] })).toThrow(/inspector\.hide: the schema has no field nothing/);
  expect(wrong({ hide: 'note' })).toThrow(/inspector\.hide: must be an array/);
  expect(wrong({ title: '' })).toThrow(/inspector\.title/);
  expect(wrong({ onEnd: true })).toThrow(/inspector\.onEnd/);
  expect(() => inspector((() => 0) as never, { authorize })).toThrow(/inspector\(\) takes what session\(\)/);
});

it('the compiler knows the fields that may be hidden', () => {
  inspector(sessions, { authorize: () => true, hide: ['note', 'cart'] }).close();
  // @ts-expect-error -- the schema has no such field
  expect(() => inspector(sessions, { authorize: () => true, hide: ['notes'] })).toThrow(SessionOptionsError);
  expect(() => inspector(sessions, { authorize: () => true, hide: ['notes'] as never })).toThrow(/did you mean note\?/);
});

it('the inspector answers everybody else with a 403 and nothing more, whatever they ask for', async () => {
  const { base, sessions } = await openInspected();
  const cookie = await sessionCookie(sessions, { userId: 'u1' });
  for (const path of ['', 'cookie', 'activity', 'events', 'inspector.css', 'inspector.js', 'session?id=x', 'none']) {
    for (const headers of [{}, { cookie }]) {
      const answer = await send('GET', `${base}/inspect/${path}`, headers);
      expect([path, answer.status, answer.text]).toEqual([path, 403, 'Forbidden\n']);
    }
  }
  const posted = await send('POST', `${base}/inspect/end`, { cookie, 'sec-fetch-site': 'same-origin' });
  expect([posted.status, posted.text]).toEqual([403, 'Forbidden\n']);
});

it('only true authorizes, and an error of authorize goes to the error handlers of the app', async () => {
  for (const answer of [1, 'yes', {}, undefined, Promise.resolve('true')]) {
    const app = await openInspected({ inspector: { authorize: () => answer as boolean } });
    expect((await app.get('')).status).toBe(403);
  }
  const failing = await openInspected({ inspector: { authorize: async () => Promise.reject(new Error('no roles')) } });
  const answer = await failing.get('');
  expect([answer.status, answer.text]).toEqual([500, expect.stringContaining('no roles')]);
  expect((await (await openInspected({ inspector: { authorize: async () => true } })).get('')).status).toBe(200);
});

it('every page forbids inline code, frames, caches, and readers of other origins', async () => {
  const cors: express.RequestHandler = (_req, res, next) => {
    res.set({ 'Access-Control-Allow-Origin': 'https://evil.example', 'Access-Control-Allow-Credentials': 'true' });
    next();
  };
  const { get } = await openInspected({ before: (app) => app.use(cors) });
  for (const path of ['', 'cookie', 'activity', 'session?id=x', 'none']) {
    const { headers, text } = await get(path);
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; .*frame-ancestors 'none'/);
    expect(headers['content-security-policy']).not.toContain('unsafe');
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['access-control-allow-origin']).toBeUndefined();
    expect(text).not.toMatch(/<script>|<style|\son\w+=|\sstyle=/);
  }
});

it('an action is refused unless a page of the same origin sends it', async () => {
  const app = await openInspected();
  const cookie = await sessionCookie(app.sessions, { userId: 'u1' });
  const form = formOf((await app.get('?principal=u1')).text, /^End$/);
  const host = new URL(app.base).host;
  const refused: Record<string, string>[] = [
    {},
    { 'sec-fetch-site': 'cross-site', origin: app.base },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'none' },
    { origin: 'null' },
    { origin: 'https://evil.example' },
    { origin: `http://${host}.evil.example` },
  ];
  for (const headers of refused) {
    for (const path of ['end', 'end-all', 'find', 'cookie']) {
      const answer = await app.post(path, form, headers);
      expect([answer.status, textOf(answer.text)]).toEqual([403, expect.stringContaining('of this origin')]);
    }
  }
  expect(await app.sessions.list('u1')).toHaveLength(1);
  expect((await app.post('end', form, { origin: app.base })).status).toBe(303);
  expect(await app.sessions.list('u1')).toHaveLength(0);
  expect(cookie).not.toBe('');
});

it('an action that is not a form is refused, and so are other methods', async () => {
  const app = await openInspected();
  const same = { 'sec-fetch-site': 'same-origin' };
  const json = await send('POST', `${app.base}/inspect/end`, { ...same, cookie: app.admin, 'content-type': 'application/json' }, '{}'); // prettier-ignore
  expect(json.status).toBe(415);
  expect((await app.post('end', { session: 'x' })).status).toBe(400);
  expect((await app.post('end-all', { principal: 'x' })).status).toBe(400);
  expect((await app.post('cookie', { cookie: 'x'.repeat(70_000) })).status).toBe(413);
  expect((await app.get('end')).status).toBe(404);
  const put = await send('PUT', `${app.base}/inspect/`, { cookie: app.admin });
  expect([put.status, put.headers.allow]).toEqual([405, 'GET, HEAD, POST']);
  expect((await send('HEAD', `${app.base}/inspect/`, { cookie: app.admin })).status).toBe(200);
});

it.each([
  ['Express 5', express],
  ['Express 4', express4],
])('the inspector works in %s, also behind a body parser, and below a path without a slash', async (_, make) => {
  for (const parser of [undefined, express.urlencoded({ extended: true })]) {
    const app = await openInspected({ make, before: (one) => parser && one.use(parser) });
    await sessionCookie(app.sessions, { userId: 'u1' });
    const bare = await send('GET', `${app.base}/inspect?principal=u1`, { cookie: app.admin });
    expect([bare.status, bare.headers.location]).toEqual([303, './inspect/?principal=u1']);
    const { text } = await app.get('?principal=u1');
    const ended = await app.post('end', formOf(text, /^End$/));
    expect([ended.status, ended.headers.location]).toEqual([303, './?principal=u1&ended=1']);
    expect(textOf((await app.get('?principal=u1&ended=1')).text)).toContain('1 session ended.');
  }
});

it('the inspector works on a bare Node server', async () => {
  const handler = inspector(sessions, { authorize: (req) => req.headers['x-operator'] === 'yes' });
  const server = createServer((request, response) => {
    handler(request, response, () => response.writeHead(500).end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    handler.close();
    server.close();
  });
  const base = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  expect((await send('GET', base, {})).status).toBe(403);
  const page = await send('GET', base, { 'x-operator': 'yes' });
  expect([page.status, linkTo(page.text, 'Activity')]).toEqual([200, 'activity']);
});
