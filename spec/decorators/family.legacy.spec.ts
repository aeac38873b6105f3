import type { NextFunction, Request, Response } from 'express';
import express from 'express';
import { expect, it } from 'vitest';
import { redirect, session } from 'typed-session';
import { makeApp } from '../support/app.js';
import { schema } from '../support/shop.js';
import { familySuite, loose, say, type Family } from './family.js';

const { CurrentSession, SessionValue } = loose;
const { AllowAnonymous, DestroySession, RequireAnonymous, RequireSession, RotateSession } = loose;

interface Filled {
  readonly userId: string;
  readonly cart: { sku: string; qty: number }[];
}

@RequireSession('userId')
class Whole {
  show(req: Request, res: Response): void {
    say(req, res);
  }

  async later(req: Request, res: Response): Promise<void> {
    await Promise.resolve();
    say(req, res);
  }

  @RequireSession((s: Filled) => s.cart.length > 0)
  admin(req: Request, res: Response): void {
    say(req, res);
  }

  @AllowAnonymous()
  open(req: Request, res: Response): void {
    say(req, res);
  }

  helped(_req: Request, res: Response): void {
    res.json(this.help(1));
  }

  private help(one: number): number {
    return one + 1;
  }
}

class Heir extends Whole {
  override show(req: Request, res: Response): void {
    const json = res.json.bind(res);
    res.json = (heir: unknown) => json({ heir });
    super.show(req, res);
  }

  added(req: Request, res: Response): void {
    say(req, res);
  }
}

@RequireSession('notice')
class Stricter extends Whole {
  added(req: Request, res: Response): void {
    say(req, res);
  }
}

@AllowAnonymous()
class Loosened extends Whole {}

@RequireSession('notice')
@RequireSession('userId')
class Both {
  show(req: Request, res: Response): void {
    say(req, res);
  }
}

class Methods {
  @RequireSession('userId', (s: Filled) => s.cart.length > 0)
  predicate(req: Request, res: Response): void {
    say(req, res);
  }

  @RequireSession((s: Filled): s is Filled & { userId: 'ann' } => s.userId === 'ann')
  typed(req: Request, res: Response): void {
    say(req, res);
  }

  @RequireSession(() => {
    throw new Error('thrown by a predicate');
  })
  throws(req: Request, res: Response): void {
    say(req, res);
  }

  @RequireSession(async () => Promise.resolve(true))
  swallows(req: Request, res: Response): void {
    say(req, res);
  }

  @RequireAnonymous()
  stranger(req: Request, res: Response): void {
    say(req, res);
  }

  @RotateSession()
  login(req: Request, res: Response): void {
    Object.assign(req.session, { userId: 'ann' });
    say(req, res);
  }

  @RotateSession()
  fails(_req: Request, res: Response): void {
    res.status(422).end();
  }

  @DestroySession()
  @RequireSession('userId')
  logout(req: Request, res: Response): void {
    const { userId } = req.session as unknown as Filled;
    res.json(`bye ${userId}`);
  }

  @RequireSession('userId')
  @DestroySession()
  refusesLogout(_req: Request, res: Response): void {
    res.status(409).end();
  }

  @DestroySession()
  @RequireSession('notice', { onMissing: redirect('/login') })
  refusedBelow(_req: Request, res: Response): void {
    res.end();
  }

  @RequireSession('notice', { onMissing: redirect('/login') })
  @DestroySession()
  refusedAbove(_req: Request, res: Response): void {
    res.end();
  }

  @RotateSession()
  @DestroySession()
  endsBelow(_req: Request, res: Response): void {
    res.end();
  }

  @DestroySession()
  @RotateSession()
  endsAbove(_req: Request, res: Response): void {
    res.end();
  }

  @DestroySession()
  @RequireSession.readonly('userId')
  readsAndEnds(_req: Request, res: Response): void {
    res.end();
  }

  @RequireSession('userId')
  breaks(): void {
    throw new Error('thrown by the method');
  }

  @RequireSession.readonly('userId')
  async reads(req: Request, res: Response): Promise<void> {
    const { cart } = req.session as unknown as Filled;
    await Promise.resolve();
    res.json({ sku: cart[0]?.sku });
  }

  @RequireSession.readonly('userId')
  writes(req: Request, res: Response): void {
    const { cart } = req.session as unknown as Filled;
    cart.push({ sku: 'milk', qty: 1 });
    res.end();
  }

  @RequireSession('userId', { onMissing: redirect('/login') })
  own(req: Request, res: Response): void {
    say(req, res);
  }
}

familySuite('legacy', { Whole, Heir, Stricter, Loosened, Both, Methods });

class Parameters {
  @RequireSession()
  me(@SessionValue('userId') userId: string, @CurrentSession() session: Filled, req: Request, res: Response): void {
    res.json({ userId, cart: session.cart.length, path: req.path });
  }

  @AllowAnonymous()
  visit(_req: Request, @CurrentSession() session: { views: number }, res: Response, next: NextFunction): void {
    session.views += 1;
    if (session.views > 2) next('route');
    else res.json(session.views);
  }

  @RequireSession()
  asks(@CurrentSession('userId', { views: 7 }) session: Filled, _req: Request, res: Response): void {
    res.json(session.userId);
  }
}

@RequireSession('userId')
class Whole2 {
  me(@SessionValue('views') views: number, _req: Request, res: Response): void {
    res.json(views);
  }
}

it('parameter decorators hand over the session and its fields; the other parameters get the rest in order', async () => {
  const sessions = session({ schema, secret: 's' });
  const made = new Parameters();
  const client = await makeApp((app) => {
    app.use(sessions);
    app.get('/login', (req, res) => {
      Object.assign(sessions.of(req), { userId: 'ann', views: 1 });
      res.end();
    });
    app.get('/me', made.me as never);
    app.get('/visit', made.visit as never);
    app.get('/visit', (_req, res) => res.json('next'));
    app.get('/asks', made.asks as never);
    app.get('/whole', new Whole2().me as never);
  }, express);
  expect((await client.get('/me')).status).toBe(401);
  expect((await client.get('/whole')).status).toBe(401);
  expect(await client.json('/visit')).toBe(1);
  expect((await client.get('/me')).text).toContain('userId');
  await client.get('/login');
  expect(await client.json('/me')).toEqual({ userId: 'ann', cart: 0, path: '/me' });
  expect(await client.json('/whole')).toBe(1);
  expect(await client.json('/visit')).toBe(2);
  expect(await client.json('/visit')).toBe('next');
  expect((await client.get('/asks')).text).toContain('views');
  // Express takes what has four parameters for an error handler.
  expect([made.me.length, made.visit.length, made.asks.length]).toEqual([2, 3, 2]);
});

it('a parameter decorator alone could do nothing, and says so at start-up', async () => {
  const thrown = new Promise<Error>((resolve) => process.once('uncaughtException', resolve));
  const listeners = process.rawListeners('uncaughtException');
  class Alone {
    me(@SessionValue('userId') userId: string): string {
      return userId;
    }
  }
  const error = await thrown;
  expect(listeners.length).toBeGreaterThan(0);
  expect(Alone.name).toBe('Alone');
  expect(error.message).toContain('Alone.me: a parameter decorator needs @RequireSession()');
});
