import { expect, it, describe } from 'vitest';
import { MemoryStore, type SessionRecord, type SessionStore } from 'typed-session';
import { listen } from '../support/app.js';
import { openShop, type Handlers, type Shop } from '../support/shop.js';

/** Sends its next write twice, and answers with what the second one meets: as a driver does that has lost the first answer. */
class TwiceStore extends MemoryStore {
  twice = false;

  override async create(key: string, record: SessionRecord): Promise<boolean> {
    return this.#send(() => super.create(key, record));
  }

  override async update(key: string, record: SessionRecord, expectedRevision: number): Promise<boolean> {
    return this.#send(() => super.update(key, record, expectedRevision));
  }

  async #send(write: () => Promise<boolean>): Promise<boolean> {
    if (this.twice) await write();
    this.twice = false;
    return write();
  }
}

/** Fails after a write that has gone through: its answer is lost. */
class MuteStore extends MemoryStore {
  mute = false;

  override async update(key: string, record: SessionRecord, expectedRevision: number): Promise<boolean> {
    const done = await super.update(key, record, expectedRevision);
    if (!this.mute) return done;
    this.mute = false;
    throw new Error('cut');
  }
}

const handlers: Handlers = (sessions) => ({
  '/view': async (req, res) => {
    await sessions.of(req).update((latest) => {
      latest.views += 1;
    });
    res.json(sessions.of(req).views);
  },
  '/cart': (req, res) => {
    sessions.of(req).cart.push({ sku: 'tea', qty: 1 });
    res.json({});
  },
  '/notice': (req, res) => {
    sessions.of(req).notice = 'once';
    res.json({});
  },
  '/take': async (req, res) => {
    res.json((await sessions.of(req).take('notice')) ?? null);
  },
  '/rotate': async (req, res) => {
    await sessions.of(req).rotate();
    res.json({});
  },
  '/login': (req, res) => {
    sessions.of(req).userId = 'ada';
    res.json({});
  },
});

async function shopOn<S extends SessionStore>(store: S, options = {}): Promise<Shop & { raw: S }> {
  return { ...(await openShop(handlers, { store, principal: 'userId', ...options })), raw: store };
}

describe('a write that the driver has sent twice', () => {
  it('counts once in update()', async () => {
    const { client, raw } = await shopOn(new TwiceStore());
    expect(await client.json('/view')).toBe(1);
    raw.twice = true;
    expect(await client.json('/view')).toBe(2);
    expect(await client.json('/')).toMatchObject({ views: 2 });
  });

  it('counts beside the very same change of another request', async () => {
    const { client, store } = await shopOn(new TwiceStore());
    await client.get('/view');
    store.before.update = async () => {
      store.before = {};
      expect(await client.copy().json('/view')).toBe(2);
    };
    expect(await client.json('/view')).toBe(3);
    expect(await client.json('/')).toMatchObject({ views: 3 });
  });

  it('gives the value of take() to who took it', async () => {
    const { client, raw } = await shopOn(new TwiceStore());
    await client.get('/notice');
    raw.twice = true;
    expect(await client.json('/take')).toBe('once');
    expect(await client.json('/take')).toBe(null);
  });

  it('is no conflict, neither in a commit nor in update()', async () => {
    const conflicts = listen('typed-session:conflict');
    const { client, raw } = await shopOn(new TwiceStore(), { conflict: 'error' });
    await client.get('/view');
    for (const path of ['/cart', '/view']) {
      raw.twice = true;
      expect((await client.get(path)).status).toBe(200);
    }
    expect(conflicts).toEqual([]);
    expect(await client.json('/')).toMatchObject({ views: 2, cart: [{ sku: 'tea', qty: 1 }] });
  });

  it('makes one session of a first one', async () => {
    const { client, raw } = await shopOn(new TwiceStore());
    raw.twice = true;
    await client.get('/login');
    expect(await client.json('/')).toMatchObject({ userId: 'ada' });
    expect(await raw.size()).toBe(1);
    expect(await raw.list('connect.sid:ada')).toHaveLength(1);
  });

  it.each(['/rotate', '/login'])('moves the session to its new id on %s', async (path) => {
    const { client, raw, store } = await shopOn(new TwiceStore());
    await client.get('/view');
    const before = client.copy();
    store.before.update = () => {
      raw.twice = true; // the note
    };
    expect((await client.get(path)).status).toBe(200);
    store.before = {};
    expect(await client.json('/')).toMatchObject({ views: 1 });
    expect(await before.json('/')).toMatchObject({ views: 0 });
  });
});

describe('a rotation whose note is stored and not answered', () => {
  it.each(['/rotate', '/login'])('has taken place on %s, and the browser learns of it', async (path) => {
    const { client, raw } = await shopOn(new MuteStore());
    await client.get('/view');
    const before = client.copy();
    raw.mute = true;
    expect((await client.get(path)).status).toBe(200);
    expect(await client.json('/')).toMatchObject({ views: 1 });
    expect(await before.json('/')).toMatchObject({ views: 0 });
  });
});
