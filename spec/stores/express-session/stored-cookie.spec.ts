import { expect, it } from 'vitest';
import { session, type ExpressSessionStore } from 'typed-session';
import { makeApp, type Client } from '../../support/app.js';
import { schema } from '../../support/shop.js';
import { fromStoredSession, toStoredSession } from '../../../lib/stores/express-session/express-session-layout.js';
import type { Callback } from '../../support/text-store.js';

const later = () => new Date(Date.now() + 60_000);

/** What a store hands out as the cookie of a session that is still alive. */
const cookies: Record<string, () => unknown> = {
  'maxAge beside expires': () => ({
    originalMaxAge: 60_000,
    maxAge: 60_000,
    expires: later().toISOString(),
    path: '/',
  }),
  'maxAge alone': () => ({ originalMaxAge: null, maxAge: 60_000 }),
  'a maxAge of another type': () => ({ originalMaxAge: '60000', maxAge: {}, expires: later() }),
  '_expires instead of expires': () => ({ _expires: later().toISOString(), originalMaxAge: 60_000 }),
  'expires as a number': () => ({ expires: later().getTime(), originalMaxAge: 60_000 }),
  'an invalid expires': () => ({ expires: new Date(NaN), originalMaxAge: Number.NaN }),
  'expires far beyond any date': () => ({ expires: 1e300, originalMaxAge: Infinity }),
  'a negative life': () => ({ expires: later(), originalMaxAge: -5 }),
  'methods and names of the prototype': () => ({
    ...{ expires: later(), toJSON: 'text', data: 1, serialize: 2, constructor: 3, hasOwnProperty: 4 },
    ...(JSON.parse('{"__proto__": {"path": "/other"}}') as object),
  }),
  'a property that JSON cannot hold': () => ({ expires: later(), big: 1n, cb: () => 1, list: [1], loop: globalThis }),
  'getters, one of which throws': () => ({
    get expires() {
      return later();
    },
    get maxAge() {
      return 60_000;
    },
    get priority() {
      throw new Error('no');
    },
  }),
  'no object': () => 'cookie',
  'a wrong typedSession': () => ({ expires: later(), typedSession: { revision: 'x' } }),
};

/** A store that hands out what it was given, without a way through JSON, and a first session of express-session. */
class ObjectStore implements ExpressSessionStore {
  readonly sessions = new Map<string, object>();
  readonly touches: boolean;
  touch?: NonNullable<ExpressSessionStore['touch']>;

  constructor(touches: boolean) {
    this.touches = touches;
    if (touches) this.touch = this.set.bind(this);
  }
  get(id: string, callback: Callback): void {
    callback(null, this.sessions.get(id));
  }
  set(id: string, data: object, callback?: Callback): void {
    this.sessions.set(id, JSON.parse(JSON.stringify(data)) as object);
    callback?.(null);
  }
  destroy(id: string, callback?: Callback): void {
    this.sessions.delete(id);
    callback?.(null);
  }
}

function open(store: ExpressSessionStore): Promise<Client> {
  const sessions = session({ schema, secret: 'keep it', store, touchAfter: 0, name: 'connect.sid' });
  return makeApp((app) => {
    app.use(sessions);
    app.get('/', (req, res) => void res.json(sessions.of(req)));
    app.get('/view', (req, res) => {
      sessions.of(req).views += 1;
      res.json(sessions.of(req));
    });
    app.get('/rotate', async (req, res) => {
      await sessions.of(req).rotate();
      res.json({});
    });
    app.get('/logout', async (req, res) => {
      await sessions.of(req).destroy();
      res.json({});
    });
  });
}

it.each(Object.entries(cookies).flatMap(([what, make]) => [[what, make, true], [what, make, false]] as const))(
  'a session whose stored cookie has %s can be touched, changed, rotated, and ended',
  async (_, cookie, touches) => {
    for (const path of ['/', '/view', '/rotate', '/logout']) {
      const store = new ObjectStore(touches);
      const client = await open(store);
      await client.get('/view');
      const [id = ''] = store.sessions.keys();
      store.sessions.set(id, { views: 5, cart: [], cookie: cookie() });
      const answer = await client.get(path);
      expect([path, answer.status, answer.text]).toEqual([path, 200, expect.any(String)]);
      if (path !== '/logout') expect((await client.json('/'))).toMatchObject({ views: path === '/view' ? 6 : 5 });
      else expect([...store.sessions.keys()]).toEqual([]);
    }
  },
); // prettier-ignore

it.each(Object.entries(cookies))('a record made of a stored cookie with %s has a deadline, and can be stored', (_, make) => {
  const now = Date.now();
  for (const keepsTime of [true, false]) {
    const record = fromStoredSession({ views: 1, cookie: make() }, now, keepsTime, undefined);
    expect(record.expiresAt).toBeGreaterThan(now);
    expect(Object.keys(record.cookie ?? {})).not.toContain('maxAge');
    expect(() => JSON.stringify(toStoredSession(record))).not.toThrow();
  }
}); // prettier-ignore
