import { expect, it, vi, onTestFinished } from 'vitest';
import { sign } from 'cookie-signature';
import { sessionCookie } from 'typed-session/testing';
import { linkTo, openInspected, textOf, type InspectedApp } from './inspected-app.js';

async function check(app: InspectedApp, cookie: string): Promise<string> {
  const { status, text } = await app.post('cookie', { cookie });
  expect(status).toBe(200);
  if (cookie.length > 20) expect(text).not.toContain(cookie); // it is a credential
  return textOf(text);
}

it('a valid cookie is accepted, as a value, as a Cookie header, and as a Set-Cookie header, and leads to its session', async () => {
  const app = await openInspected();
  const cookie = await sessionCookie(app.sessions, { userId: 'alice' });
  const value = cookie.slice('sid='.length);
  for (const text of [
    cookie,
    value,
    decodeURIComponent(value),
    `Cookie: a=b; ${cookie}`,
    `Set-Cookie: ${cookie}; Path=/; HttpOnly`,
  ]) {
    expect(await check(app, text)).toContain('The cookie is accepted');
  }
  const { text } = await app.post('cookie', { cookie });
  expect(textOf((await app.get(linkTo(text, 'Show the session'))).text)).toContain('alice');
});

it('a refused cookie is explained: forged, not signed, unknown, or of another name', async () => {
  const app = await openInspected();
  const cookie = await sessionCookie(app.sessions, { userId: 'alice' });
  expect(await check(app, `sid=s:${sign('any', 'another secret')}`)).toMatch(/Refused: signature .*has not signed it/);
  expect(await check(app, cookie.slice(0, -4))).toContain('Refused: signature');
  expect(await check(app, 'plain')).toMatch(/Refused: signature .*not a signed cookie/);
  expect(await check(app, `sid=s:${sign('any', 'keep it')}`)).toMatch(
    /Refused: unknown .*Signed by the current secret/,
  );
  expect(await check(app, 'theme=dark; lang=en')).toMatch(/Refused: none .*no cookie with the name sid/);
  expect(await check(app, '')).toContain('Refused: none');
});

it('a cookie of an older secret is accepted, and the page says which secret it was', async () => {
  const app = await openInspected({ session: { secret: ['the new one', 'keep it'] } });
  const cookie = await sessionCookie(app.sessions, { userId: 'alice' });
  const [id = ''] = decodeURIComponent(cookie).slice('sid=s:'.length).split('.');
  expect(await check(app, `s:${sign(id, 'keep it')}`)).toContain('Signed by secret 2 of 2.');
  expect(await check(app, `s:${sign(id, 'neither')}`)).toContain('None of the 2 secrets has signed it.');
});

it('a cookie of a session that was rotated, has expired, or is damaged is explained', async () => {
  const app = await openInspected({
    routes: (one, sessions) =>
      one.get('/rotate', async (req, res) => {
        await sessions.of(req).rotate();
        res.end();
      }),
  });
  const cookie = await sessionCookie(app.sessions, { userId: 'alice' });
  await fetch(`${app.base}/rotate`, { headers: { cookie } });
  expect(await check(app, cookie)).toMatch(/Refused: rotated .*The session has a new id/);
  const other = await sessionCookie(app.sessions, { userId: 'bob' });
  const [{ key } = { key: '' }] = await app.sessions.list('bob');
  const read = app.store.read.bind(app.store);
  const record = await read(key);
  app.store.read = async (one) => (one === key && record ? { ...record, expiresAt: Date.now() - 1 } : read(one));
  expect(await check(app, other)).toMatch(/Refused: expired .*deadline of the session has passed/);
  app.store.read = async (one) => (one === key && record ? { ...record, data: '' } : read(one));
  expect(await check(app, other)).toContain('Refused: corrupt');
  app.store.read = async (one) => (one === key && record ? { ...record, data: '{"role":"hush"}' } : read(one));
  expect(await check(app, other)).toMatch(/Refused: invalid .*role: invalid_value\)\. onInvalid is “reset”/);
});

it('a check changes nothing: neither the record nor its deadline', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  const app = await openInspected({ session: { touchAfter: 0 } });
  const cookie = await sessionCookie(app.sessions, { userId: 'alice' });
  const [{ key } = { key: '' }] = await app.sessions.list('alice');
  const before = await app.store.read(key);
  vi.setSystemTime(Date.now() + 60_000);
  expect(await check(app, cookie)).toContain('The cookie is accepted');
  expect(await app.store.read(key)).toEqual(before);
});
