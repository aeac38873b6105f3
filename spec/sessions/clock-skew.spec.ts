import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openShop } from '../support/shop.js';

const MINUTE = 60_000;

async function rotated() {
  const opened = await openShop((sessions) => ({
    '/rotate': async (req, res) => {
      await sessions.of(req).rotate();
      res.end();
    },
    '/count': (req, res) => {
      sessions.of(req).views += 1;
      res.json(sessions.of(req));
    },
  }));
  await opened.client.get('/count');
  const old = opened.client.copy();
  await opened.client.get('/rotate');
  return { ...opened, old };
}

describe('a change under the old id after rotate(), in a process', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each([0, MINUTE - 1000])('whose clock is %d ms ahead, is a 409 and sets no cookie', async (ahead) => {
    const { client, old } = await rotated();
    vi.setSystemTime(Date.now() + ahead);
    const answer = await old.get('/count');
    expect(answer.status).toBe(409);
    expect(answer.cookies).toEqual([]);
    expect(await client.json('/')).toMatchObject({ views: 1 });
  });

  it('whose clock is more than a minute ahead, begins a new session, and the rotated one loses nothing', async () => {
    const { client, old } = await rotated();
    vi.setSystemTime(Date.now() + MINUTE + 1000);
    const answer = await old.get('/count');
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toMatchObject({ views: 1 });
    expect(answer.cookies).toHaveLength(1);
    expect(old.jar).not.toEqual(client.jar);
    expect(await client.json('/')).toMatchObject({ views: 1 });
  });
});
