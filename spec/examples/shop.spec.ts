import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { addToCart, cartLines, changeInCart, countOf, MAX_QUANTITY, removeFromCart } from '../../examples/shop/cart.js';
import { deviceName } from '../../examples/shop/devices.js';
import { readLine, readLogin } from '../../examples/shop/forms.js';
import { html } from '../../examples/shop/html.js';
import { hashPassword, isPassword } from '../../examples/shop/passwords.js';
import { readSettings } from '../../examples/shop/settings.js';
import { authenticate, demoLogin } from '../../examples/shop/users.js';

// The app as a whole is tried by scripts/try-example.mjs. Files that import the example's session.ts cannot be
// imported here: its schema would be registered for all specs.

describe("the shop's html", () => {
  it('escapes what is not html itself', () => {
    const name = `<b>&"'`;
    expect(html`<p title="${name}">${name}</p>`.text).toBe(
      '<p title="&lt;b&gt;&amp;&quot;&#39;">&lt;b&gt;&amp;&quot;&#39;</p>',
    );
  });

  it('nests, joins lists and leaves nothing for false and undefined', () => {
    expect(html`${[html`<i>${0}</i>`, '<', false, undefined]}`.text).toBe('<i>0</i>&lt;');
  });

  it('takes a backslash as it is written', () => {
    expect(html`a ${'\\n'} b`.text).toBe('a \\n b');
  });
});

describe("the shop's forms", () => {
  it.each(['', '0', '-1', '1.5', '1e1', '100', 'many', '٣', '99999'])('have no quantity in %j', (qty) => {
    expect(readLine({ sku: 'ink', qty })).toEqual({ sku: 'ink', qty: undefined });
  });

  it.each([
    ['1', 1],
    [' 7 ', 7],
    ['99', MAX_QUANTITY],
  ])('have a quantity in %j', (qty, read) => {
    expect(readLine({ qty }).qty).toBe(read);
  });

  it.each([undefined, null, 'text', {}, { login: ['a'], password: { a: 1 } }, { login: 'x'.repeat(300) }])(
    'read nothing from %j',
    (body) => {
      expect(readLogin(body)).toEqual({ login: undefined, password: undefined });
    },
  );
});

// scrypt takes its time, and several times that on a machine that is busy
describe("the shop's users", { timeout: 60_000 }, () => {
  it('are let in with their password alone', async () => {
    const { login, password } = demoLogin;
    expect((await authenticate(login, password))?.name).toBe('Ada Lovelace');
    expect(await authenticate(login, `${password} `)).toBeUndefined();
    expect(await authenticate('nobody', password)).toBeUndefined();
  });

  it('have a hash of their own for the same password', async () => {
    const hashes = await Promise.all([hashPassword('caf\u00e9'), hashPassword('caf\u00e9')]);
    expect(hashes[0]).not.toBe(hashes[1]);
    for (const hash of hashes) {
      expect(await isPassword('cafe\u0301', hash)).toBe(true);
      expect(await isPassword('cafe', hash)).toBe(false);
    }
  });
});

describe("the shop's devices", () => {
  it.each([
    ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox on Linux'],
    ['Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/142.0 Mobile Safari/537.36', 'Chrome on Android'],
    ['Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile Safari/604.1', 'Safari on iPhone'],
    ['Mozilla/5.0 (Windows NT 10.0) Chrome/142.0 Safari/537.36 Edg/142.0', 'Edge on Windows'],
    ['curl/8.14.1', 'curl'],
    ['', 'Unknown device'],
    [undefined, 'Unknown device'],
  ])('are named by the user agent %j', (userAgent, name) => {
    expect(deviceName(userAgent)).toBe(name);
  });
});

describe("the shop's cart", () => {
  it('adds up to a limit, changes and removes', () => {
    const session = { cart: [{ sku: 'ink', qty: 2 }] };
    expect(addToCart(session, 'ink', 3)).toBe(5);
    expect(addToCart(session, 'lamp', MAX_QUANTITY)).toBe(MAX_QUANTITY);
    expect(addToCart(session, 'lamp', 1)).toBe(MAX_QUANTITY);
    expect(changeInCart(session, 'lamp', 4)).toBe(true);
    expect(changeInCart(session, 'ruler', 4)).toBe(false);
    expect(countOf(session.cart)).toBe(9);
    removeFromCart(session, 'ink');
    expect(session.cart).toEqual([{ sku: 'lamp', qty: 4 }]);
  });

  it('leaves out what left the catalogue', () => {
    expect(cartLines([{ sku: 'quill', qty: 1 }])).toEqual([]);
  });
});

describe("the shop's settings", () => {
  const folder = mkdtempSync(join(tmpdir(), 'shop-settings-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('keep a secret that they made, for its owner alone', () => {
    const env = { SHOP_DATA: join(folder, 'new', 'data') };
    const { secret } = readSettings(env);
    expect(secret).toMatch(/^[\w-]{43}$/);
    expect(readSettings(env).secret).toBe(secret);
    const file = join(env.SHOP_DATA, 'secret');
    expect(readFileSync(file, 'utf8')).toBe(secret);
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readSettings({ ...env, SESSION_SECRET: 'given' }).secret).toBe('given');
  });

  it('name a Redis or a PostgreSQL by its URL, and then need a secret from the environment', () => {
    const env = { SHOP_DATA: join(folder, 'none'), SESSION_STORE: 'postgres://127.0.0.1/shop' };
    expect(readSettings({ ...env, SESSION_SECRET: 'given' }).storeUrl?.href).toBe(env.SESSION_STORE);
    expect(() => readSettings(env)).toThrow('SESSION_SECRET is not set');
    expect(existsSync(env.SHOP_DATA)).toBe(false);
  });

  it.each(['mysql://127.0.0.1/shop', 'not a URL'])('refuse the store %j', (SESSION_STORE) => {
    expect(() => readSettings({ SHOP_DATA: folder, SESSION_STORE })).toThrow('SESSION_STORE must be a URL');
  });

  it.each(['', 'http', '-1', '65536', '1.5'])('refuse the port %j', (port) => {
    expect(() => readSettings({ SHOP_DATA: folder, PORT: port })).toThrow('PORT is');
  });
});
