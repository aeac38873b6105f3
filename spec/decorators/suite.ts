import type { IncomingMessage } from 'node:http';
import express, { type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import express4 from 'express4';
import { describe, expect, it } from 'vitest';
import {
  RequireSession,
  session,
  SessionNotLoadedError,
  SessionRequiredError,
  type SessionMiddleware,
} from 'typed-session';
import { makeApp, type Client } from '../support/app.js';
import { schema, type Options } from '../support/shop.js';

/** `RequireSession` for specs, whose program registers no schema; it takes the arguments of both dialects. */
export const Require = RequireSession as unknown as (...fields: string[]) => (...args: any[]) => any;

export type Handler = (req: Request, res: Response, next: NextFunction) => unknown;

/** What the controllers of both dialects look like. */
export interface Controller {
  me: Handler;
  later: Handler;
  throws: Handler;
  rejects: Handler;
  any: Handler;
}
export interface Dialect {
  readonly Account: new (greeting: string) => Controller;
  /** Overrides `me`, decorated too, and calls the base class's. */
  readonly Louder: new (greeting: string) => Controller;
  /** Overrides `Louder`'s without a decorator, and calls it. */
  readonly Loudest: new (greeting: string) => Controller;
  /** Inherits everything. */
  readonly Heir: new (greeting: string) => Controller;
  /** Overrides `me` without a decorator. */
  readonly Open: new (greeting: string) => Controller;
  readonly bySymbol: symbol;
  readonly Static: { readonly me: Handler };
  readonly StaticHeir: { readonly me: Handler };
  /** Decorated twice: `userId` and `views`. */
  readonly Twice: new () => Pick<Controller, 'me'>;
  /** Decorated is what `me` calls. */
  readonly Hidden: new () => Pick<Controller, 'me'>;
}

/** What a handler says of itself, so that a test can see whom it was called on. */
export function greet(greeting: string, req: Request, res: Response): void {
  res.json({ greeting, userId: (req.session as { userId?: string }).userId });
}

/** A `next` for tests without Express. */
function rethrow(error?: unknown): void {
  throw error;
}

export function decoratorSuite(name: string, { bySymbol, ...classes }: Dialect): void {
  const { Account, Louder, Loudest, Heir, Open, Static, StaticHeir, Twice, Hidden } = classes;
  const kinds = [
    ['Express 5', express],
    ['Express 4', express4],
  ] as const;

  async function open(make: typeof express, options: Options = {}): Promise<Client> {
    const sessions = session({ schema, secret: 's', ...options });
    const account = new Account('hello');
    return makeApp((app) => {
      app.use(sessions);
      app.get('/login', async (req, res) => {
        (await sessions.load(req)).userId = 'ann';
        res.end();
      });
      app.get('/visit', async (req, res) => {
        (await sessions.load(req)).views += 1;
        res.end();
      });
      app.get('/me', account.me);
      app.get('/later', account.later);
      app.get('/throws', account.throws);
      app.get('/rejects', account.rejects);
      app.get('/any', account.any);
      app.get('/louder', new Louder('HELLO').me);
      const loudest = new Loudest('HELLO'); // what is not decorated itself is not bound, in the legacy dialect
      app.get('/loudest', (req, res, next) => loudest.me(req, res, next));
      app.get('/heir', new Heir('heir').me);
      app.get('/open', new Open('open').me);
      app.get('/twice', new Twice().me);
      const hidden = new Hidden();
      app.get('/hidden', (req, res, next) => hidden.me(req, res, next));
      app.get('/static-heir', StaticHeir.me);
      app.get('/symbol', (account as unknown as Record<symbol, Handler>)[bySymbol]!);
      app.get('/static', Static.me);
    }, make);
  }

  describe.each(kinds)(`@RequireSession in the ${name} dialect, on %s`, (_, make) => {
    it('answers 401 without a session, and names the fields', async () => {
      const client = await open(make);
      const answer = await client.get('/me');
      expect(answer.status).toBe(401);
      expect(JSON.parse(answer.text)).toMatchObject({ code: 'SESSION_REQUIRED' });
      expect(answer.text).toContain('userId');
      expect((await client.get('/any')).status).toBe(401);
    });

    it('answers 401 for a session that lacks the field', async () => {
      const client = await open(make);
      await client.get('/visit');
      expect((await client.get('/me')).status).toBe(401);
      expect((await client.get('/any')).status).toBe(200);
    });

    it('lets the rest pass, on the instance it was taken from', async () => {
      const client = await open(make);
      await client.get('/login');
      const hello = { greeting: 'hello', userId: 'ann' };
      expect(await client.json('/me')).toEqual(hello);
      expect(await client.json('/later')).toEqual(hello);
      expect(await client.json('/symbol')).toEqual(hello);
      expect(await client.json('/static')).toEqual({ greeting: 'static', userId: 'ann' });
      expect(await client.json('/static-heir')).toEqual({ greeting: 'heir', userId: 'ann' });
    });

    it('hands on what the method throws or rejects with', async () => {
      const client = await open(make);
      await client.get('/login');
      expect(JSON.parse((await client.get('/throws')).text)).toMatchObject({ message: 'thrown' });
      if (make === express)
        expect(JSON.parse((await client.get('/rejects')).text)).toMatchObject({ message: 'rejected' });
    });

    it('respects inheritance', async () => {
      const client = await open(make);
      expect((await client.get('/louder')).status).toBe(401);
      await client.get('/login');
      expect(await client.json('/louder')).toEqual({ greeting: 'HELLO!', userId: 'ann' });
      expect(await client.json('/loudest')).toEqual({ greeting: 'HELLO!', userId: 'ann' });
      expect(await client.json('/heir')).toEqual({ greeting: 'heir', userId: 'ann' });
      client.jar.clear();
      expect((await client.get('/loudest')).status).toBe(401);
      expect((await client.get('/heir')).status).toBe(401);
      // What overrides a method is behind its decorator too; the legacy dialect has no means to see to it.
      if (name === 'standard') expect((await client.get('/open')).status).toBe(401);
      else expect(await client.json('/open')).toEqual({ greeting: 'open' });
    });

    it('checks what each of two decorators asks for', async () => {
      const client = await open(make);
      await client.get('/login');
      expect(await client.json('/twice')).toEqual({ greeting: 'Twice', userId: 'ann' });
      client.jar.clear();
      expect((await client.get('/twice')).status).toBe(401);
    });

    it('guards private methods, and static ones', async () => {
      const client = await open(make);
      expect((await client.get('/hidden')).status).toBe(401);
      expect((await client.get('/static')).status).toBe(401);
      await client.get('/login');
      expect(await client.json('/hidden')).toEqual({ greeting: 'hidden', userId: 'ann' });
    });

    it('answers 500 with advice where no middleware was mounted', async () => {
      const client = await makeApp((app) => {
        app.get('/me', new Account('hello').me);
      }, make);
      const answer = await client.get('/me');
      expect(answer.status).toBe(500);
      expect(JSON.parse(answer.text)).toMatchObject({ code: 'SESSION_NOT_LOADED' });
      expect(answer.text).toContain('app.use(session');
    });

    it("loads the session first under load: 'demand'", async () => {
      const client = await open(make, { load: 'demand' });
      expect((await client.get('/me')).status).toBe(401);
      await client.get('/login');
      expect(await client.json('/me')).toEqual({ greeting: 'hello', userId: 'ann' });
    });
  });

  describe(`A method decorated in the ${name} dialect`, () => {
    it('keeps its name and length', () => {
      const account = new Account('a');
      expect([account.me.name, account.me.length]).toEqual(['me', 2]);
      expect([account.any.name, account.any.length]).toEqual(['any', 0]);
    });

    it('is the same function each time it is asked for, and another one on each instance', () => {
      const [one, other] = [new Account('a'), new Account('b')];
      expect(one.me).toBe(one.me);
      expect(one.me).not.toBe(other.me);
    });

    it('takes the instance that it is called with, on its prototype and on that of a subclass', () => {
      const said: unknown[] = [];
      const res = { json: (body: unknown) => said.push(body) };
      for (const { prototype } of [Account, Heir]) {
        const me = (prototype as Controller).me as (...args: unknown[]) => unknown; // a class's prototype has its methods
        me.call(new Heir('heir'), { session: { userId: '1' } }, res, rethrow);
        expect(() => me.call(new Heir('heir'), { session: {} }, res, rethrow)).toThrow(SessionRequiredError);
      }
      expect(said).toEqual(Array(2).fill({ greeting: 'heir', userId: '1' }));
    });

    it('can be replaced, on an instance and on the prototype', () => {
      const account = new Account('a');
      account.me = () => 'mine';
      expect([account.me, new Account('b').me].map((me) => me.name)).toEqual(['', 'me']);
      class Base extends Heir {}
      const replacement: Handler = () => 'replaced';
      Base.prototype.me = replacement;
      expect(Object.hasOwn(Base.prototype, 'me')).toBe(true);
      const request = { session: { userId: '1' } }; // in the standard dialect the decorator holds for what overrides it
      expect((new Base('a').me as (req: unknown) => unknown)(request)).toBe('replaced');
    });

    it("stays out of the instance's enumerable properties", () => {
      const account = new Account('a');
      expect(account.me).toBeTypeOf('function');
      expect(Object.keys(account)).toEqual([]);
      expect(JSON.stringify(account)).toBe('{}');
    });

    it('can be tried in a unit test, with a made-up session and without next', () => {
      const account = new Account('a');
      const said: unknown[] = [];
      const res = { json: (body: unknown) => said.push(body) } as unknown as Response;
      const call = account.me as (req: unknown, res: unknown) => unknown;
      call({ session: { userId: '1' } }, res);
      expect(said).toEqual([{ greeting: 'a', userId: '1' }]);
      expect(() => call({ session: {} }, res)).toThrow(SessionRequiredError);
      expect(() => call({}, res)).toThrow(SessionNotLoadedError);
      expect(() => call({}, res)).toThrow(/app\.use\(session/);
    });
  });

  it(`is for methods and classes in the ${name} dialect`, () => {
    expect(() => Require('userId')(undefined, { kind: 'field', name: 'x' })).toThrow('for methods');
    expect(() => Require('userId')({}, 'x', undefined)).toThrow('for methods');
    expect(() => Require('userId')({}, 'x', { get: () => 5 })).toThrow('for methods');
  });
}

/** The decorators that two sessions of one app have of their own. */
export function ownDecoratorSuite(
  name: string,
  {
    shop,
    admin,
    office,
  }: {
    readonly shop: SessionMiddleware<typeof schema>;
    readonly admin: RequestHandler & { of(req: Request): object };
    readonly office: { readonly write: Handler; readonly buy: Handler };
  },
): void {
  it(`each middleware's own decorator asks its own session, in the ${name} dialect`, async () => {
    const client = await makeApp((app) => {
      app.use(shop, admin);
      app.get('/login', (req, res) => {
        shop.of(req).userId = 'ann';
        res.end();
      });
      app.get('/admin/:level', (req, res) => {
        Object.assign(admin.of(req), { name: 'root', level: req.params.level });
        res.end();
      });
      app.get('/write', office.write);
      app.get('/buy', office.buy);
    });
    const statuses = async (): Promise<number[]> => [
      (await client.get('/write')).status,
      (await client.get('/buy')).status,
    ];
    expect(await statuses()).toEqual([401, 401]);
    await client.get('/login');
    expect(await statuses()).toEqual([401, 200]);
    await client.get('/admin/reader');
    expect(await statuses()).toEqual([403, 200]);
    await client.get('/admin/writer');
    expect(await client.json('/write')).toBe('root');
    expect(await client.json('/buy')).toBe('ann');
  });
}
