import 'reflect-metadata';
import { Body, Controller, Delete, Get, Module, Post, VersioningType } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { Test } from '@nestjs/testing';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Get as Read, JsonController } from 'routing-controllers';
import { expect, it, onTestFinished } from 'vitest';
import * as plain from 'typed-session';
import * as nest from 'typed-session/nestjs';
import { withSessionSecurity } from 'typed-session/openapi';
import * as rc from 'typed-session/routing-controllers';
import { schema } from '../support/shop.js';

// The program of the specs registers no schema.
type Loose = (...asked: any[]) => (...args: any[]) => any;
const RequireSession = nest.RequireSession as unknown as Loose;
const rcSessionValue = rc.SessionValue as unknown as Loose;
const RequirePlain = plain.RequireSession as unknown as Loose;
const SessionValue = nest.SessionValue as unknown as Loose;
const RequireAnonymous = nest.RequireAnonymous as unknown as Loose;

@Controller('account')
@RequireSession('userId')
class AccountController {
  @Get()
  show(): string {
    return 'account';
  }

  @Delete('notes')
  @RequireSession({ role: 'admin' }, () => true)
  clear(): string {
    return 'cleared';
  }

  @Get(['old', 'older'])
  several(): string {
    return 'several';
  }

  @Get('prices')
  @nest.AllowAnonymous()
  prices(): string {
    return 'prices';
  }
}

@Controller()
class LoginController {
  @Post('login')
  @RequireAnonymous()
  login(@Body() body: object): object {
    return body;
  }
}

@Controller({ path: 'orders', version: '2' })
class OrderController {
  @Get()
  list(@SessionValue('userId') userId: string): string {
    return userId;
  }
}

@Module({
  imports: [nest.TypedSessionModule.forRoot({ schema, secret: 's' })],
  controllers: [AccountController, LoginController, OrderController],
})
class AppModule {}

async function documentOfNest(version: '3.0.0' | '3.1.0') {
  const built = await Test.createTestingModule({ imports: [AppModule] }).compile();
  const app = built.createNestApplication({ logger: false } as object);
  app.enableVersioning({ type: VersioningType.URI });
  await app.init();
  onTestFinished(() => app.close());
  return SwaggerModule.createDocument(
    app,
    new DocumentBuilder().setOpenAPIVersion(version).setTitle('Accounts').build(),
  );
}

it.each(['3.0.0', '3.1.0'] as const)(
  'a document of @nestjs/swagger states what each operation requires, in OpenAPI %s',
  async (version) => {
    const document = await documentOfNest(version);
    const before = structuredClone(document);
    const controllers = [AccountController, LoginController, OrderController];
    const told = withSessionSecurity(document, { controllers, cookieName: 'sid' });
    expect(told.components?.securitySchemes).toEqual({
      session: { type: 'apiKey', in: 'cookie', name: 'sid', description: 'The session cookie, signed.' },
    });
    expect(told.paths['/account']?.get).toMatchObject({
      security: [{ session: [] }],
      responses: { 200: { description: '' }, 401: { description: 'A session with `userId` is required.' } },
    });
    expect(told.paths['/account/notes']?.delete?.responses).toMatchObject({
      401: { description: 'A session with `userId`, `role` = `admin`, a condition is required.' },
      403: { description: 'A session with `role` = `admin`, a condition is required.' },
    });
    for (const path of ['/account/old', '/account/older', '/v2/orders']) {
      expect([path, told.paths[path]?.get?.security]).toEqual([path, [{ session: [] }]]);
    }
    expect(told.paths['/account/prices']?.get).toEqual({ ...before.paths['/account/prices']?.get, security: [] });
    expect(told.paths['/login']?.post?.security).toEqual([]);
    expect(told.paths['/login']?.post?.responses).toMatchObject({ 403: { description: expect.any(String) } });
    expect(document).toEqual(before); // another document, not this one changed
    expect(withSessionSecurity(told, { controllers, cookieName: 'sid' })).toEqual(told); // and telling it twice adds nothing
    const { valid, errors } = await new Validator().validate(structuredClone(told) as never);
    expect([valid, errors]).toEqual([true, undefined]);
  },
);

