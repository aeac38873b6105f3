import express, { type ErrorRequestHandler } from 'express';
import { describe, expect, it } from 'vitest';
import { MemoryStore, session } from 'typed-session';
import { z } from 'zod';
import { deferred, listen, makeApp, ProbedStore, serve } from '../support/app.js';
import { gate, openShop, schema } from '../support/shop.js';

describe('an error response after a session was stored under a new id', () => {
  it('takes its cookie along where the cap of a principal could not be kept', async () => {
    const { client, store } = await openShop(
      (sessions) => ({
        '/view': (req, res) => {
          sessions.of(req).views += 1;
          res.json({});
        },
        '/login': (req, res) => {
          sessions.of(req).userId = 'ada';
          res.json({});
        },
      }),
      { principal: 'userId', maxSessionsPerPrincipal: 3 },
    );
    await client.get('/view');
    store.before.list = () => {
      throw new Error('down');
    };
    expect((await client.get('/login')).status).toBe(503);
    expect(await client.json('/')).toMatchObject({ views: 1, userId: 'ada' });
  });

  it('takes its cookie along where save() had stored it', async () => {
    const { client } = await openShop((sessions) => ({
      '/save-then-fail': async (req, res) => {
        sessions.of(req).views = 5;
        await sessions.of(req).save();
        sessions.of(req).views = 0.5;
        res.json({});
      },
    }));
    expect((await client.get('/save-then-fail')).status).toBe(500);
    expect(await client.json('/')).toMatchObject({ views: 5 });
  });

  it('takes no cookie along where nothing was stored', async () => {
    const { client, store } = await openShop((sessions) => ({
      '/view': (req, res) => {
        sessions.of(req).views += 1;
        res.json({});
      },
    }));
    store.before.create = () => {
      throw new Error('down');
    };
    expect(await client.get('/view')).toMatchObject({ status: 503, cookies: [] });
  });
});

describe('where the schema refuses by now what was loaded', () => {
  /** An app whose schema takes a token until it has run out, with a store that is about to fail. */
  async function open(onInvalid: 'reset' | 'error') {
    let hasRunOut = false;
    const store = new ProbedStore(new MemoryStore());
    const token = z.string().refine(() => !hasRunOut);
    const sessions = session({ schema: z.object({ views: z.int().default(0), token: token.optional() }), secret: 'keep it', store, onInvalid }); // prettier-ignore
    const app = express();
    app.use(sessions);
    app.get('/begin', (req, res) => {
      sessions.of(req).token = 'until then';
      res.end();
    });
    app.get('/view', (req, res) => {
      sessions.of(req).views += 1;
      res.end();
    });
    app.use(((error: Error & { status: number }, req, res, _next) => {
      res.status(error.status).json({ ...sessions.of(req) });
    }) as ErrorRequestHandler);
    const client = await serve(app as Parameters<typeof serve>[0]); // an Express app is a listener
    await client.get('/begin');
    store.before.update = () => {
      hasRunOut = true;
      throw new Error('down');
    };
    return { client, store };
  }

  it('a failed commit is told all the same, and its error handler sees a new session, of which nothing is stored', async () => {
    const { client, store } = await open('reset');
    const { status, text } = await client.get('/view');
    expect([status, JSON.parse(text)]).toEqual([503, { views: 0 }]);
    expect(store.calls).toEqual(['create', 'read', 'update']);
  });

  it("a failed commit is told all the same under onInvalid: 'error', where no handler can look any more", async () => {
    const { client } = await open('error');
    expect((await client.get('/view')).status).toBe(500);
  });
});

describe('an answer in the place of one that could not be stored', () => {
  it('is no success where its handler knows of nothing and writes on before the error handler has answered', async () => {
    const store = new ProbedStore(new MemoryStore());
    const sessions = session({ schema, secret: 'keep it', store });
    const [failed, written] = [deferred(), deferred()];
    store.before.create = () => {
      throw new Error('down');
    };
    const app = express();
    app.use(sessions);
    app.get('/', async (req, res) => {
      sessions.of(req).views += 1;
      res.write('one');
      await failed.promise;
      res.end('two');
      written.resolve();
    });
    app.use((async (_error, _req, res, _next) => {
      failed.resolve();
      await written.promise;
      if (!res.headersSent) res.status(503).end();
    }) as ErrorRequestHandler);
    const client = await serve(app as Parameters<typeof serve>[0]); // an Express app is a listener
    expect((await client.get('/')).status).toBe(503);
  });

  it('waits for the other session of the request, which is stored', async () => {
    const [failing, slow] = [new ProbedStore(new MemoryStore()), new ProbedStore(new MemoryStore())];
    const one = session({ schema, secret: 'one', store: failing, name: 'one' });
    const two = session({ schema, secret: 'two', store: slow, name: 'two', principal: 'userId' });
    const client = await makeApp((app) => {
      app.use(one, two);
      app.get('/', (req, res) => {
        res.json({ one: one.of(req).views, two: two.of(req).userId });
      });
      app.get('/view', (req, res) => {
        two.of(req).views += 1;
        res.end();
      });
      app.get('/login', (req, res) => {
        one.of(req).views += 1;
        two.of(req).userId = 'ada';
        res.end();
      });
    });
    await client.get('/view');
    const { pass, begun, open } = gate();
    slow.before.update = pass;
    const errors = listen('typed-session:error');
    failing.before.create = () => {
      throw new Error('down');
    };
    const answer = client.get('/login');
    await begun;
    await new Promise(setImmediate); // the other store has failed by now
    expect(errors).toEqual([]);
    open();
    expect((await answer).status).toBe(503);
    expect(await client.json('/')).toEqual({ one: 0, two: 'ada' });
  });

  it('cannot be given where other middleware fails as the cookie is set: the connection is cut, and the app is told', async () => {
    const told = deferred();
    const sessions = session({ schema, secret: 'keep it', onError: told.resolve });
    const app = express();
    app.use(sessions);
    app.get('/', (req, res) => {
      sessions.of(req).views += 1;
      res.setHeader = () => {
        throw new Error('no more headers');
      };
      res.end('x');
    });
    const client = await serve(app as Parameters<typeof serve>[0]); // an Express app is a listener
    await expect(client.get('/')).rejects.toThrow('fetch failed');
    await told.promise;
  });
});
