// @ts-check
// The account API of examples/, as a client sees it: the one test that express-controllers, nestjs and
// routing-controllers have in common.
import assert from 'node:assert/strict';

/** A client with one cookie. */
class Client {
  /** @param {string} base */
  constructor(base) {
    this.base = base;
    this.cookie = '';
  }

  /** @param {string} method @param {string} path @param {object} [body] */
  async call(method, path, body) {
    const response = await fetch(this.base + path, {
      method,
      redirect: 'manual',
      headers: {
        ...(this.cookie === '' ? {} : { cookie: this.cookie }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    for (const line of response.headers.getSetCookie()) {
      const value = /^sid=([^;]*)/.exec(line)?.[1] ?? '';
      this.cookie = value === '' ? '' : `sid=${value}`;
    }
    const text = await response.text();
    const type = response.headers.get('content-type') ?? '';
    return { status: response.status, type, body: text === '' ? undefined : JSON.parse(text) };
  }
}

/** @param {{ status: number, type: string, body: any }} answer @param {string[]} fields */
function isRefused(answer, fields) {
  assert.equal(answer.status, 401);
  assert.match(answer.type, /^application\/problem\+json/);
  assert.equal(answer.body.code, 'SESSION_REQUIRED');
  assert.deepEqual(answer.body.missing, fields);
}

/**
 * @param {string} base where the API listens
 */
export async function accountApi(base) {
  const ada = new Client(base);
  assert.deepEqual((await ada.call('GET', '/prices')).body, { tea: 3 }); // for everybody
  assert.equal(ada.cookie, ''); // and nothing was stored
  isRefused(await ada.call('GET', '/account'), ['userId']);
  isRefused(await ada.call('POST', '/account/notes', { text: 'x' }), ['userId']);
  isRefused(await ada.call('POST', '/logout'), ['userId']);

  const login = await ada.call('POST', '/login', { user: 'ada' });
  assert.deepEqual([login.status, login.body], [200, { userId: 'ada', role: 'user' }]);
  const again = await ada.call('POST', '/login', { user: 'bob' });
  assert.deepEqual([again.status, again.body.code], [403, 'SESSION_PRESENT']);

  const added = await ada.call('POST', '/account/notes', { text: 'tea is out' });
  assert.deepEqual([added.status, added.body], [201, ['tea is out']]);
  assert.deepEqual((await ada.call('GET', '/account/notes')).body, ['tea is out']);
  assert.deepEqual((await ada.call('GET', '/account')).body, { userId: 'ada', role: 'user', notes: 1 });
  const forbidden = await ada.call('DELETE', '/account/notes');
  assert.deepEqual([forbidden.status, forbidden.body.code], [403, 'SESSION_FORBIDDEN']);
  assert.deepEqual(forbidden.body.failed, ['role']);

  const root = new Client(base);
  await root.call('POST', '/login', { user: 'root' });
  await root.call('POST', '/account/notes', { text: 'mine' });
  const cleared = await root.call('DELETE', '/account/notes');
  assert.deepEqual([cleared.status, cleared.body], [200, { clearedBy: 'admin' }]);
  assert.deepEqual((await root.call('GET', '/account/notes')).body, []);
  assert.deepEqual((await ada.call('GET', '/account/notes')).body, ['tea is out']); // another's session

  const old = ada.cookie;
  const logout = await ada.call('POST', '/logout');
  assert.equal(logout.status, 204);
  assert.equal(ada.cookie, '');
  const thief = new Client(base);
  thief.cookie = old;
  isRefused(await thief.call('GET', '/account'), ['userId']);
}
