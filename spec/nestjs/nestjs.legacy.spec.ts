import 'reflect-metadata';
import {
  Catch,
  Controller,
  Get,
  HttpCode,
  Injectable,
  Module,
  Param,
  Post,
  Query,
  Req,
  Res,
  UnauthorizedException,
  UseFilters,
  type ArgumentsHost,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
} from '@nestjs/common';
import { APP_GUARD, Reflector, type NestApplication } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import type { Request, Response } from 'express';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MemoryStore, redirect, sessionRequirements, type SessionMiddleware } from 'typed-session';
import * as nest from 'typed-session/nestjs';
import { Client, ProbedStore } from '../support/app.js';
import { schema, type Options } from '../support/shop.js';

// The program of the specs registers no schema.
type Loose = (...asked: any[]) => (...args: any[]) => any;
const RequireSession = nest.RequireSession as unknown as Loose & { readonly readonly: Loose };
const RequireAnonymous = nest.RequireAnonymous as unknown as Loose;
const CurrentSession = nest.CurrentSession as unknown as Loose;
const SessionValue = nest.SessionValue as unknown as Loose;
const { AllowAnonymous, DestroySession, InjectSession, InjectSessionMiddleware, RotateSession, TypedSessionModule } =
  nest;

interface Payload {
  userId?: string;
  views: number;
  cart: { sku: string; qty: number }[];
}

@Injectable()
class CartService {
  constructor(@InjectSession() readonly session: Payload) {}

  add(sku: string): number {
    return this.session.cart.push({ sku, qty: 1 });
  }
}

@Catch(UnauthorizedException)
class ToLogin implements ExceptionFilter {
  catch(error: UnauthorizedException, host: ArgumentsHost): void {
    host.switchToHttp().getResponse<Response>().status(401).json({ filtered: error.getResponse() });
  }
}

@Controller('account')
@RequireSession('userId')
class AccountController {
  constructor(@InjectSessionMiddleware() readonly sessions: SessionMiddleware<typeof schema>) {}

  @Get()
  show(@SessionValue('userId') userId: string, @CurrentSession() session: Payload, @Query('q') query?: string): object {
    return { userId, views: session.views, query };
  }

  @Get('raw')
  raw(@Req() req: Request, @Res() res: Response): void {
    res.json(this.sessions.of(req).userId);
  }

  @Get('admin')
  @RequireSession((s: Payload) => s.cart.length > 0)
  admin(): string {
    return 'admin';
  }

  @Get('open')
  @AllowAnonymous()
  open(): string {
    return 'open';
  }

  @Get('filtered')
  @UseFilters(ToLogin)
  filtered(): string {
    return 'filtered';
  }

  @Get('page')
  @AllowAnonymous()
  @RequireSession('userId', { onMissing: redirect('/login') })
  page(): string {
    return 'page';
  }

  @Get('reads')
  @RequireSession.readonly()
  reads(@CurrentSession() session: Payload): number {
    return session.cart.push({ sku: 'x', qty: 1 });
  }

  @Post('logout')
  @HttpCode(204)
  @DestroySession()
  logout(): void {
    // its decorator does it
  }

  @Post('fails')
  @DestroySession()
  fails(): void {
    throw new UnauthorizedException('not you');
  }
}

@Controller('heir')
class HeirController extends AccountController {
  @Get('more')
  more(): string {
    return 'more';
  }
}

@Controller('loosened')
@AllowAnonymous()
class LoosenedController extends AccountController {
  @Get('more')
  more(): string {
    return 'more';
  }
}

@Controller()
class VisitController {
  constructor(readonly cart: CartService) {}

  @Post('login/:user')
  @RequireAnonymous()
  @RotateSession()
  login(@CurrentSession() session: Payload, @Param('user') user: string): object {
    session.userId = user;
    return { ok: true };
  }

  @Post('cart/:sku')
  add(@Param('sku') sku: string): number {
    return this.cart.add(sku);
  }

  @Post('wrong')
  wrong(@CurrentSession() session: Payload): object {
    session.views = 0.5;
    return { ok: true };
  }

  @Get('needs')
  needs(@CurrentSession('userId', { views: 7 }) session: Payload): Payload {
    return session;
  }
}

async function open(options: Options = {}, extra: object[] = [], configure: (app: NestApplication) => void = () => {}) {
  const store = new ProbedStore(options.store ?? new MemoryStore());
  @Module({
    imports: [TypedSessionModule.forRoot({ schema, secret: 's', ...options, store })],
    controllers: [AccountController, HeirController, LoosenedController, VisitController],
    providers: [CartService, ...(extra as [])],
  })
  class AppModule {}
  const built = await Test.createTestingModule({ imports: [AppModule] }).compile();
  const app = built.createNestApplication<NestApplication>({ logger: false } as object);
  configure(app);
  await app.listen(0, '127.0.0.1');
  onTestFinished(() => app.close());
  const client = new Client(await app.getUrl());
  const post = async (path: string) => {
    const response = await fetch(client.base + path, { method: 'POST', headers: { cookie: client.cookieHeader } });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') client.jar.delete(name);
      else client.jar.set(name, value);
    }
    return { status: response.status, text: await response.text() };
  };
  return { client, post, store, app };
}

