import { tracingChannel } from 'node:diagnostics_channel';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MemoryStore, on, session, type SessionTraces } from 'typed-session';
import { z } from 'zod';
import { makeApp, ProbedStore, type Client } from '../support/app.js';

type Name = keyof SessionTraces;
type Message = { [N in Name]: SessionTraces[N] }[Name];
type Seen = { readonly at: string } & Message;

const schema = z.object({ userId: z.string().optional(), count: z.int().default(0) });

/** Collects copies of all messages of some tracing channels for the length of a test. */
function trace(...names: Name[]): Seen[] {
  const seen: Seen[] = [];
  for (const name of names) {
    const channel = tracingChannel<Message>(name);
    const listen = (at: string) => (message: Message) =>
      void seen.push({ at: `${name.split(':')[1] ?? ''}:${at}`, ...message });
    const subscribers = {
      start: listen('start'),
      end: listen('end'),
      asyncStart: listen('asyncStart'),
      asyncEnd: listen('asyncEnd'),
      error: listen('error'),
    };
    channel.subscribe(subscribers);
    onTestFinished(() => channel.unsubscribe(subscribers));
  }
  return seen;
}

async function makeClient(store = new ProbedStore(new MemoryStore())): Promise<{ client: Client; store: ProbedStore }> {
  const sessions = session({ schema, secret: 'a secret for this spec, of 32 bytes', store, principal: 'userId' });
  const client = await makeApp((app) => {
    app.use(sessions);
    app.get('/read', (req, res) => void res.json(sessions.of(req)));
    app.get('/count', (req, res) => {
      sessions.of(req).count += 1;
      res.end();
    });
    app.get('/login', (req, res) => {
      sessions.of(req).userId = 'alice';
      res.end();
    });
    app.get('/save', async (req, res) => {
      sessions.of(req).count += 1;
      await sessions.of(req).save();
      res.end();
    });
    app.get('/logout', async (req, res) => {
      await sessions.of(req).destroy();
      res.end();
    });
  });
  return { client, store };
}

describe('the tracing channel typed-session:load', () => {
  it('publishes a load with the name of the middleware, the kind of the store, and the outcome', async () => {
    const { client } = await makeClient();
    await client.get('/count');
    const seen = trace('typed-session:load');
    await client.get('/read');
    expect(seen.map(({ at }) => at)).toEqual(['load:start', 'load:end', 'load:asyncStart', 'load:asyncEnd']);
    expect(seen[0]).toMatchObject({ middleware: 'sid', store: 'ProbedStore', outcome: undefined });
    expect(seen[3]).toMatchObject({ outcome: 'found' });
    expect(seen[3]?.session).toMatch(/^[\w-]{16}$/);
  });

  it('publishes nothing for a request without a cookie', async () => {
    const { client } = await makeClient();
    const seen = trace('typed-session:load', 'typed-session:store');
    await client.get('/read');
    expect(seen).toEqual([]);
  });

  it('publishes the error of a store that fails', async () => {
    const { client, store } = await makeClient();
    await client.get('/count');
    store.before.read = () => Promise.reject(new Error('down'));
    const seen = trace('typed-session:load', 'typed-session:store');
    expect((await client.get('/read')).status).toBe(503);
    expect(seen.filter(({ at }) => at.endsWith(':error')).map(({ error }) => (error as Error).name)).toEqual([
      'SessionStoreError',
      'SessionStoreError',
    ]);
  });
});

describe('the tracing channel typed-session:commit', () => {
  it.each([
    ['/count', 'response', 'updated'],
    ['/login', 'response', 'rotated'],
    ['/save', 'save', 'updated'],
    ['/logout', 'destroy', 'destroyed'],
  ])('for %s, publishes the operation %s with the outcome %s', async (path, operation, outcome) => {
    const { client } = await makeClient();
    await client.get('/count');
    const seen = trace('typed-session:commit');
    await client.get(path);
    expect(seen.find(({ at }) => at === 'commit:asyncEnd')).toMatchObject({ operation, outcome, retries: 0 });
  });

  it('publishes the first commit of a session as created, with the handle that it then has', async () => {
    const { client } = await makeClient();
    const seen = trace('typed-session:commit');
    await client.get('/count');
    expect(seen[0]).toMatchObject({ at: 'commit:start', session: undefined });
    expect(seen.at(-1)).toMatchObject({ at: 'commit:asyncEnd', outcome: 'created' });
    expect(seen.at(-1)?.session).toMatch(/^[\w-]{16}$/);
  });

  it('publishes the handles before and after a rotation', async () => {
    const { client } = await makeClient();
    await client.get('/count');
    const seen = trace('typed-session:commit', 'typed-session:load');
    await client.get('/login');
    await client.get('/read');
    const [before] = seen;
    const rotated = seen.find((one) => 'outcome' in one && one.outcome === 'rotated' && one.at === 'commit:asyncEnd');
    const after = seen.findLast(({ at }) => at === 'load:asyncEnd');
    expect(rotated).toMatchObject({ previousSession: before?.session, session: after?.session });
    expect(before?.session).not.toBe(after?.session);
  });

  it('counts how often another request was faster', async () => {
    const { client, store } = await makeClient();
    await client.get('/count');
    store.before.update = async () => {
      delete store.before.update;
      await client.copy().get('/count');
    };
    const seen = trace('typed-session:commit');
    await client.get('/save');
    expect(seen.filter(({ at }) => at === 'commit:asyncEnd').map((one) => 'retries' in one && one.retries)).toContain(
      1,
    );
  });
});

describe('the tracing channel typed-session:store', () => {
  it('publishes each command with the same handle of the session', async () => {
    const { client } = await makeClient();
    await client.get('/count');
    const seen = trace('typed-session:store', 'typed-session:load');
    await client.get('/count');
    const commands = seen.filter(({ at }) => at === 'store:asyncEnd');
    expect(commands.map((one) => 'operation' in one && one.operation)).toEqual(['read', 'update']);
    expect(new Set(seen.map((one) => one.session)).size).toBe(1);
  });

  it('never contains an id, a key, a cookie, or what is stored', async () => {
    const { client, store } = await makeClient();
    await client.get('/login');
    const seen = trace('typed-session:store', 'typed-session:load', 'typed-session:commit');
    await client.get('/count');
    const text = JSON.stringify(seen.map((one) => ({ ...one, request: undefined })));
    const cookie = decodeURIComponent(client.cookieHeader.split('=')[1] ?? '');
    const [, id = '?'] = /^s:([^.]+)\./.exec(cookie) ?? [];
    expect(text).not.toContain(id);
    expect(text).not.toContain('alice');
    expect(store.calls).toContain('update');
  });
});

describe('on', () => {
  it('subscribes to an event with its type, and returns a function that ends the subscription', async () => {
    const { client } = await makeClient();
    const outcomes: (string | undefined)[] = [];
    const stop = on('typed-session:load', ({ outcome, middleware }) => void outcomes.push(outcome, middleware));
    await client.get('/read');
    stop();
    await client.get('/read');
    expect(outcomes).toEqual(['none', 'sid']);
  });

  it('an event carries the handle of the session that its traces carry', async () => {
    const { client } = await makeClient();
    const handles: (string | undefined)[] = [];
    const stop = on('typed-session:commit', (event) => void handles.push(event.session));
    const seen = trace('typed-session:commit');
    await client.get('/count');
    stop();
    expect(handles).toEqual([seen.at(-1)?.session]);
  });
});
