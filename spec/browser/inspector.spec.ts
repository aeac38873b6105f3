import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sessionCookie } from 'typed-session/testing';
import { launch, openAs, violations } from '../inspector/browser.js';
import { openInspected, type InspectedApp } from '../inspector/inspected-app.js';

let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(() => browser.close());

/** An app with some sessions, and with a route that causes a conflict. */
async function openApp(): Promise<InspectedApp & { readonly conflict: () => Promise<void> }> {
  const app = await openInspected({
    inspector: { title: 'Tea shop', pageSize: 5 },
    routes: (one, sessions) => {
      one.get('/conflict', async (req, res) => {
        const mine = sessions.of(req);
        await fetch(`${app.base}/note`, { headers: { cookie: req.headers.cookie ?? '' } });
        mine.note = String(Math.random());
        res.end();
      });
      one.get('/note', (req, res) => {
        sessions.of(req).note = String(Math.random());
        res.end();
      });
    },
  });
  const cart = [{ sku: 'green-tea', qty: 2 }];
  const alice = await sessionCookie(app.sessions, {
    userId: 'alice',
    cart,
    token: 'hush',
    seen: new Date(),
    note: 'Hi',
  });
  await sessionCookie(app.sessions, { userId: 'alice', cart });
  await sessionCookie(app.sessions, { userId: 'alice' });
  for (let at = 0; at < 4; at++) await sessionCookie(app.sessions, { userId: `user-${at}` });
  await sessionCookie(app.sessions, { note: 'a visitor' });
  const conflict = async (): Promise<void> => {
    await fetch(`${app.base}/conflict`, { headers: { cookie: alice } });
  };
  return { ...app, conflict };
}

it.each([
  ['with scripts', true],
  ['without scripts', false],
])('in Chromium, an operator finds and ends sessions by clicking, %s', async (_, javaScriptEnabled) => {
  const app = await openApp();
  const { page, complaints } = await openAs(browser, app, { javaScriptEnabled });
  await page.goto(`${app.base}/inspect`);
  expect(await page.getByRole('row').count()).toBe(6); // with the heading
  await page.getByRole('link', { name: 'Next page' }).click();
  await page.getByRole('link', { name: 'First page' }).click();
  await page.getByRole('searchbox').fill('alice');
  await page.getByRole('button', { name: 'Search' }).click();
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Sessions of alice');
  await page.getByRole('rowheader').first().getByRole('link').click();
  expect(await page.getByRole('definition').allTextContents()).toContain('alice');
  await page.getByText('End all others of this principal').first().click();
  await page.getByRole('button', { name: 'End all others of this principal' }).click();
  expect(await page.getByRole('status').textContent()).toMatch(/2 sessions ended\./);
  expect(await app.sessions.list('alice')).toHaveLength(1);
  await page.getByRole('button', { name: /^End session/ }).click();
  expect(await page.getByRole('status').textContent()).toMatch(/1 session ended\./);
  expect(await app.sessions.list('alice')).toHaveLength(0);
  expect(complaints).toEqual([]);
});

it('in Chromium, an operator uses the keyboard alone', async () => {
  const app = await openApp();
  const { page } = await openAs(browser, app);
  await page.goto(`${app.base}/inspect/?principal=alice`);
  const tabTo = async (name: string | RegExp, role: 'link' | 'button' | 'searchbox' = 'link'): Promise<void> => {
    const wanted = page.getByRole(role, { name }).first();
    for (let presses = 0; presses < 40; presses++) {
      await page.keyboard.press('Tab');
      if (await wanted.evaluate((element: any) => element === element.ownerDocument.activeElement)) return;
    }
    throw new Error(`The keyboard does not lead to ${String(name)}`);
  };
  await tabTo('Skip to the content');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await page.keyboard.type('user-1');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Sessions of user-1' }).waitFor();
  for (let presses = 0; ; presses++) {
    await page.keyboard.press('Tab');
    const text = await page.evaluate('document.activeElement.textContent');
    if (String(text).startsWith('End all')) break;
    if (presses > 40) throw new Error('The keyboard does not lead to the question.');
  }
  await page.keyboard.press('Enter'); // opens the question
  await tabTo(/^End all/, 'button');
  await page.keyboard.press('Enter');
  await page.getByText('1 session ended.').waitFor();
  expect(await app.sessions.list('user-1')).toHaveLength(0);
});

it('in Chromium, an operator sees a conflict as it happens, and opens its session', async () => {
  const app = await openApp();
  const { page, complaints } = await openAs(browser, app);
  await page.goto(`${app.base}/inspect/`);
  await page.getByRole('link', { name: 'Activity' }).click();
  await page.getByText('Live', { exact: true }).waitFor();
  await app.conflict();
  const entry = page.getByRole('log').getByRole('listitem');
  await entry.waitFor();
  expect(await entry.textContent()).toContain('Both changed note.');
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByRole('button', { name: 'Continue' }).click();
  await entry.getByRole('link').click();
  expect(await page.getByRole('definition').allTextContents()).toContain('alice');
  expect(complaints).toEqual([]);
});

it('in Chromium, an operator learns why a cookie is refused', async () => {
  const app = await openApp();
  const { page, complaints } = await openAs(browser, app);
  await page.goto(`${app.base}/inspect/`);
  await page.getByRole('link', { name: 'Check a cookie' }).click();
  await page.getByRole('textbox', { name: 'The cookie' }).fill(`${app.admin}x`);
  await page.getByRole('button', { name: 'Check' }).click();
  expect(await page.getByRole('status').textContent()).toContain('Refused: signature');
  expect(await page.getByRole('textbox', { name: 'The cookie' }).inputValue()).toBe('');
  await page.getByRole('textbox', { name: 'The cookie' }).fill(app.admin);
  await page.getByRole('button', { name: 'Check' }).click();
  await page.getByRole('link', { name: 'Show the session' }).click();
  expect(await page.getByText('This is your own session.').count()).toBe(1);
  expect(complaints).toEqual([]);
});

it.each([
  ['light mode', { colorScheme: 'light' }],
  ['dark mode', { colorScheme: 'dark' }],
  ['dark mode on a phone', { colorScheme: 'dark', viewport: { width: 360, height: 740 } }],
] as const)(
  'in Chromium, axe finds nothing on any page in %s, and no page is wider than the screen',
  async (_, options) => {
    const app = await openApp();
    const { page } = await openAs(browser, app, options);
    const check = async (): Promise<void> => {
      const title = await page.title();
      expect([title, await violations(page)]).toEqual([title, []]);
      const tooWide = await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      expect([title, tooWide]).toEqual([title, 0]);
    };
    await page.goto(`${app.base}/inspect/?ended=3`);
    await check();
    await page.goto(`${app.base}/inspect/?principal=alice`);
    await page.getByText('End all').first().click();
    await check();
    await page.getByRole('rowheader').first().getByRole('link').click();
    await page.getByText('End all others').first().click();
    await check();
    await page.goto(`${app.base}/inspect/?q=nobody`);
    await check();
    await page.goto(`${app.base}/inspect/cookie`);
    await check();
    for (const cookie of [app.admin, 'forged']) {
      await page.getByRole('textbox', { name: 'The cookie' }).fill(cookie);
      await page.getByRole('button', { name: 'Check' }).click();
      await check();
    }
    await page.goto(`${app.base}/inspect/activity`);
    await app.conflict();
    await page.getByRole('log').getByRole('listitem').waitFor();
    await page.getByText('Counts per minute').click();
    await check();
    await page.goto(`${app.base}/inspect/none`);
    await check();
  },
);
