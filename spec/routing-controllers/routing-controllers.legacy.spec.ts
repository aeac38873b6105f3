import 'reflect-metadata';
import express, { type Express, type Request, type Response } from 'express';
import express4 from 'express4';
import {
  BadRequestError,
  Get,
  HttpCode,
  JsonController,
  Param,
  Post,
  QueryParam,
  Req,
  Res,
  useExpressServer,
} from 'routing-controllers';
import { describe, expect, it } from 'vitest';
import { MemoryStore, redirect, session, sessionRequirements } from 'typed-session';
import * as rc from 'typed-session/routing-controllers';
import { makeApp, ProbedStore, serve } from '../support/app.js';
import { schema, type Options } from '../support/shop.js';

// The program of the specs registers no schema.
type Loose = (...asked: any[]) => (...args: any[]) => any;
const RequireSession = rc.RequireSession as unknown as Loose & { readonly readonly: Loose };
const RequireAnonymous = rc.RequireAnonymous as unknown as Loose;
const CurrentSession = rc.CurrentSession as unknown as Loose;
const SessionValue = rc.SessionValue as unknown as Loose;
const { AllowAnonymous, DestroySession, RotateSession, SessionErrorMiddleware } = rc;

interface Payload {
  userId?: string;
  views: number;
  cart: { sku: string; qty: number }[];
}

@JsonController('/account')
@RequireSession('userId')
class AccountController {
  @Get('/')
  show(
    @SessionValue('userId') userId: string,
    @CurrentSession() current: Payload,
    @QueryParam('q') query?: string,
  ): object {
    return { userId, views: current.views, query };
  }

  @Get('/raw')
  raw(@Req() req: Request, @Res() res: Response): Response {
    return res.json((req.session as unknown as Payload).userId);
  }

  @Get('/admin')
  @RequireSession((s: Payload) => s.cart.length > 0)
  admin(): object {
    return ['admin'];
  }

  @Get('/open')
  @AllowAnonymous()
  open(): object {
    return ['open'];
  }

  @Get('/page')
  @AllowAnonymous()
  @RequireSession('userId', { onMissing: redirect('/login') })
  page(): object {
    return ['page'];
  }

  @Get('/reads')
  @RequireSession.readonly()
  reads(@CurrentSession() current: Payload): object {
    return [current.cart.push({ sku: 'x', qty: 1 })];
  }

  @Post('/logout')
  @HttpCode(202)
  @DestroySession()
  logout(): object {
    return { ok: true };
  }

  @Post('/fails')
  @DestroySession()
  fails(@CurrentSession() current: Payload): object {
    current.views += 1;
    throw new BadRequestError('not like this');
  }
}

@JsonController('/heir')
class HeirController extends AccountController {
  @Get('/more')
  more(): object {
    return ['more'];
  }
}

@JsonController('/loosened')
@AllowAnonymous()
class LoosenedController extends AccountController {
  @Get('/more')
  more(): object {
    return ['more'];
  }
}

@JsonController()
class VisitController {
  @Post('/login/:user')
  @RequireAnonymous()
  @RotateSession()
  login(@CurrentSession() current: Payload, @Param('user') user: string): object {
    current.userId = user;
    return { ok: true };
  }

  @Post('/cart/:sku')
  add(@CurrentSession() current: Payload, @Param('sku') sku: string): object {
    return [current.cart.push({ sku, qty: 1 })];
  }

  @Get('/needs')
  needs(@CurrentSession('userId', { views: 7 }) current: Payload): Payload {
    return current;
  }
}

const controllers = [AccountController, HeirController, LoosenedController, VisitController];

async function open(
  make: typeof express,
  options: Options = {},
  middlewares: (typeof SessionErrorMiddleware)[] = [SessionErrorMiddleware],
) {
  const store = new ProbedStore(options.store ?? new MemoryStore());
  const app: Express = make();
  app.use(session({ schema, secret: 's', ...options, store }));
  useExpressServer(app, { controllers, middlewares });
  const client = await serve(app);
  const post = async (path: string) => {
    const response = await fetch(client.base + path, { method: 'POST', headers: { cookie: client.cookieHeader } });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') client.jar.delete(name);
      else client.jar.set(name, value);
    }
    return { status: response.status, text: await response.text() };
  };
  return { client, post, store };
}