describe('in a Nest app', () => {
  it('guards a controller, hands over the session and its fields, and lets others pass where they may', async () => {
    const { client, post } = await open();
    const refused = await client.get('/account');
    expect([refused.status, JSON.parse(refused.text)]).toEqual([
      401,
      {
        statusCode: 401,
        message: 'A session with userId is required: sign in first.',
        code: 'SESSION_REQUIRED',
        missing: ['userId'],
        failed: [],
      },
    ]);
    expect((await client.get('/account/open')).text).toBe('open');
    expect((await post('/login/ann')).status).toBe(201);
    expect(await client.json('/account?q=1')).toEqual({ userId: 'ann', views: 0, query: '1' });
    expect(await client.json('/account/raw')).toBe('ann');
    const forbidden = await client.get('/account/admin');
    expect([forbidden.status, JSON.parse(forbidden.text)]).toMatchObject([
      403,
      { statusCode: 403, code: 'SESSION_FORBIDDEN', missing: [], failed: ['predicate()'] },
    ]);
    expect((await post('/cart/tea')).text).toBe('1');
    expect((await client.get('/account/admin')).text).toBe('admin');
  });

  it('a service gets the session of its request, and no other', async () => {
    const { client, post } = await open();
    const another = await open();
    await post('/cart/tea');
    await post('/cart/tea');
    expect((await post('/cart/milk')).text).toBe('3');
    expect((await another.post('/cart/tea')).text).toBe('1');
    expect(client.jar.size).toBe(1);
  });

  it('filters of the app catch what Nest users expect, with our error as its cause', async () => {
    const { client } = await open();
    const answer = await client.get('/account/filtered');
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([401, { filtered: { code: 'SESSION_REQUIRED' } }]);
  });

  it('onMissing answers, and Nest adds nothing', async () => {
    const { client } = await open();
    const answer = await client.get('/account/page');
    expect([answer.status, answer.headers.get('location')]).toEqual([302, '/login?returnTo=%2Faccount%2Fpage']);
    const { client: own } = await open({
      onMissing: (error, _req, res, next) => {
        setImmediate(() => (error.status === 401 ? res.status(418).json('own') : next(error)));
      },
    });
    expect((await own.get('/account')).status).toBe(418);
    const { client: handedOn } = await open({ onMissing: (error, _req, _res, next) => { setImmediate(() => { next(error); }); } }); // prettier-ignore
    expect((await handedOn.get('/account')).status).toBe(401);
  });

  it('a filter of the app that catches everything hears nothing of what onMissing has answered', async () => {
    const caught: unknown[] = [];
    @Catch()
    class Everything implements ExceptionFilter {
      catch(error: unknown, host: ArgumentsHost): void {
        caught.push(error);
        host.switchToHttp().getResponse<Response>().status(500).json('caught');
      }
    }
    const { client } = await open({}, [], (app) => app.useGlobalFilters(new Everything()));
    expect((await client.get('/account/page')).status).toBe(302);
    expect(caught).toEqual([]);
    expect((await client.get('/account')).status).toBe(500);
    expect(caught).toEqual([expect.any(UnauthorizedException)]);
  });

  it('every route has its session, under a prefix and beside it', async () => {
    const { client, post } = await open({}, [], (app) => app.setGlobalPrefix('api', { exclude: ['account/open', 'login/:user'] })); // prettier-ignore
    expect((await post('/login/ann')).status).toBe(201);
    expect(await client.json('/api/account')).toMatchObject({ userId: 'ann' });
    expect((await client.get('/account/open')).text).toBe('open');
  });

  it('a subclass has the guards of its base class, unless it says otherwise', async () => {
    const { client } = await open();
    expect((await client.get('/heir/more')).status).toBe(401);
    expect((await client.get('/loosened/more')).text).toBe('more');
    expect((await client.get('/loosened/admin')).status).toBe(401); // its own
  });

  it('login rotates, logout destroys; both when they have succeeded', async () => {
    const { client, post } = await open({ principal: 'userId' });
    await post('/cart/tea');
    const before = client.cookieHeader;
    await post('/login/ann');
    expect(client.cookieHeader).not.toBe(before);
    expect((await post('/login/bob')).status).toBe(403);
    expect((await post('/account/fails')).status).toBe(401);
    expect((await client.get('/account')).status).toBe(200);
    const old = client.copy();
    expect((await post('/account/logout')).status).toBe(204);
    expect(client.jar.size).toBe(0);
    expect((await old.get('/account')).status).toBe(401);
  });

  it('a parameter asks for what it is asked to', async () => {
    const { client, post } = await open();
    await post('/login/ann');
    const answer = await client.get('/needs');
    expect([answer.status, answer.text]).toEqual([403, expect.stringContaining('views')]);
    const { client: own } = await open({ onMissing: (_error, _req, res) => res.status(418).json('own') });
    expect((await own.get('/needs')).status).toBe(418); // behind a guard, as all that is asked for
    expect(sessionRequirements(VisitController)).toMatchObject({
      needs: { session: true, fields: ['userId'], values: { views: 7 } },
    });
  });

  it('a readonly session stays as it was', async () => {
    const { client, post } = await open();
    await post('/login/ann');
    expect((await client.get('/account/reads')).status).toBe(500);
    expect((await post('/cart/tea')).text).toBe('1');
  });

  it('what the library throws is answered by its status', async () => {
    const { client, post, store } = await open();
    expect((await post('/wrong')).status).toBe(500);
    await post('/login/ann');
    store.before.read = () => Promise.reject(new Error('down'));
    const answer = await client.get('/account');
    expect([answer.status, JSON.parse(answer.text)]).toEqual([
      503,
      { statusCode: 503, message: 'Internal Server Error', code: 'SESSION_STORE' },
    ]);
  });

  it("loads the session first under load: 'demand'", async () => {
    const { client, post } = await open({ load: 'demand' });
    expect((await client.get('/account')).status).toBe(401);
    await post('/login/ann');
    expect(await client.json('/account')).toMatchObject({ userId: 'ann' });
    expect((await post('/cart/tea')).text).toBe('1');
  });

  it("tells a guard of the app's own what method and class ask for together, and by Reflector what each does", async () => {
    const told: Record<string, unknown[]> = {};
    @Injectable()
    class Auditor implements CanActivate {
      constructor(readonly reflector: Reflector) {}

      canActivate(context: ExecutionContext): boolean {
        const handler = context.getHandler();
        const places = [handler, context.getClass()];
        told[handler.name] = [
          nest.sessionRequirementsOf(context),
          ...places.map((place): unknown => this.reflector.get(nest.SESSION_REQUIREMENTS, place)),
        ];
        return true;
      }
    }
    const { client } = await open({}, [{ provide: APP_GUARD, useClass: Auditor }]);
    await client.get('/account/admin');
    for (const path of ['/account', '/account/open', '/account/page', '/heir/more', '/needs']) await client.get(path);
    expect(told).toMatchObject({
      admin: [{ fields: ['userId'], predicates: 1 }, { fields: [], predicates: 1 }, { fields: ['userId'] }],
      show: [{ fields: ['userId'] }, { fields: ['userId'] }, { fields: ['userId'] }],
      open: [undefined, { session: false }, { fields: ['userId'] }],
      page: [{ fields: ['userId'] }, { fields: ['userId'] }, { fields: ['userId'] }],
      more: [{ fields: ['userId'] }, undefined, { fields: ['userId'] }],
      needs: [{ fields: ['userId'], values: { views: 7 } }, {}, undefined],
    });
    expect(sessionRequirements(AccountController)).toMatchObject({
      show: { fields: ['userId'] },
      admin: { fields: ['userId'], predicates: 1 },
      logout: { destroys: true },
      page: { fields: ['userId'] },
    });
    expect(sessionRequirements(AccountController)).not.toHaveProperty('open');
  });

  it('options may come from other providers; wrong ones stop the start', async () => {
    class Config {
      readonly secret = 'from the config';
    }
    @Module({ providers: [Config], exports: [Config] })
    class ConfigModule {}
    const make = (wrong: object) =>
      Test.createTestingModule({
        imports: [
          TypedSessionModule.forRootAsync({
            imports: [ConfigModule],
            inject: [Config, { token: 'a name that nothing provides', optional: true }],
            useFactory: async (config: Config, name?: string) =>
              Promise.resolve({ schema, secret: config.secret, ...(name === undefined ? {} : { name }), ...wrong }),
          }),
        ],
        controllers: [VisitController],
        providers: [CartService],
      }).compile();
    const app = (await make({})).createNestApplication({ logger: false } as object);
    await app.listen(0, '127.0.0.1');
    onTestFinished(() => app.close());
    const response = await fetch(`${await app.getUrl()}/cart/tea`, { method: 'POST' });
    expect([response.status, response.headers.getSetCookie().length]).toEqual([201, 1]);
    await expect(make({ idleTimeout: -1 })).rejects.toThrow('idleTimeout');
  });

  it('the session may be replaced in a test, as any provider', async () => {
    const built = await Test.createTestingModule({
      providers: [CartService, { provide: nest.SESSION, useValue: { cart: [] } }],
    }).compile();
    expect((await built.resolve(CartService)).add('tea')).toBe(1);
  });
});
