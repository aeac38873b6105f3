import { expect, it, onTestFinished, vi } from 'vitest';
import { MemoryStore, migration, SessionStoreError, type SessionStore } from 'typed-session';
import { SqliteStore } from 'typed-session/sqlite';
import { sessionCookie } from 'typed-session/testing';
import type { EndedSessions } from 'typed-session/inspector';
import { TextStore } from '../support/text-store.js';
import { formOf, inspectedSchema, linkTo, openFirst, openInspected, send, textOf } from './inspected-app.js';

it('the first page lists live sessions with their principal, and marks that of the operator', async () => {
  const app = await openInspected();
  await sessionCookie(app.sessions, { userId: 'alice' });
  await sessionCookie(app.sessions, { note: 'a visitor' });
  const text = textOf((await app.get('')).text);
  expect(text).toContain('3 sessions in the store.');
  expect(text).toMatch(/yours root/);
  expect(text).toMatch(/alice/);
  expect(text).toMatch(/nobody/);
  expect(text).not.toContain('a visitor');
});

it.each([
  ['MemoryStore', () => new MemoryStore()],
  ['SqliteStore', () => new SqliteStore({ file: ':memory:' })],
])('the pages of the list together have all sessions of a %s once', async (_, open) => {
  const app = await openInspected({ session: { store: open() }, inspector: { pageSize: 10 } });
  for (let at = 0; at < 24; at++) await sessionCookie(app.sessions, { userId: `u${at}` });
  const seen: string[] = [];
  let path = '';
  for (let pages = 1; ; pages++) {
    const { text } = await app.get(path);
    const principals = [...text.matchAll(/principal=(\w+)">/g)].map(([, principal]) => principal ?? '');
    expect(principals.length).toBeLessThanOrEqual(10);
    seen.push(...principals);
    if (!text.includes('Next page')) {
      expect(pages).toBe(3);
      expect(linkTo(text, 'First page')).toBe('./');
      break;
    }
    path = linkTo(text, 'Next page').replace('./', '');
  }
  expect(seen.toSorted()).toEqual(['root', ...Array.from({ length: 24 }, (_, at) => `u${at}`)].toSorted());
});

it('a page of a large store is read with the cursors of the store, never as a whole', async () => {
  const inner = new MemoryStore({ maxSessions: 1_000_000 });
  const scans: number[] = [];
  const store: SessionStore = {
    read: (key) => inner.read(key),
    create: (key, record) => inner.create(key, record),
    update: (key, record, revision) => inner.update(key, record, revision),
    touch: (key, expiresAt, revision) => inner.touch(key, expiresAt, revision),
    delete: (key) => inner.delete(key),
    scan: async (cursor, limit) => {
      const page = await inner.scan(cursor, limit);
      scans.push(page.entries.length);
      return page;
    },
  };
  const app = await openInspected({ session: { store } });
  const record = { data: '{}', revision: 1, schemaVersion: 0, createdAt: Date.now(), expiresAt: Date.now() + 60_000 };
  for (let at = 0; at < 20_000; at++) await inner.create(`sid:${at}`, record);
  const { text } = await app.get('');
  expect(textOf(text)).toContain('50 sessions on this page');
  expect(scans.reduce((sum, count) => sum + count, 0)).toBe(50);
});

it('the search finds the sessions of a principal, newest first, page by page', async () => {
  const app = await openInspected({ inspector: { pageSize: 2 } });
  for (const note of ['a', 'b', 'c']) await sessionCookie(app.sessions, { userId: 'alice', note });
  const { text } = await app.get('?q=alice');
  expect(textOf(text)).toContain('Sessions of alice');
  expect(textOf(text)).toContain('3 sessions, newest first.');
  const second = await app.get(linkTo(text, 'Next page').replace('./', ''));
  expect(second.text.match(/name="session"/g)).toHaveLength(1);
  expect(textOf((await app.get('?q=nobody')).text)).toContain('This principal has no sessions');
});

it('the search finds a session by the opaque handle of events and traces', async () => {
  const app = await openInspected();
  for (let at = 0; at < 5; at++) await sessionCookie(app.sessions, { userId: `u${at}` });
  const [, handle = ''] =
    /<code>([\w-]{16})<\/code>[\s\S]*?principal=u3/.exec((await app.get('?principal=u3')).text) ?? [];
  const found = textOf((await app.get(`?q=${handle}`)).text);
  expect(found).toContain('Found.');
  expect(found).toContain('u3');
  expect(textOf((await app.get('?q=AAAAAAAAAAAAAAAA')).text)).toContain('No live session has this handle.');
});

it('a search that takes too long is continued where it stopped', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const store = new MemoryStore();
  const app = await openInspected({ session: { store } });
  const record = { data: '{}', revision: 1, schemaVersion: 0, createdAt: Date.now(), expiresAt: Date.now() + 60_000 };
  for (let at = 0; at < 1_000; at++) await store.create(`sid:${at}`, record);
  await sessionCookie(app.sessions, { userId: 'last' });
  const [, handle = ''] = /<code>([\w-]{16})<\/code>/.exec((await app.get('?principal=last')).text) ?? [];
  const scan = store.scan.bind(store);
  store.scan = async (cursor, limit) => {
    vi.advanceTimersByTime(3_000);
    return scan(cursor, limit);
  };
  const first = (await app.get(`?q=${handle}`)).text;
  expect(textOf(first)).toContain('Searched 500 records. Not found yet.');
  const second = (await app.get(linkTo(first, 'Continue the search').slice(2))).text;
  expect(textOf(second)).toContain('Searched 500 records more.');
  expect(textOf((await app.get(linkTo(second, 'Continue the search').slice(2))).text)).toMatch(/Found\..*last/);
});

it('the page of a session shows its times, version, size, and payload, without sensitive fields', async () => {
  const app = await openInspected({
    session: { version: 3, migrations: { 3: migration(inspectedSchema, inspectedSchema, (old) => old) } },
  });
  const note = 'two\nlines & <b>markup</b>';
  const seen = new Date('2026-01-02T03:04:05Z');
  await sessionCookie(app.sessions, {
    userId: 'alice',
    note,
    token: 'hush-hush',
    seen,
    cart: [{ sku: 'tea', qty: 2 }],
  });
  const list = (await app.get('?principal=alice')).text;
  const text = await openFirst(app, list);
  const shown = textOf(text);
  for (const part of [
    'Created',
    'Last used',
    'Expires if unused',
    'Ends in any case',
    'Schema version 3',
    'Revision 1',
  ]) {
    expect(shown).toContain(part);
  }
  expect(shown).toMatch(/Size \d+ bytes/);
  expect(shown).toContain('note two lines & <b>markup</b>');
  expect(shown).toContain("sku: 'tea', qty: 2");
  expect(shown).toContain('seen 2026-01-02 03:04:05 UTC');
  expect(shown).toContain('token hidden sensitive');
  expect(text).not.toContain('hush-hush');
  expect(text).not.toContain('<b>markup');
});

it('fields of the option hide are hidden, and a sensitive principal is in no page and no address', async () => {
  const app = await openInspected({ inspector: { hide: ['note', 'userId'] } });
  await sessionCookie(app.sessions, { userId: 'alice@example.com', note: 'hush-hush' });
  const found = await app.post('find', { q: 'alice@example.com' });
  const list = await app.get(found.headers.location?.replace('./', '') ?? '');
  const page = await app.get(linkTo(list.text, /<code>([\w-]{16})/.exec(list.text)?.[1] ?? ''));
  expect(textOf(page.text)).toContain('note hidden');
  const others = await app.get('');
  for (const { text, headers } of [found, list, page, others]) {
    expect(text + JSON.stringify(headers)).not.toMatch(/alice|hush-hush/);
  }
  expect(list.text.match(/name="session"/g)).toHaveLength(1);
});

it('a payload that does not fit the schema is reported by its paths and codes, and not shown', async () => {
  const app = await openInspected();
  const record = { revision: 1, schemaVersion: 0, createdAt: Date.now(), expiresAt: Date.now() + 60_000 };
  await app.store.create('sid:wrong', { ...record, data: '{"role":"hush-hush"}', principal: 'sid:w1' });
  await app.store.create('sid:text', { ...record, data: 'hush', principal: 'sid:w2' });
  const open = async (principal: string) => {
    const list = (await app.get(`?principal=${principal}`)).text;
    return await openFirst(app, list);
  };
  expect(textOf(await open('w1'))).toContain('does not fit the schema. It is not shown. role: invalid_value');
  expect(textOf(await open('w2'))).toContain('not JSON');
  expect(await open('w1')).not.toContain('hush-hush');
});

it('no page and no address contains a session id or a key of the store', async () => {
  const app = await openInspected();
  const cookie = await sessionCookie(app.sessions, { userId: 'alice' });
  const [{ key } = { key: '' }] = await app.sessions.list('alice');
  const list = (await app.get('?principal=alice')).text;
  const page = await openFirst(app, list);
  const id = decodeURIComponent(cookie).slice('sid=s:'.length).split('.')[0] ?? 'none';
  for (const text of [list, page]) {
    expect(text).not.toContain(id);
    expect(text).not.toContain(key.slice('sid:'.length));
  }
});

it('the operator ends one session, all sessions of a principal, or all others, and onEnd is told', async () => {
  const ended: EndedSessions[] = [];
  const app = await openInspected({ inspector: { onEnd: (one) => ended.push(one) } });
  const listed = async () => (await app.sessions.list('alice')).length;
  for (const note of ['a', 'b', 'c', 'd', 'e']) await sessionCookie(app.sessions, { userId: 'alice', note });
  await app.post('end', formOf((await app.get('?principal=alice')).text, /^End$/));
  expect(await listed()).toBe(4);
  const list = (await app.get('?principal=alice')).text;
  const page = await openFirst(app, list);
  const others = await app.post('end-all', formOf(page, /^End all others/));
  expect(await listed()).toBe(1);
  expect(others.headers.location).toMatch(/ended=3$/);
  expect(textOf((await app.get(others.headers.location?.slice(2) ?? '')).text)).toContain('3 sessions ended.');
  const all = await app.post('end-all', formOf((await app.get('?principal=alice')).text, /^End all/));
  expect(all.headers.location).toMatch(/ended=1$/);
  expect(await listed()).toBe(0);
  expect(ended.map(({ count, principal }) => [count, principal])).toEqual([[1, 'alice'], [3, 'alice'], [1, 'alice']]); // prettier-ignore
  expect(ended[0]?.session).toMatch(/^[\w-]{16}$/);
  expect(await app.sessions.list('root')).toHaveLength(1);
});

it('a session that the operator ends twice is no error, and its page says that it has ended', async () => {
  const app = await openInspected();
  const cookie = await sessionCookie(app.sessions, { userId: 'alice' });
  const list = (await app.get('?principal=alice')).text;
  const form = formOf(list, /^End$/);
  await app.post('end', form);
  const again = await app.post('end', form);
  expect(again.headers.location).toMatch(/ended=0$/);
  expect(textOf((await app.get('?ended=0')).text)).toContain('No session was left to end.');
  const page = await app.get(linkTo(list, /<code>([\w-]{16})/.exec(list)?.[1] ?? ''));
  expect([page.status, textOf(page.text)]).toEqual([404, expect.stringContaining('This session has ended')]);
  expect(cookie).not.toBe('');
});

it('a form for all others whose exception is damaged ends nothing', async () => {
  const app = await openInspected();
  await sessionCookie(app.sessions, { userId: 'alice' });
  const { principal = '' } = formOf((await app.get('?principal=alice')).text, /^End all/);
  expect((await app.post('end-all', { principal, except: 'damaged' })).status).toBe(400);
  expect((await app.post('end-all', { principal: principal.slice(1) })).status).toBe(400);
  expect(await app.sessions.list('alice')).toHaveLength(1);
});

it('a store that cannot list or find sessions is described, and the rest works', async () => {
  const app = await openInspected({ session: { store: new TextStore() } });
  const text = textOf((await app.get('')).text);
  expect(text).toContain('cannot list all of its sessions.');
  expect(text).not.toContain('Principal or handle');
  expect((await app.get('activity')).status).toBe(200);
});

it('a store that fails is a 503 that says so', async () => {
  const memory = new MemoryStore();
  const app = await openInspected({ session: { store: memory }, inspector: { authorize: () => true } });
  memory.scan = () => Promise.reject(new Error('hush-hush'));
  const answer = await send('GET', `${app.base}/inspect/`, {});
  expect(answer.status).toBe(503);
  expect(answer.headers['retry-after']).toBe('5');
  expect(answer.text).not.toContain('hush-hush');
  expect(textOf(answer.text)).toContain(new SessionStoreError('scan', 'it rejected with Error; see cause').message);
});
