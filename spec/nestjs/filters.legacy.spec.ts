import 'reflect-metadata';
import {
  Catch,
  Controller,
  Get,
  HttpException,
  Module,
  Post,
  Scope,
  UseFilters,
  type ArgumentsHost,
  type ExceptionFilter,
  type Type,
} from '@nestjs/common';
import { APP_FILTER, type NestApplication } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import type { Response } from 'express';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SessionError, type SessionMembers } from 'typed-session';
import * as nest from 'typed-session/nestjs';
import { schema } from '../support/shop.js';

// The program of the specs registers no schema.
type Loose = (...asked: any[]) => (...args: any[]) => any;
const RequireSession = nest.RequireSession as unknown as Loose;
const CurrentSession = nest.CurrentSession as unknown as Loose;

type Wrong = { views: number } & Pick<SessionMembers<typeof schema>, 'validate'>;

class Answering implements ExceptionFilter {
  catch(error: { message: string }, host: ArgumentsHost): void {
    host.switchToHttp().getResponse<Response>().status(418).json({ by: this.constructor.name, error: error.constructor.name }); // prettier-ignore
  }
}
@Catch(SessionError)
class OfSessions extends Answering {}
@Catch(HttpException)
class OfNest extends Answering {}
@Catch()
class OfAll extends Answering {}

@Controller()
class WrongController {
  @Post('handler')
  async handler(@CurrentSession() session: Wrong): Promise<void> {
    session.views = 0.5;
    await session.validate().finally(() => {
      session.views = 0; // so that the filter's answer can be committed
    });
  }

  @Post('commit')
  commit(@CurrentSession() session: Wrong): string {
    session.views = 0.5;
    return 'done';
  }

  @Post('method')
  @UseFilters(OfSessions)
  async method(@CurrentSession() session: Wrong): Promise<void> {
    return this.handler(session);
  }

  @Get('guard')
  @RequireSession('userId')
  guard(): string {
    return 'guarded';
  }
}

/** Where an app registers a filter. */
const places = {
  'by useGlobalFilters': { use: true },
  'in the root module': { root: true },
  'in the root module, for each request': { root: true, scope: Scope.REQUEST },
  'in a module imported before ours': { before: true },
  'in a module imported after ours': { after: true },
  nowhere: {},
};
interface Place {
  readonly use?: boolean;
  readonly root?: boolean;
  readonly before?: boolean;
  readonly after?: boolean;
  readonly scope?: Scope;
}

async function open(filter: Type<ExceptionFilter>, { use, root, before, after, scope = Scope.DEFAULT }: Place) {
  const provider = { provide: APP_FILTER, useClass: filter, scope };
  class Feature {}
  const feature = { module: Feature, providers: [provider] };
  @Module({
    imports: [
      ...(before ? [feature] : []),
      nest.TypedSessionModule.forRoot({ schema, secret: 's' }),
      ...(after ? [feature] : []),
    ],
    controllers: [WrongController],
    providers: root ? [provider] : [],
  })
  class AppModule {}
  const built = await Test.createTestingModule({ imports: [AppModule] }).compile();
  const app = built.createNestApplication<NestApplication>({ logger: false } as object);
  if (use) app.useGlobalFilters(new filter());
  await app.listen(0, '127.0.0.1');
  onTestFinished(() => app.close());
  const url = await app.getUrl();
  return async (path: string, method = 'POST'): Promise<unknown> => {
    const response = await fetch(`${url}/${path}`, { method });
    return { status: response.status, ...((await response.json()) as object) };
  };
}

const { nowhere, 'in the root module, for each request': scoped, ...everywhere } = places;

describe.each(Object.entries(everywhere))('a filter of the app %s', (_, place) => {
  it.each([{ filter: OfSessions }, { filter: OfAll }])(
    'takes the errors of a handler and of a commit: $filter.name',
    async ({ filter }) => {
      const send = await open(filter, place);
      for (const path of ['handler', 'commit']) {
        expect(await send(path)).toEqual({ status: 418, by: filter.name, error: 'SessionValidationError' });
      }
    },
  );

  it.each([{ filter: OfNest }, { filter: OfAll }])(
    "takes the exception of Nest's that a guard throws: $filter.name",
    async ({ filter }) => {
      const send = await open(filter, place);
      expect(await send('guard', 'GET')).toEqual({ status: 418, by: filter.name, error: 'UnauthorizedException' });
    },
  );

  it("for Nest's exceptions alone takes what errors of the library become", async () => {
    const send = await open(OfNest, place);
    for (const path of ['handler', 'commit']) {
      expect(await send(path)).toEqual({ status: 418, by: 'OfNest', error: 'HttpException' });
    }
  });
});

it('a filter that is made for each request takes the errors of handlers: Nest has no other for those of commits', async () => {
  const send = await open(OfSessions, scoped);
  expect(await send('handler')).toMatchObject({ status: 418, by: 'OfSessions' });
  expect(await send('commit')).toMatchObject({ status: 500, code: 'SESSION_VALIDATION' });
});

it('a filter of one method takes its errors before those of the app do', async () => {
  const send = await open(OfAll, places['in the root module']);
  expect(await send('method')).toMatchObject({ by: 'OfSessions' });
});

it('without any filter of the app, errors are answered by their status, without what is not to be shown', async () => {
  const send = await open(OfAll, nowhere);
  for (const path of ['handler', 'commit']) {
    expect(await send(path)).toEqual({
      status: 500,
      statusCode: 500,
      message: 'Internal Server Error',
      code: 'SESSION_VALIDATION',
    });
  }
  expect(await send('guard', 'GET')).toMatchObject({ status: 401, code: 'SESSION_REQUIRED' });
});
