import express, { type ErrorRequestHandler, type Request, type RequestHandler, type Response } from 'express';
import express4 from 'express4';
import { describe, expect, it } from 'vitest';
import {
  AllowAnonymous,
  CurrentSession,
  DestroySession,
  MemoryStore,
  RequireAnonymous,
  RequireSession,
  RotateSession,
  session,
  SessionError,
  sessionRequirements,
  SessionValue,
  type SessionRequirements,
} from 'typed-session';
import { makeApp, ProbedStore, type Client } from '../support/app.js';
import { schema } from '../support/shop.js';

type Loose = (...asked: any[]) => (...args: any[]) => any;

/** The decorators for specs, whose program registers no schema. */
export const loose = {
  AllowAnonymous,
  CurrentSession: CurrentSession as unknown as Loose,
  DestroySession,
  RequireAnonymous: RequireAnonymous as unknown as Loose,
  RequireSession: RequireSession as unknown as Loose & { readonly readonly: Loose },
  RotateSession,
  SessionValue: SessionValue as unknown as Loose,
};

/** A controller's methods, as a test passes them to Express: without their object. */
type Controller<M extends string> = new () => Readonly<Record<M, RequestHandler>>;

export interface Family {
  /** `@RequireSession('userId')`; `open` is `@AllowAnonymous()`, `admin` asks for `cart` with a predicate too, `async` is. */
  readonly Whole: Controller<'show' | 'admin' | 'open' | 'later' | 'helped'>;
  /** Extends `Whole` and has no decorator: overrides `show`, adds `added`. */
  readonly Heir: Controller<'show' | 'added' | 'admin' | 'open'>;
  /** Extends `Whole`, and asks for `notice` as well. */
  readonly Stricter: Controller<'show' | 'added'>;
  /** Extends `Whole` with `@AllowAnonymous()`. */
  readonly Loosened: Controller<'show'>;
  /** Two decorators on the class: `userId` and `notice`. */
  readonly Both: Controller<'show'>;
  readonly Methods: Controller<
    | 'predicate'
    | 'typed'
    | 'stranger'
    | 'login'
    | 'fails'
    | 'logout'
    | 'refusesLogout'
    | 'refusedBelow'
    | 'refusedAbove'
    | 'endsBelow'
    | 'endsAbove'
    | 'readsAndEnds'
    | 'breaks'
    | 'reads'
    | 'writes'
    | 'own'
    | 'swallows'
    | 'throws'
  >;
}

/** Says that a handler was reached, and what it saw. */
export function say(req: Request, res: Response): void {
  const { userId } = req.session as { userId?: string };
  res.json({ userId: userId ?? null });
}

