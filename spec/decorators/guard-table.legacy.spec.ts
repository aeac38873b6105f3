import 'reflect-metadata';
import { Controller, Get as NestGet, Module, Req } from '@nestjs/common';
import type { NestApplication } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import express, { type Express, type Request, type RequestHandler } from 'express';
import express4 from 'express4';
import { Get, JsonController, useExpressServer } from 'routing-controllers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { problem, RequireSession, session, type SessionMiddleware } from 'typed-session';
import * as nest from 'typed-session/nestjs';
import * as rc from 'typed-session/routing-controllers';
import { Client, makeApp, serve } from '../support/app.js';
import { expectTable, GUARD_TABLE, setPath, tableSchema } from '../support/guard-table.js';

type Loose = (...asked: any[]) => (...args: any[]) => any;
type Methods = Record<string, (...args: any[]) => unknown>;

const optionsOf = (option: 'principal' | 'none') => ({
  schema: tableSchema,
  secret: 's',
  ...(option === 'principal' ? { principal: 'userId' as const } : {}),
});

/** A class with one method for each row, decorated one by one as the compiler would do it. */
function withRows(decorate: (prototype: Methods, name: string, index: number) => void): new () => Methods {
  class Rows {}
  const prototype = Rows.prototype as Methods;
  GUARD_TABLE.forEach((_row, index) => {
    const name = `row${index}`;
    Object.defineProperty(prototype, name, { value: () => 'passed', writable: true, configurable: true });
    decorate(prototype, name, index);
  });
  return Rows as new () => Methods;
}

function setUp(app: Express, sessions: SessionMiddleware<typeof tableSchema>): void {
  app.use(sessions);
  app.get('/set', (req, res) => {
    Object.assign(sessions.of(req), JSON.parse(req.query['payload'] as string));
    res.end();
  });
}

describe.each(['principal', 'none'] as const)('the table of 401 and 403, option %s, holds', (option) => {
  const kinds = [
    ['Express 5', express],
    ['Express 4', express4],
  ] as const;

  it.each(kinds)('for methods in the legacy dialect, on %s', async (_, make) => {
    const sessions = session(optionsOf(option));
    const client = await makeApp((app) => {
      setUp(app, sessions);
      GUARD_TABLE.forEach(([asked], index) => {
        const descriptor = { value: (_req: Request, res: express.Response) => res.json('passed') };
        const made = (RequireSession as unknown as Loose)(...asked)({}, 'row', descriptor) as PropertyDescriptor;
        app.get(`/row/${index}`, (Object.defineProperty({}, 'row', made) as { row: RequestHandler }).row);
      });
    }, make);
    await expectTable(client, option);
  });

  it('for controllers of Nest', async () => {
    const RequireNest = nest.RequireSession as unknown as Loose;
    const Rows = withRows((prototype, name, index) => {
      const descriptor = Object.getOwnPropertyDescriptor(prototype, name)!;
      RequireNest(...GUARD_TABLE[index]![0])(prototype, name, descriptor);
      NestGet(`row/${index}`)(prototype, name, descriptor);
    });
    Controller()(Rows);
    class Login {
      set(req: Request): void {
        Object.assign(req.session, JSON.parse(req.query['payload'] as string));
      }
    }
    Req()(Login.prototype, 'set', 0);
    NestGet('set')(Login.prototype, 'set', Object.getOwnPropertyDescriptor(Login.prototype, 'set')!);
    Controller()(Login);
    class AppModule {}
    Module({
      imports: [nest.TypedSessionModule.forRoot(optionsOf(option) as never)],
      controllers: [Rows, Login],
    })(AppModule);
    const built = await Test.createTestingModule({ imports: [AppModule] }).compile();
    const app = built.createNestApplication<NestApplication>({ logger: false } as object);
    await app.listen(0, '127.0.0.1');
    onTestFinished(() => app.close());
    await expectTable(new Client(await app.getUrl()), option);
  });

  it.each(kinds)('for actions of routing-controllers, on %s', async (_, make) => {
    const RequireRc = rc.RequireSession as unknown as Loose;
    const Rows = withRows((prototype, name, index) => {
      RequireRc(...GUARD_TABLE[index]![0])(prototype, name, Object.getOwnPropertyDescriptor(prototype, name));
      Get(`/row/${index}`)(prototype, name);
    });
    (JsonController() as (made: unknown) => void)(Rows);
    const app: Express = make();
    setUp(app, session(optionsOf(option)));
    useExpressServer(app, { controllers: [Rows], middlewares: [rc.SessionErrorMiddleware] });
    await expectTable(await serve(app), option);
  });
});

it('onForbidden responds for controllers of Nest and for actions of routing-controllers', async () => {
  const options = { ...optionsOf('principal'), onForbidden: problem };
  const asked = ['userId', { role: 'admin' }];
  class Page {
    show(): string {
      return 'passed';
    }
  }
  const descriptor = Object.getOwnPropertyDescriptor(Page.prototype, 'show')!;
  (rc.RequireSession as unknown as Loose)(...asked)(Page.prototype, 'show', descriptor);
  Get('/page')(Page.prototype, 'show');
  (JsonController() as (made: unknown) => void)(Page);
  const app = express();
  setUp(app, session(options));
  useExpressServer(app, { controllers: [Page] });
  const client = await serve(app);
  await client.get(setPath({ userId: 'ann' }));
  const answer = await client.get('/page');
  expect([answer.status, answer.headers.get('content-type')]).toEqual([
    403,
    expect.stringContaining('application/problem+json'),
  ]);
});
