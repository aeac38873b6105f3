import 'reflect-metadata';
import { Controller, Get, Module, Param, Post, type MiddlewareConsumer, type NestModule } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { NextFunction, Request, Response } from 'express';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MemoryStore, type SessionMiddleware } from 'typed-session';
import * as nest from 'typed-session/nestjs';
import { Client, ProbedStore } from '../support/app.js';
import { schema } from '../support/shop.js';

// The program of the specs registers no schema.
type Loose = (...asked: any[]) => (...args: any[]) => any;
const CurrentSession = nest.CurrentSession as unknown as Loose;

interface Payload {
  userId?: string;
  views: number;
}

@Controller()
class VisitController {
  constructor(@nest.InjectSessionMiddleware() readonly sessions: SessionMiddleware<typeof schema>) {}

  @Get('views')
  views(@CurrentSession() session: Payload): number {
    return session.views;
  }

  @Get('login/:user')
  login(@CurrentSession() session: Payload, @Param('user') user: string): object {
    session.userId = user;
    return {};
  }

  @Get('devices/:user')
  async devices(@Param('user') user: string): Promise<number> {
    return (await this.sessions.list(user)).length;
  }

  @Post('logout/:user')
  async everywhere(@Param('user') user: string): Promise<void> {
    await this.sessions.revoke(user);
  }
}

/** A middleware that has to have the session, as `passport.session()`. */
function counts(req: Request, _res: Response, next: NextFunction): void {
  const session = req.session as unknown as Payload; // as the schema says
  session.views += 1;
  next();
}

async function open(where: 'app.use' | 'consumer.apply') {
  const store = new ProbedStore(new MemoryStore());
  @Module({
    imports: [nest.TypedSessionModule.forRoot({ schema, secret: 's', principal: 'userId', store })],
    controllers: [VisitController],
  })
  class AppModule implements NestModule {
    configure(consumer: MiddlewareConsumer): void {
      if (where === 'consumer.apply') consumer.apply(counts).forRoutes('*path');
    }
  }
  const built = await Test.createTestingModule({ imports: [AppModule] }).compile();
  const app = built.createNestApplication({ logger: false } as object);
  if (where === 'app.use') app.use(app.get(nest.SESSIONS)).use(counts);
  await app.listen(0, '127.0.0.1');
  onTestFinished(() => app.close());
  return { client: new Client(await app.getUrl()), store };
}

describe.each(['app.use', 'consumer.apply'] as const)('a middleware of %s', (where) => {
  it('has the session that the handler has, loaded once', async () => {
    const { client, store } = await open(where);
    expect(await client.json('/views')).toBe(1);
    let reads = 0;
    store.before.read = () => { reads++; }; // prettier-ignore
    expect(await client.json('/views')).toBe(2);
    expect(reads).toBe(1);
  });
});

it('the middleware that is injected lists and revokes the sessions of a principal', async () => {
  const { client } = await open('consumer.apply');
  await client.get('/login/ada');
  expect(await client.json('/devices/ada')).toBe(1);
  await fetch(`${client.base}/logout/ada`, { method: 'POST' });
  expect(await client.json('/devices/ada')).toBe(0);
});