export function familySuite(name: string, family: Family): void {
  const kinds = [
    ['Express 5', express],
    ['Express 4', express4],
  ] as const;

  async function open(make: typeof express, options: { readonly principal?: 'userId'; readonly load?: 'demand' } = {}) {
    const store = new ProbedStore(new MemoryStore());
    const sessions = session({ schema, secret: 's', store, ...options });
    const problems: unknown[] = [];
    const client = await makeApp((app) => {
      app.use(sessions);
      app.get('/set', async (req, res) => {
        Object.assign(await sessions.load(req), JSON.parse(req.query['payload'] as string));
        res.end();
      });
      app.get('/session', async (req, res) => {
        res.json(await sessions.load(req));
      });
      for (const [path, Made] of Object.entries(family) as [string, Controller<string>][]) {
        const made = new Made();
        for (const method of Object.keys(methods(Made))) {
          app.get(`/${path}/${method}`, made[method]!);
        }
      }
      const onError: ErrorRequestHandler = (error, _req, res, _next) => {
        problems.push(error);
        const status = error instanceof SessionError ? error.status : 500;
        res.status(status).json({ code: error.code, message: error.message });
      };
      app.use(onError);
    }, make);
    const set = (payload: object) => client.get(`/set?payload=${encodeURIComponent(JSON.stringify(payload))}`);
    return { client, store, set, problems };
  }

  const status = async (client: Client, path: string) => (await client.get(path)).status;

  describe.each(kinds)(`a class decorated in the ${name} dialect, on %s`, (_, make) => {
    it('guards every method of it, and what a subclass adds and overrides', async () => {
      const { client, set } = await open(make);
      const guarded = ['/Whole/show', '/Whole/later', '/Whole/admin', '/Heir/show', '/Heir/added', '/Heir/admin'];
      for (const path of guarded) expect([path, await status(client, path)]).toEqual([path, 401]);
      await set({ userId: 'ann' });
      for (const path of guarded) {
        expect([path, await status(client, path)]).toEqual([path, path.endsWith('admin') ? 403 : 200]);
      }
      await set({ cart: [{ sku: 'tea', qty: 1 }] });
      for (const path of guarded) expect([path, await status(client, path)]).toEqual([path, 200]);
      expect(await client.json('/Heir/show')).toEqual({ heir: { userId: 'ann' } });
    });

    it('is added to by the decorator of a subclass, and by a second one', async () => {
      const { client, set } = await open(make);
      await set({ userId: 'ann' });
      for (const path of ['/Stricter/show', '/Stricter/added', '/Both/show']) {
        expect([path, (await client.get(path)).text]).toEqual([path, expect.stringContaining('notice')]);
      }
      await set({ notice: 'hi' });
      for (const path of ['/Stricter/show', '/Stricter/added', '/Both/show']) {
        expect([path, await status(client, path)]).toEqual([path, 200]);
      }
      const { client: another, set: setOther } = await open(make);
      await setOther({ notice: 'hi' });
      expect((await another.get('/Stricter/show')).text).toContain('userId');
      expect((await another.get('/Both/show')).text).toContain('userId');
    });

    it('is loosened by @AllowAnonymous() alone, for a method or for a subclass', async () => {
      const { client } = await open(make);
      for (const path of ['/Whole/open', '/Heir/open', '/Loosened/show']) {
        expect([path, await status(client, path)]).toEqual([path, 200]);
      }
    });

    it('refuses a call of its method without a request, and says what to do about a helper', async () => {
      const { client, set } = await open(make);
      await set({ userId: 'ann' });
      const answer = await client.get('/Whole/helped');
      expect(answer.status).toBe(500);
      expect(answer.text).toContain('make helpers #private');
    });

    it("loads the session first under load: 'demand'", async () => {
      const { client, set } = await open(make, { load: 'demand' });
      expect(await status(client, '/Whole/show')).toBe(401);
      await set({ userId: 'ann' });
      expect(await client.json('/Whole/show')).toEqual({ userId: 'ann' });
      expect(await client.json('/Methods/own')).toEqual({ userId: 'ann' });
    });
  });

  describe.each(kinds)(`decorators of methods in the ${name} dialect, on %s`, (_, make) => {
    it('ask a question of your own; what it throws is the error', async () => {
      const { client, set } = await open(make);
      await set({ userId: 'ann' });
      expect(await status(client, '/Methods/predicate')).toBe(403);
      expect(await status(client, '/Methods/throws')).toBe(500);
      expect((await client.get('/Methods/swallows')).text).toContain('not a promise');
      await set({ cart: [{ sku: 'tea', qty: 1 }] });
      expect(await status(client, '/Methods/predicate')).toBe(200);
    });

    it.each([undefined, 'userId'] as const)(
      '@RequireAnonymous() refuses who is signed in; principal: %s',
      async (principal) => {
        const { client, set } = await open(make, principal === undefined ? {} : { principal });
        expect(await status(client, '/Methods/stranger')).toBe(200);
        await set({ views: 1 }); // a session that is stored, of nobody
        expect(await status(client, '/Methods/stranger')).toBe(principal === undefined ? 403 : 200);
        await set({ userId: 'ann' });
        const answer = await client.get('/Methods/stranger');
        expect([answer.status, JSON.parse(answer.text)]).toEqual([
          403,
          expect.objectContaining({ code: 'SESSION_PRESENT' }),
        ]);
      },
    );

    it('@RotateSession() gives a new id when the method has succeeded', async () => {
      const { client, set } = await open(make);
      await set({ views: 1 });
      const before = client.copy();
      expect(await status(client, '/Methods/fails')).toBe(422);
      expect(client.cookieHeader).toBe(before.cookieHeader);
      expect(await status(client, '/Methods/login')).toBe(200);
      expect(client.cookieHeader).not.toBe(before.cookieHeader);
      expect(await client.json('/session')).toMatchObject({ userId: 'ann', views: 1 });
      expect(await before.json('/session')).not.toMatchObject({ views: 1 });
    });

    it('@DestroySession() ends the session when the method has succeeded, before the response', async () => {
      const { client, set, store } = await open(make);
      await set({ userId: 'ann' });
      expect(await status(client, '/Methods/refusesLogout')).toBe(409);
      expect(await client.json('/session')).toMatchObject({ userId: 'ann' });
      const old = client.copy();
      const answer = await client.get('/Methods/logout');
      expect(answer.text).toBe('"bye ann"');
      expect(client.cookieHeader).toBe('');
      expect(await old.json('/session')).toEqual({ views: 0, cart: [] });
      expect(store.calls).toContain('delete');
    });

    it('@DestroySession() leaves alone whose request does not reach the method, wherever it stands', async () => {
      const { client, set } = await open(make);
      await set({ userId: 'ann' });
      for (const path of ['/Methods/refusedBelow', '/Methods/refusedAbove']) {
        expect([path, await status(client, path)]).toEqual([path, 302]);
        expect(await client.json('/session')).toMatchObject({ userId: 'ann' });
      }
    });

    it('@DestroySession() ends the session beside @RotateSession() and on a readonly one, wherever it stands', async () => {
      for (const path of ['/Methods/endsBelow', '/Methods/endsAbove', '/Methods/readsAndEnds']) {
        const { client, set } = await open(make);
        await set({ userId: 'ann' });
        const old = client.copy();
        expect([path, await status(client, path)]).toEqual([path, 200]);
        expect([path, client.cookieHeader, await old.json('/session')]).toEqual([path, '', { views: 0, cart: [] }]);
      }
    });

    it.each(['request', 'demand'] as const)('what a method throws is an error response; load: %s', async (load) => {
      const { client, set } = await open(make, load === 'demand' ? { load } : {});
      await set({ userId: 'ann' });
      expect((await client.get('/Methods/breaks')).text).toContain('thrown by the method');
    });

    it('@RequireSession.readonly() hands out what cannot be changed, and stores nothing', async () => {
      const { client, set } = await open(make);
      await set({ userId: 'ann', cart: [{ sku: 'tea', qty: 1 }] });
      expect(await client.json('/Methods/reads')).toEqual({ sku: 'tea' });
      const answer = await client.get('/Methods/writes');
      expect(answer.text).toMatch(/read only|object is not extensible/);
      expect(await client.json('/session')).toMatchObject({ cart: [{ sku: 'tea', qty: 1 }] });
    });

    it('has an answer of its own for those who lack something', async () => {
      const { client } = await open(make);
      const answer = await client.get('/Methods/own');
      expect([answer.status, answer.headers.get('location')]).toEqual([302, '/login?returnTo=%2FMethods%2Fown']);
    });
  });

  it(`tells what each method asks for, in the ${name} dialect`, () => {
    const nothing: SessionRequirements = {
      session: false, fields: [], values: {}, predicates: 0, anonymous: false, readonly: false, rotates: false, destroys: false,
    }; // prettier-ignore
    const user = { ...nothing, session: true, fields: ['userId'] };
    expect(sessionRequirements(family.Whole)).toEqual({
      show: user,
      later: user,
      helped: user,
      help: user,
      admin: { ...user, predicates: 1 },
    });
    expect(sessionRequirements(family.Heir)).toMatchObject({
      show: user,
      added: user,
      admin: { ...user, predicates: 1 },
    });
    expect(sessionRequirements(family.Stricter)['show']).toEqual({ ...user, fields: ['userId', 'notice'] });
    expect(sessionRequirements(family.Loosened)).toEqual({ admin: { ...nothing, session: true, predicates: 1 } });
    expect(sessionRequirements(family.Methods)).toMatchObject({
      stranger: { ...nothing, anonymous: true },
      login: { ...nothing, rotates: true },
      logout: { ...user, destroys: true },
      reads: { ...user, readonly: true },
    });
  });

  it(`guards alike in whatever order its decorators stand, in the ${name} dialect`, async () => {
    const decorators = [
      loose.RequireSession('userId'),
      loose.RequireSession({ views: 1 }, (s: { cart: unknown[] }) => s.cart.length > 0),
      loose.RequireSession.readonly(),
      loose.RotateSession() as unknown as ReturnType<Loose>,
    ];
    const sessions = session({ schema, secret: 's' });
    const cart = [{ sku: 'tea', qty: 1 }];
    const all = { userId: 'ann', views: 1, cart };
    for (const order of ordersOf(decorators)) {
      const client = await makeApp((app) => {
        app.use(sessions);
        app.get('/set', (req, res) => {
          Object.assign(sessions.of(req), JSON.parse(req.query['payload'] as string));
          res.end();
        });
        app.get(
          '/',
          decorated(order, name, (_req, res) => res.json('reached')),
        );
      });
      const answers: unknown[] = [];
      for (const payload of [{ views: 1, cart }, { ...all, views: 2 }, { ...all, cart: [] }, all]) {
        await client.get(`/set?payload=${encodeURIComponent(JSON.stringify(payload))}`);
        const before = client.cookieHeader;
        answers.push([await status(client, '/'), client.cookieHeader !== before]);
      }
      expect(answers).toEqual([
        [401, false],
        [403, false],
        [403, false],
        [200, true],
      ]); // the last has a new id
    }
  });

  it(`refuses, where the class is defined, what contradicts, in the ${name} dialect`, () => {
    const { RequireSession: Require } = loose;
    const method = Require({ userId: 'ann' });
    const twice = (): unknown => {
      if (name === 'legacy') {
        const once = method({}, 'me', { value: () => 1 });
        return Require({ userId: 'bob' })({}, 'me', once);
      }
      const context = { kind: 'method', name: 'me', addInitializer: () => undefined };
      return Require({ userId: 'bob' })(
        method(() => 1, context),
        context,
      );
    };
    expect(twice).toThrow(expect.objectContaining({ code: 'SESSION_OPTIONS' }));
    class Plain {
      me(): void {
        // for its class
      }
    }
    const context = name === 'legacy' ? undefined : { kind: 'class', name: 'Plain' };
    const once = Require({ userId: 'ann' })(Plain, context);
    expect(once.name).toBe('Plain');
    expect(new once()).toBeInstanceOf(Plain);
    expect(() => Require({ userId: 'bob' })(once, context)).toThrow('two different values');
  });

  it(`@RotateSession() and @DestroySession() are for methods alone, in the ${name} dialect`, () => {
    const context = name === 'legacy' ? undefined : { kind: 'class', name: 'X' };
    expect(() => (RotateSession() as unknown as Loose)(class {}, context)).toThrow('for methods.');
    expect(() => (DestroySession() as unknown as Loose)(class {}, context)).toThrow('for methods.');
  });
}

