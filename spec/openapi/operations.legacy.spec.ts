import 'reflect-metadata';
import { All, Controller, Get, Module, Post, Version, VersioningType, VERSION_NEUTRAL, type INestApplication } from '@nestjs/common'; // prettier-ignore
import { ApiExcludeController, ApiExcludeEndpoint, ApiOperation, DocumentBuilder, SwaggerModule, type SwaggerDocumentOptions } from '@nestjs/swagger'; // prettier-ignore
import { Test } from '@nestjs/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import * as plain from 'typed-session';
import * as nest from 'typed-session/nestjs';
import { withSessionSecurity } from 'typed-session/openapi';

// The program of the specs registers no schema.
type Loose = (...asked: any[]) => (...args: any[]) => any;
const RequireSession = nest.RequireSession as unknown as Loose;
const RequirePlain = plain.RequireSession as unknown as Loose;

@Controller('d')
class VersionedController {
  @Get('v7')
  @RequireSession()
  v7(): void {}

  @Get('v8')
  v8(): void {}

  @Get('2fa')
  login(): void {}

  @Post('2fa')
  @RequireSession()
  login_2fa(): void {}

  @Get('beta')
  @Version('beta')
  @RequireSession()
  beta(): void {}

  @Get('dated')
  @Version('2024-01-01')
  @RequireSession()
  dated(): void {}

  @Get('two')
  @Version(['1', '2'])
  @RequireSession()
  two(): void {}

  @Get('neutral')
  @Version(VERSION_NEUTRAL)
  @RequireSession()
  neutral(): void {}

  @All('all')
  @RequireSession()
  all(): void {}

  @Get(['old', 'older'])
  @RequireSession()
  several(): void {}

  @Get(['named', 'called'])
  @ApiOperation({ operationId: 'ours' })
  @RequireSession()
  named(): void {}
}

@Controller({ path: 'e', version: ['3', '4'] })
@RequireSession()
class OtherController {
  @Get()
  show(): void {}
}

async function documentOf(
  controllers: (new () => object)[],
  configure: (app: INestApplication) => unknown = () => undefined,
  options: SwaggerDocumentOptions = {},
) {
  @Module({ controllers })
  class AppModule {}
  const built = await Test.createTestingModule({ imports: [AppModule] }).compile();
  const app = built.createNestApplication({ logger: false } as object);
  configure(app);
  await app.init();
  onTestFinished(() => app.close());
  return SwaggerModule.createDocument(app, new DocumentBuilder().build(), options);
}

/** The operations of a document, by whether they ask for a session. */
function operationsOf({ paths }: { paths: object }): { guarded: string[]; open: string[] } {
  const told: [boolean, string][] = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item as object).map(([verb, operation]): [boolean, string] => [
      (operation as { security?: unknown }).security !== undefined,
      `${verb} ${path}`,
    ]),
  );
  const those = (isGuarded: boolean) => told.filter(([one]) => one === isGuarded).map(([, place]) => place);
  return { guarded: those(true), open: those(false) };
}

const controllers = [VersionedController, OtherController];

describe('finds the operations of guarded methods, and no others,', () => {
  it('without versions', async () => {
    const told = operationsOf(withSessionSecurity(await documentOf(controllers), { controllers }));
    expect(told.open).toEqual(['get /d/v8', 'get /d/2fa']);
    expect(told.guarded).toEqual(
      expect.arrayContaining(['get /d/v7', 'post /d/2fa', 'get /d/older', 'get /d/called', 'put /d/all', 'get /e']),
    );
  });

  it.each([undefined, 'api-', false] as const)('with versions in the path, behind the prefix %s', async (prefix) => {
    const versioning = { type: VersioningType.URI, defaultVersion: '1', ...(prefix === undefined ? {} : { prefix }) };
    const document = await documentOf(controllers, (app) => app.setGlobalPrefix('rest').enableVersioning(versioning as never)); // prettier-ignore
    const told = operationsOf(withSessionSecurity(document, { controllers }));
    const v = prefix === undefined ? 'v' : prefix || '';
    expect(told.open).toEqual([`get /rest/${v}1/d/v8`, `get /rest/${v}1/d/2fa`]);
    expect(told.guarded).toEqual(
      expect.arrayContaining([
        `get /rest/${v}1/d/v7`,
        `post /rest/${v}1/d/2fa`,
        `get /rest/${v}beta/d/beta`,
        `get /rest/${v}2024-01-01/d/dated`,
        `get /rest/${v}2/d/two`,
        'get /rest/d/neutral',
        `put /rest/${v}1/d/all`,
        `get /rest/${v}1/d/older`,
        `get /rest/${v}1/d/called`,
        `get /rest/${v}4/e`,
      ]),
    );
  });

  it('with versions in a header', async () => {
    const versioning = { type: VersioningType.HEADER, header: 'X-Version' } as const;
    const document = await documentOf(controllers, (app) => app.enableVersioning(versioning));
    const told = operationsOf(withSessionSecurity(document, { controllers }));
    expect(told.open).toEqual(['get /d/v8', 'get /d/2fa']);
    expect(told.guarded).toEqual(expect.arrayContaining(['get /d/beta', 'get /d/dated', 'get /d/two', 'get /e']));
  });

  it('with a default version in a header, where operationId tells of it', async () => {
    const versioning = { type: VersioningType.HEADER, header: 'X-Version', defaultVersion: '5' } as const;
    const document = await documentOf([OtherController, PlainController], (app) => app.enableVersioning(versioning));
    const operationId = (controller: string, method: string, version = '5') => `${controller}_${method}_${version}`;
    const both = [OtherController, PlainController];
    expect(() => withSessionSecurity(document, { controllers: both })).toThrow('PlainController_show');
    const told = operationsOf(withSessionSecurity(document, { controllers: both, operationId }));
    expect(told).toEqual({ guarded: ['get /e', 'get /p'], open: [] });
  });

  it('with names that the app makes', async () => {
    const operationIdFactory = (_: string, method: string, version?: string) => `${version ?? ''}${method}`;
    const document = await documentOf(controllers, undefined, { operationIdFactory });
    const told = operationsOf(withSessionSecurity(document, { controllers, operationId: operationIdFactory }));
    expect(told.open).toEqual(['get /d/v8', 'get /d/2fa']);
  });
});