describe.each([
  ['Express 5', express],
  ['Express 4', express4],
] as const)('on routing-controllers, with %s', (_, make) => {
  it('guards a controller, hands over the session and its fields, and lets others pass where they may', async () => {
    const { client, post } = await open(make);
    const refused = await client.get('/account');
    expect([refused.status, JSON.parse(refused.text)]).toEqual([
      401,
      {
        name: 'SessionRequiredError',
        message: 'A session with userId is required: sign in first.',
        code: 'SESSION_REQUIRED',
        missing: ['userId'],
        failed: [],
      },
    ]);
    expect(await client.json('/account/open')).toEqual(['open']);
    expect((await post('/login/ann')).text).toBe('{"ok":true}');
    expect(await client.json('/account?q=1')).toEqual({ userId: 'ann', views: 0, query: '1' });
    expect(await client.json('/account/raw')).toBe('ann');
    const forbidden = await client.get('/account/admin');
    expect([forbidden.status, JSON.parse(forbidden.text)]).toMatchObject([
      403,
      { name: 'SessionForbiddenError', code: 'SESSION_FORBIDDEN', missing: [], failed: ['predicate()'] },
    ]);
    await post('/cart/tea');
    expect(await client.json('/account/admin')).toEqual(['admin']);
    expect((await client.get('/account/page')).text).toBe('["page"]');
  });

  it('is a 401 for apps without our error middleware too', async () => {
    const { client } = await open(make, {}, []);
    expect((await client.get('/account')).status).toBe(401);
  });

  it('a subclass has the guards of its base class, which routing-controllers itself would lose', async () => {
    const { client, post } = await open(make);
    for (const path of ['/heir', '/heir/more', '/heir/admin', '/loosened/admin']) {
      expect([path, (await client.get(path)).status]).toEqual([path, 401]);
    }
    expect(await client.json('/loosened/more')).toEqual(['more']);
    await post('/login/ann');
    expect(await client.json('/heir/more')).toEqual(['more']);
    expect((await client.get('/heir/admin')).status).toBe(403);
  });

  it('login rotates, logout destroys; both when they have succeeded', async () => {
    const { client, post } = await open(make, { principal: 'userId' });
    await post('/cart/tea');
    const before = client.cookieHeader;
    await post('/login/ann');
    expect(client.cookieHeader).not.toBe(before);
    expect((await post('/login/bob')).status).toBe(403);
    const failed = await post('/account/fails');
    expect([failed.status, JSON.parse(failed.text)]).toMatchObject([400, { message: 'not like this' }]);
    expect(await client.json('/account')).toMatchObject({ userId: 'ann', views: 1 });
    const old = client.copy();
    expect((await post('/account/logout')).status).toBe(202);
    expect(client.jar.size).toBe(0);
    expect((await old.get('/account')).status).toBe(401);
  });

  it('onMissing answers', async () => {
    const { client } = await open(make);
    const answer = await client.get('/account/page');
    expect([answer.status, answer.headers.get('location')]).toEqual([302, '/login?returnTo=%2Faccount%2Fpage']);
  });

  it('a parameter asks for what it is asked to, and a readonly session stays as it was', async () => {
    const { client, post } = await open(make);
    await post('/login/ann');
    const answer = await client.get('/needs');
    expect([answer.status, answer.text]).toEqual([403, expect.stringContaining('views')]);
    expect((await client.get('/account/reads')).status).toBe(500);
    expect((await post('/cart/tea')).text).toBe('[1]');
    const { client: own } = await open(make, { onMissing: (_error, _req, res) => res.status(418).json('own') });
    expect((await own.get('/needs')).status).toBe(418);
  });

  it("answers a store that is down by its status, and loads the session first under load: 'demand'", async () => {
    const { client, post, store } = await open(make, { load: 'demand' });
    expect((await client.get('/account')).status).toBe(401);
    await post('/login/ann');
    expect(await client.json('/account')).toMatchObject({ userId: 'ann' });
    store.before.read = () => Promise.reject(new Error('down'));
    const answer = await client.get('/account');
    expect([answer.status, JSON.parse(answer.text)]).toEqual([
      503,
      {
        name: 'SessionStoreError',
        message: expect.stringContaining('The session store failed to read: it rejected with Error; see cause. See '),
        code: 'SESSION_STORE',
      },
    ]);
  });
});

it('tells what each action asks for', () => {
  expect(sessionRequirements(HeirController)).toMatchObject({
    show: { fields: ['userId'] },
    admin: { fields: ['userId'], predicates: 1 },
    logout: { destroys: true },
    more: { fields: ['userId'] },
  });
  expect(sessionRequirements(AccountController)).not.toHaveProperty('open');
  expect(sessionRequirements(VisitController)).toMatchObject({ needs: { fields: ['userId'], values: { views: 7 } } });
});

it('says so where no middleware was mounted', async () => {
  const client = await makeApp((app) => {
    useExpressServer(app, { controllers: [VisitController], middlewares: [SessionErrorMiddleware] });
  });
  const answer = await client.get('/needs');
  expect([answer.status, answer.text]).toEqual([500, expect.stringContaining('There is no session to check')]);
});