/** Every order of a few things. */
function ordersOf<T>(things: readonly T[]): T[][] {
  if (things.length < 2) return [[...things]];
  return things.flatMap((first) => ordersOf(things.filter((one) => one !== first)).map((rest) => [first, ...rest]));
}

/** A method behind decorators, the last of which stands next to it. */
function decorated(decorators: readonly ReturnType<Loose>[], dialect: string, method: RequestHandler): RequestHandler {
  if (dialect === 'legacy') {
    const start = { value: method } as PropertyDescriptor;
    const made = decorators.reduceRight((descriptor, one) => one({}, 'me', descriptor) as PropertyDescriptor, start);
    return (Object.defineProperty({}, 'me', made) as { me: RequestHandler }).me;
  }
  const context = { kind: 'method', name: 'me', addInitializer: () => undefined };
  return decorators.reduceRight((behind, one) => one(behind, context) as RequestHandler, method);
}

/** The names of a class's methods, and of its base classes'. */
function methods(made: Controller<string>): Record<string, true> {
  const names: Record<string, true> = {};
  for (let at = made.prototype as object; at !== Object.prototype; at = Object.getPrototypeOf(at) as object) {
    for (const method of Object.getOwnPropertyNames(at)) if (method !== 'constructor') names[method] = true;
  }
  return names;
}
