import { expect, it } from 'vitest';
import { openShop, type Options } from '../support/shop.js';

async function setCookie(cookie: Options['cookie'], options: Options = {}): Promise<string> {
  const { client } = await openShop(
    (sessions) => ({
      '/count': (req, res) => {
        sessions.of(req).views += 1;
        res.end();
      },
    }),
    { ...options, cookie },
  );
  return (await client.get('/count', { 'X-Forwarded-Proto': 'https' })).cookies[0]?.replace(/=[^;]*/, '') ?? 'none';
}

it('sets the cookie with every attribute that is asked for', async () => {
  expect(await setCookie({})).toBe('connect.sid; Path=/; HttpOnly; SameSite=Lax');
  expect(await setCookie({ httpOnly: false, sameSite: false })).toBe('connect.sid; Path=/');
  expect(await setCookie({ sameSite: true })).toContain('SameSite=Strict');
  expect(await setCookie({ domain: 'shop.example', path: '/count', priority: 'high' })).toBe(
    'connect.sid; Domain=shop.example; Path=/count; HttpOnly; Priority=High; SameSite=Lax',
  );
  expect(await setCookie({ maxAge: 90_500 })).toMatch(/^connect\.sid; Max-Age=90; Path=\/; Expires=.* GMT; /);
  expect(await setCookie({}, { name: 'session' })).toContain('session; Path=/');
});

it('sets a cookie that ends at a fixed moment, together with its session', async () => {
  const expires = new Date(Date.now() + 3_600_000);
  const line = await setCookie({ expires });
  const sent = /Expires=([^;]*)/.exec(line)?.[1] ?? '';
  expect(Math.abs(Date.parse(sent) - expires.getTime())).toBeLessThanOrEqual(1000); // a cookie knows whole seconds
  expect(line).toMatch(/Max-Age=3(599|600);/);
});

it.each([{ maxAge: Number.MAX_SAFE_INTEGER }, { maxAge: 1e300 }, { expires: new Date(8.64e15) }])(
  'sets a cookie for a thousand years where it is to live for ever: %o',
  async (cookie) => {
    expect(await setCookie(cookie)).toMatch(/Max-Age=3153\d{7}; Path=\/; Expires=\w+, \d\d \w+ \d{4} .* GMT;/);
  },
);