it.each(['3.0.0', '3.1.0'] as const)(
  "Redocly's linter reports nothing about what was added, in OpenAPI %s",
  async (version) => {
    const document = await documentOfNest(version);
    const controllers = [AccountController, LoginController, OrderController];
    const config = await createConfig({ extends: ['recommended'] });
    const problemsOf = async (source: object) =>
      (await lintFromString({ source: JSON.stringify(source), config })).map(
        ({ ruleId, location: [at] }) => `${ruleId} ${at?.pointer ?? ''}`,
      );
    const before = await problemsOf(document);
    expect(before.filter((problem) => problem.startsWith('security-defined'))).not.toEqual([]);
    const after = await problemsOf(withSessionSecurity(document, { controllers }));
    expect(after.filter((problem) => !before.includes(problem))).toEqual([]);
    // Left over: an open operation has no 4xx, and the app names no license, server, or response schema.
    expect(after.filter((problem) => /security|401|403|struct/.test(problem))).toEqual([]);
  },
);

it('an open operation keeps the other security of a document, and loses that of the session', () => {
  class Open {
    @plain.AllowAnonymous()
    show(): void {
      // for its decorator
    }
  }
  const securityOf = (operation: object, global: object) => {
    const get = { operationId: 'Open_show', ...operation };
    return withSessionSecurity({ ...global, paths: { '/': { get } } }, { controllers: [Open] }).paths['/'].get;
  };
  expect(securityOf({}, {})).toMatchObject({ security: [] });
  expect(securityOf({}, { security: [{ session: [] }] })).toMatchObject({ security: [] });
  expect(securityOf({}, { security: [{ session: [], key: [] }, {}] })).toMatchObject({ security: [{ key: [] }, {}] });
  expect(securityOf({ security: [{ key: [] }] }, {})).toMatchObject({ security: [{ key: [] }] });
});

it('what a document says already stays, and other names of operations can be told', () => {
  const operation = (method: string) => ({ operationId: `account.${method}`, responses: { 401: { description: 'our own words' } } }); // prettier-ignore
  const document = {
    openapi: '3.1.0',
    info: { title: 'Accounts', version: '1' },
    security: [{ oauth: [] }],
    components: { securitySchemes: { key: { type: 'apiKey', in: 'header', name: 'X-Key' } } },
    paths: {
      '/account': {
        summary: 'an account',
        parameters: [],
        get: { ...operation('show'), security: [{ key: [] }, {}] },
        put: { ...operation('clear'), security: [] },
        post: operation('several'),
        delete: { operationId: 'account.close', responses: {} },
        patch: { responses: {} },
      },
    },
  };
  const options = {
    controllers: [AccountController],
    schemeName: 'cookie',
    operationId: (controller: string, method: string) =>
      `${controller.replace('Controller', '').toLowerCase()}.${method}`,
  };
  const told = withSessionSecurity(document, options);
  const clear = operation('clear');
  const CONDITIONS = 'A session with `role` = `admin`, a condition is required.';
  expect({ ...told, components: undefined }).toEqual({
    ...document,
    components: undefined,
    paths: {
      '/account': {
        ...document.paths['/account'],
        get: { ...operation('show'), security: [{ key: [], cookie: [] }, { cookie: [] }] }, // beside each of the alternatives
        put: {
          ...clear,
          responses: { ...clear.responses, 403: { description: CONDITIONS } },
          security: [{ cookie: [] }],
        },
        post: { ...operation('several'), security: [{ oauth: [], cookie: [] }] }, // beside what holds for the whole document
      },
    },
  });
  expect(Object.keys(told.components.securitySchemes)).toEqual(['key', 'cookie']);
});

it('tells actions of routing-controllers and methods of plain classes too', () => {
  @JsonController()
  class Actions {
    @Read('/mine')
    mine(@rcSessionValue('userId') userId: string): string {
      return userId;
    }
  }
  class Plain {
    @RequirePlain('userId', { role: 'admin' })
    rule(): void {
      // for its decorator
    }
  }
  const document = {
    paths: { '/mine': { get: { operationId: 'Actions.mine' } }, '/rule': { get: { operationId: 'Plain.rule' } } },
  };
  const operationId = (controller: string, method: string) => `${controller}.${method}`;
  const told = withSessionSecurity(document, { controllers: [Actions, Plain], operationId });
  expect(told.paths).toMatchObject({
    '/mine': {
      get: { security: [{ session: [] }], responses: { 401: { description: expect.stringContaining('`userId`') } } },
    },
    '/rule': {
      get: {
        security: [{ session: [] }],
        responses: {
          401: { description: expect.stringContaining('`userId`, `role` = `admin`') },
          403: { description: expect.stringContaining('with `role` = `admin`') },
        },
      },
    },
  });
});
