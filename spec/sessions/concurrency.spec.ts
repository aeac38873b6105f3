import { describe, expect, it } from 'vitest';
import { SessionConflictError } from 'typed-session';
import { listen } from '../support/app.js';
import { gate, openShop, type Options } from '../support/shop.js';

/** An app where one request changes `views`, `notice` or the cart slowly while others are at work. */
async function shop(options: Options = {}) {
  const slow = gate();
  const opened = await openShop(
    (sessions) => ({
      '/start': (req, res) => {
        Object.assign(sessions.of(req), { views: 10, cart: [{ sku: 'tea', qty: 1 }] });
        res.end();
      },
      '/slow-look': async (req, res) => {
        const { views } = sessions.of(req);
        await slow.pass();
        res.json({ views });
      },
      '/slow-views': async (req, res) => {
        sessions.of(req).views += 5;
        await slow.pass();
        res.json(sessions.of(req));
      },
      '/slow-add': async (req, res) => {
        sessions.of(req).cart.push({ sku: 'slow', qty: 1 });
        await slow.pass();
        res.end('added');
      },
      '/add': (req, res) => {
        sessions.of(req).cart.push({ sku: 'fast', qty: 1 });
        res.end();
      },
      '/views': (req, res) => {
        sessions.of(req).views += 1;
        res.end();
      },
      '/notice': (req, res) => {
        sessions.of(req).notice = 'hello';
        res.end();
      },
      '/logout': async (req, res) => {
        await sessions.of(req).destroy();
        res.end();
      },
      '/rotate': async (req, res) => {
        await sessions.of(req).rotate();
        res.end();
      },
    }),
    options,
  );
  await opened.client.get('/start');
  return { ...opened, slow };
}

describe('requests that change one session at the same time', () => {
  it('keep both changes where they are to different fields', async () => {
    const { client, slow } = await shop();
    const conflicts = listen('typed-session:conflict');
    const late = client.copy().get('/slow-views');
    await slow.begun;
    await client.get('/notice');
    slow.open();
    expect((await late).status).toBe(200);
    expect(await client.json('/')).toEqual({ views: 15, cart: [{ sku: 'tea', qty: 1 }], notice: 'hello' });
    expect(conflicts.map((event) => event.fields)).toEqual([[]]);
  });

  it('keep the later value of a field that both changed, and say so', async () => {
    const { client, slow } = await shop();
    const conflicts = listen('typed-session:conflict');
    const late = client.copy().get('/slow-views');
    await slow.begun;
    await client.get('/views');
    slow.open();
    await late;
    expect(await client.json('/')).toMatchObject({ views: 15 });
    expect(conflicts.map((event) => event.fields)).toEqual([['views']]);
  });

  it('are brought together by the merge function of the field', async () => {
    const { client, slow } = await shop({
      merge: {
        views: (base, mine, theirs) => mine + theirs - base,
        cart: (base, mine, theirs) => [...theirs, ...mine.slice(base.length)],
      },
    });
    const late = client.copy().get('/slow-add');
    await slow.begun;
    await client.get('/add');
    slow.open();
    await late;
    expect(await client.json('/')).toMatchObject({
      cart: [
        { sku: 'tea', qty: 1 },
        { sku: 'fast', qty: 1 },
        { sku: 'slow', qty: 1 },
      ],
    });
  });

  it("get a 409 under conflict: 'error'", async () => {
    const { client, slow } = await shop({ conflict: 'error' });
    const late = client.copy().get('/slow-views');
    await slow.begun;
    await client.get('/views');
    slow.open();
    const answer = await late;
    expect(answer.status).toBe(409);
    expect(JSON.parse(answer.text)).toMatchObject({ error: SessionConflictError.name });
    expect(await client.json('/')).toMatchObject({ views: 11 });
  });

  it("let the later one win whole under conflict: 'overwrite'", async () => {
    const { client, slow } = await shop({ conflict: 'overwrite' });
    const late = client.copy().get('/slow-views');
    await slow.begun;
    await client.get('/notice');
    slow.open();
    await late;
    expect(await client.json('/')).toEqual({ views: 15, cart: [{ sku: 'tea', qty: 1 }] });
  });

  it('lose no increment made through update()', async () => {
    const { client } = await openShop((sessions) => ({
      '/update': async (req, res) => {
        await sessions.of(req).update((latest) => {
          latest.views += 1;
        });
        res.json(sessions.of(req));
      },
    }));
    await client.get('/update');
    const answers = await Promise.all(Array.from({ length: 40 }, () => client.copy().get('/update')));
    expect(answers.every((answer) => answer.status === 200)).toBe(true);
    expect(await client.json('/')).toMatchObject({ views: 41 });
  });

  it('let exactly one of fifty take a field', async () => {
    const { client } = await openShop((sessions) => ({
      '/put': (req, res) => {
        sessions.of(req).notice = 'once';
        res.end();
      },
      '/take': async (req, res) => {
        res.json({ notice: await sessions.of(req).take('notice') });
      },
    }));
    await client.get('/put');
    const answers = await Promise.all(Array.from({ length: 50 }, () => client.copy().json('/take')));
    expect(answers.filter((answer) => (answer as { notice?: string }).notice === 'once')).toHaveLength(1);
    expect(await client.json('/')).not.toHaveProperty('notice');
  });
});

describe('a session that ended while a request worked with it', () => {
  it('is not brought back by one that changed it: 409, and no cookie', async () => {
    const { client, slow, store } = await shop();
    const late = client.copy().get('/slow-views');
    await slow.begun;
    const old = client.copy();
    await client.get('/logout');
    slow.open();
    const answer = await late;
    expect(answer.status).toBe(409);
    expect(JSON.parse(answer.text)).toMatchObject({ error: 'SessionEndedError', code: 'SESSION_ENDED' });
    expect(answer.cookies).toEqual([]);
    expect(store.calls.filter((call) => call === 'create')).toHaveLength(1);
    expect(await old.json('/')).toEqual({ views: 0, cart: [] });
  });

  it('does not trouble one that only looked', async () => {
    const { client, slow } = await shop({ touchAfter: 0 });
    const late = client.copy().get('/slow-look');
    await slow.begun;
    await client.get('/logout');
    slow.open();
    const answer = await late;
    expect(answer.status).toBe(200);
    expect(answer.text).toBe('{"views":10}');
    expect(answer.cookies).toEqual([]);
  });

  it("loses the change knowingly under onEnded: 'drop'", async () => {
    const { client, slow } = await shop({ onEnded: 'drop' });
    const errors = listen('typed-session:error');
    const late = client.copy().get('/slow-add');
    await slow.begun;
    await client.get('/logout');
    slow.open();
    const answer = await late;
    expect(answer.status).toBe(200);
    expect(answer.text).toBe('added');
    expect(errors).toMatchObject([{ consequence: 'dropped', ended: 'gone' }]);
  });

  it('tells one whose session another request rotated away', async () => {
    const { client, slow } = await shop();
    const late = client.copy().get('/slow-views');
    await slow.begun;
    await client.get('/rotate');
    slow.open();
    const answer = await late;
    expect(answer.status).toBe(409);
    expect(answer.text).toContain('rotated');
    expect(await client.json('/')).toMatchObject({ views: 10 });
  });
});