@Controller('p')
@RequireSession()
class PlainController {
  @Get()
  show(): void {}
}

describe('a method that asks for something and has no operation', () => {
  it('is an error, though others of its class have some', () => {
    const paths = { '/d': { get: { operationId: 'VersionedController_v7' } } };
    expect(() => withSessionSecurity({ paths }, { controllers: [VersionedController] })).toThrow(
      'operationId: the document has no operation VersionedController_login_2fa for VersionedController.login_2fa, whose decorators require something',
    );
    const named = { paths: { '/d': { get: { operationId: 'show' } } } };
    expect(() => withSessionSecurity(named, { controllers: [OtherController] })).toThrow('OtherController.show');
    const others = { paths: { '/d': { get: { operationId: 'OtherController_show_of_another' } } } };
    expect(() => withSessionSecurity(others, { controllers: [OtherController] })).toThrow('OtherController.show');
  });

  it('is none where the document leaves it out on purpose', async () => {
    @Controller('x')
    @RequireSession()
    class PartlyController {
      @Get()
      show(): void {}

      @Get('hidden')
      @ApiExcludeEndpoint()
      hidden(): void {}

      @Get('shown')
      @ApiExcludeEndpoint(false)
      shown(): void {}

      helper(): void {}
    }
    @Controller('y')
    @ApiExcludeController()
    @RequireSession()
    class HiddenController {
      @Get()
      show(): void {}
    }
    const hiding = [PartlyController, HiddenController];
    const told = operationsOf(withSessionSecurity(await documentOf(hiding), { controllers: hiding }));
    expect(told).toEqual({ guarded: ['get /x', 'get /x/shown'], open: [] });
  });

  it('is none where operationId says that it is not in the document, or where it asks for nothing', () => {
    class Plain {
      @RequirePlain()
      hidden(): void {}

      open(): void {}

      @plain.RotateSession()
      login(): void {}
    }
    const operationId = (controller: string, method: string) => (method === 'hidden' ? undefined : `${controller}_${method}`); // prettier-ignore
    expect(() => withSessionSecurity({}, { controllers: [Plain], operationId })).not.toThrow();
    expect(() => withSessionSecurity({}, { controllers: [Plain] })).toThrow('Plain.hidden');
  });
});

describe('a name that several operations have', () => {
  const Open = (() => {
    @Controller('public')
    class Users {
      @Get()
      list(): void {}
    }
    return Users;
  })();
  const Guarded = (() => {
    @Controller('admin')
    @RequireSession()
    class Users {
      @Get()
      list(): void {}
    }
    return Users;
  })();

  it.each([[[Guarded]], [[Guarded, Open]]])('is an error where one of them asks for something', async (passed) => {
    const document = await documentOf([Open, Guarded]);
    expect(() => withSessionSecurity(document, { controllers: passed })).toThrow(
      'operationId: Users_list is the name of GET /public and GET /admin, and may be the operation of Users.list',
    );
  });

  it('is none where none does', async () => {
    const document = await documentOf([Open, Guarded]);
    expect(() => withSessionSecurity(document, { controllers: [Open] })).not.toThrow();
  });
});
