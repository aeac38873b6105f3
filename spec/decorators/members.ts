import type { RequestHandler } from 'express';
import { expect, it } from 'vitest';
import { RequireSession, session, sessionRequirements, SessionOptionsError } from 'typed-session';
import { makeApp } from '../support/app.js';
import { schema } from '../support/shop.js';

type Members<M extends string> = new () => Readonly<Record<M, RequestHandler>>;

/** What the controllers of both dialects look like: `@RequireSession('userId')` before the class. */
export interface MemberClasses {
  readonly Kinds: Members<
    | 'method'
    | 'arrow'
    | 'getter'
    | 'assigned'
    | 'bound'
    | 'copied'
    | 'router'
    | 'inherited'
    | 'baseArrow'
    | 'later'
    | 'helperResult'
  > & { readonly fixed: RequestHandler; readonly field: RequestHandler; readonly open: RequestHandler };
  /** The handler that the constructor of `Kinds` handed out. */
  readonly handedOut: () => RequestHandler;
  readonly symbol: symbol;
  /** Extends `Kinds`, decorated with `@RequireSession()`, and adds the arrow property `own`. */
  readonly Decorated: Members<'own' | 'arrow'>;
  /** Extends `Kinds` without a decorator, and adds the arrow property `own`. */
  readonly Undecorated: Members<'own'>;
  /** Has `open` members of every kind, marked with `@AllowAnonymous()`. */
  readonly Open: Members<'arrow' | 'getter' | 'method'>;
  /** Holds an instance in a static field, and has a private constructor. */
  readonly Single: { readonly instance: Readonly<Record<'arrow' | 'method', RequestHandler>> };
  /** Freezes itself, with an arrow property. */
  readonly Frozen: new () => object;
  readonly Base: new () => object;
}

export function memberSuite(name: string, classes: MemberClasses): void {
  const { Kinds, Decorated, Undecorated, Open, Single, Frozen, Base } = classes;

  it(`the decorator of a class guards every member that can be called as a handler, in the ${name} dialect`, async () => {
    const kinds = new Kinds();
    const decorated = new Decorated();
    const open = new Open();
    const handlers: Record<string, RequestHandler> = {
      method: kinds.method,
      arrow: kinds.arrow,
      getter: kinds.getter,
      assigned: kinds.assigned,
      bound: kinds.bound,
      copied: kinds.copied,
      router: kinds.router,
      inherited: kinds.inherited,
      baseArrow: kinds.baseArrow,
      later: kinds.later,
      symbol: (kinds as unknown as Record<symbol, RequestHandler>)[classes.symbol]!,
      handedOut: classes.handedOut(),
      fixed: Kinds.fixed,
      field: Kinds.field,
      own: decorated.own,
      inheritedArrow: decorated.arrow,
      single: Single.instance.arrow,
      singleMethod: Single.instance.method,
      fromPrototype: (req, res, next) =>
        (Kinds.prototype as { method: RequestHandler }).method.call(kinds, req, res, next),
      derived: (Object.create(kinds) as typeof kinds).inherited,
    };
    const sessions = session({ schema, secret: 's' });
    const client = await makeApp((app) => {
      app.use(sessions);
      app.get('/login', (req, res) => {
        sessions.of(req).userId = 'ann';
        res.end();
      });
      for (const [path, handler] of Object.entries(handlers)) app.get(`/${path}`, handler);
      app.get('/open/arrow', open.arrow);
      app.get('/open/getter', open.getter);
      app.get('/open/method', open.method);
      app.get('/open/static', Kinds.open);
      app.get('/helper', kinds.helperResult);
    });
    for (const path of Object.keys(handlers)) {
      expect([path, (await client.get(`/${path}`)).status]).toEqual([path, 401]);
    }
    for (const path of ['arrow', 'getter', 'method', 'static']) {
      expect([path, (await client.get(`/open/${path}`)).status]).toEqual([path, 200]);
    }
    await client.get('/login');
    for (const path of Object.keys(handlers)) {
      expect([path, (await client.get(`/${path}`)).status]).toEqual([path, 200]);
    }
    expect(await client.json('/helper')).toBe(42); // an injected function that no request is passed to
  });

  it(`sessionRequirements() reports them, in the ${name} dialect`, () => {
    new Kinds();
    const told = sessionRequirements(Kinds);
    for (const member of [
      'method',
      'arrow',
      'getter',
      'assigned',
      'bound',
      'router',
      'inherited',
      'baseArrow',
      classes.symbol,
    ]) {
      expect([member, told[member]?.fields]).toEqual([member, ['userId']]);
    }
    new Open();
    expect(Reflect.ownKeys(sessionRequirements(Open))).toEqual([]);
  });

  it(`a decorated class stays what it was to others, in the ${name} dialect`, () => {
    const kinds = new Kinds();
    expect(Kinds.name).toBe('Kinds');
    expect(kinds).toBeInstanceOf(Kinds);
    expect(kinds).toBeInstanceOf(Base);
    expect(kinds.constructor).toBe(Kinds);
    expect(kinds.method).toBe(kinds.method);
    expect(kinds.arrow).toBe(kinds.arrow);
    expect([kinds.method.name, kinds.method.length, kinds.arrow.length]).toEqual(['method', 2, 2]);
    expect(typeof (kinds.router as unknown as { get: unknown }).get).toBe('function');
  });

  it(`refuses what it cannot guard, and says what to do, in the ${name} dialect`, async () => {
    expect(() => new Frozen()).toThrow(SessionOptionsError);
    expect(() => new Frozen()).toThrow('Frozen.arrow: is a property that cannot be replaced');
    const thrown = new Promise<Error>((resolve) => process.once('uncaughtException', resolve));
    new Undecorated();
    const error = await thrown;
    expect(error).toBeInstanceOf(SessionOptionsError);
    expect(error.message).toContain('Undecorated.own: holds a function');
    expect(error.message).toContain('put @RequireSession() on Undecorated too');
    expect(() => new Undecorated()).toThrow(error);
  });
}

export const Require = RequireSession as unknown as (...asked: unknown[]) => (...args: any[]) => any;
