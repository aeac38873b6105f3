import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Application, LogLevel, TSConfigReader } from 'typedoc';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { load } from 'typed-session/typedoc';

const root = resolve(import.meta.dirname, '../..');

const SESSION = `
import { isoDate, session } from 'typed-session';
import { z } from 'zod';
export const sessionSchema = z.object({
  userId: z.string().optional().meta({ description: 'Who is signed in | or nobody.' }),
  role: z.enum(['user', 'admin']).default('user').describe('What they may do.'),
  email: z.string().meta({ sensitive: true }).optional(),
  token: z.string().meta({ sensitive: 'encrypted' }).optional(),
  lastLogin: isoDate.optional(),
});
declare module 'typed-session' { interface Register { schema: typeof sessionSchema } }
export const admin = session({ schema: z.object({ level: z.int().optional() }), secret: 's', name: 'admin' });
`;
/** What the compiler would make of it. */
const COMPILED = `
import { z } from 'zod';
export const sessionSchema = z.object({
  userId: z.string().optional().meta({ description: 'Who is signed in | or nobody.' }),
  role: z.enum(['user', 'admin']).default('user').describe('What they may do.'),
  email: z.string().meta({ sensitive: true }).optional(),
  token: z.string().meta({ sensitive: 'encrypted' }).optional(),
  lastLogin: z.string().optional(),
});
`;
const CONTROLLERS = `
import type { Request, Response } from 'express';
import * as all from 'typed-session';
import { AllowAnonymous, DestroySession, RequireAnonymous, RequireSession as Needs, redirect, RotateSession, type ReadonlySessionRequest, type SessionRequest } from 'typed-session';
import { admin } from './session.js';
/** Somebody else's decorator. */
export function RequireSession(_field: string) { return (method: () => void, _context: ClassMethodDecoratorContext) => method; }
/** Accounts. */
@Needs('userId')
export class AccountController {
  /** Shows it. */
  show(_req: SessionRequest<'userId'>, res: Response): void { res.end(); }
  /** For admins. */
  @Needs('userId', { role: 'admin' }, (s) => s.role  !== 'user', { onMissing: redirect('/login') })
  rule(_req: Request, res: Response): void { res.end(); }
  @AllowAnonymous()
  prices(_req: Request, res: Response): void { res.end(); }
  @DestroySession()
  logout(_req: Request, res: Response): void { res.end(); }
  /** Of the class itself. */
  static help(): string { return 'help'; }
}
export class HeirController extends AccountController {
  more(_req: Request, res: Response): void { res.end(); }
  override rule(_req: Request, res: Response): void { res.end(); }
}
@Needs('userId', 'email')
export class StricterController extends AccountController {}
@AllowAnonymous()
export class LoosenedController extends AccountController {
  override show(_req: Request, res: Response): void { res.end(); }
}
export class OtherController {
  @RequireAnonymous()
  @RotateSession()
  login(_req: Request, res: Response): void { res.end(); }
  @Needs.readonly()
  reads(_req: ReadonlySessionRequest, res: Response): void { res.end(); }
  @admin.RequireSession('level')
  admin(_req: Request, res: Response): void { res.end(); }
  @all.RequireSession('email', (s) => s.role === \`admin\`)
  whole(_req: Request, res: Response): void { res.end(); }
  several(req: Request, res: Response): void;
  several(req: Request, res: Response, next: () => void): void;
  @Needs('token')
  several(_req: Request, res: Response): void { res.end(); }
  @RequireSession('nothing')
  none(): void { /* nothing is asked for */ }
}
`;
const OF_FRAMEWORKS = `
import * as nest from '@nestjs/common';
import * as rc from 'routing-controllers';
import type { Session } from 'typed-session';
import { AllowAnonymous, CurrentSession, RequireSession, SessionValue } from 'typed-session/nestjs';
import { RequireSession as Needs, SessionValue as Value } from 'typed-session/routing-controllers';
@nest.Controller()
@RequireSession('userId')
export class NestController {
  @nest.Get()
  @RequireSession({ role: 'admin' })
  show(@SessionValue('email') email: string, @CurrentSession() session: Session): string { return email + session.role; }
  @nest.Get()
  @AllowAnonymous()
  open(@CurrentSession('token') session: Session): string { return session.role; }
}
export class HeirController extends NestController {
  override show(email: string, session: Session): string { return email + session.role; }
}
@rc.JsonController()
export class RoutingController {
  @rc.Get()
  @Needs('userId')
  show(@Value('lastLogin') lastLogin: Date): string { return lastLogin.toJSON(); }
}
`;

/** The pages that typedoc makes of an app, and what it says. */
async function docsOf(
  controllers: string,
  options: { readonly sessionSchema?: string; readonly session?: string; readonly legacy?: boolean } = {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'typed-session-typedoc-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  const paths = Object.fromEntries(
    ['', '/nestjs', '/routing-controllers'].map((entry) => [
      `typed-session${entry}`,
      [join(root, 'lib', entry === '' ? 'index.ts' : `${entry}.ts`)],
    ]),
  );
  const compilerOptions = { paths, experimentalDecorators: options.legacy ?? false };
  const files = {
    'package.json': '{ "type": "module", "name": "app" }',
    'tsconfig.json': JSON.stringify({ extends: join(root, 'tsconfig.json'), compilerOptions, include: ['*.ts'] }),
    'session.ts': options.session ?? SESSION,
    'schema.js': COMPILED,
    'broken.js': 'throw new Error("no database")',
    'controllers.ts': controllers,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const app = await Application.bootstrap(
    {
      entryPoints: [join(folder, 'controllers.ts')],
      tsconfig: join(folder, 'tsconfig.json'),
      readme: 'none',
      logLevel: 'None',
      disableGit: true,
      sourceLinkTemplate: '{path}',
    },
    [new TSConfigReader()],
  );
  const said = vi.spyOn(app.logger, 'log');
  await load(app);
  if (options.sessionSchema !== undefined) {
    app.options.setValue('sessionSchema' as never, join(folder, options.sessionSchema) as never); // declared by load
  }
  const project = await app.convert();
  if (project === undefined) throw new Error(`typedoc converted nothing: ${said.mock.calls.join('\n')}`);
  await app.generateDocs(project, join(folder, 'docs'));
  const page = (name: string) => readFileSync(join(folder, 'docs', name), 'utf8');
  /** What a class's page says of the session: of the class itself, and of each method. */
  const told = (name: string) => {
    const [head = '', ...members] = page(`classes/${name}.html`).split(/<section class="[^"]*tsd-member[^"]*">/);
    const of = (html: string) => {
      const lines = [...html.matchAll(/<p>(.*?)<\/p>/gs)].map(([, line = '']) => textOf(line));
      const ours = lines.filter((line) => /^Requires|^Open to|^Only for those|^Gives the session|^Ends the/.test(line));
      return ours.length === 0 ? undefined : ours.join(' ');
    };
    const methods = members.map((html) => [/ id="(\w+)"/.exec(html)?.[1], of(html)]);
    return { itself: of(head), ...(Object.fromEntries(methods) as Record<string, string | undefined>) };
  };
  const problems = said.mock.calls.filter(([, level]) => level >= LogLevel.Warn).map(([message]) => message);
  return { page, told, problems, failed: app.logger.hasErrors() };
}

function textOf(html: string): string {
  const text = html.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');
  const named: Record<string, string> = { '&quot;': '"', '&#39;': "'", '&gt;': '>', '&lt;': '<', '&amp;': '&' };
  return text.replaceAll(/&[#\w]+;/g, (entity) => named[entity] ?? entity).replaceAll(/ (?=[,.])/g, '').trim(); // prettier-ignore
}

function tableOf(html: string): string[][] {
  return [...html.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row = '']) =>
    [...row.matchAll(/<t[hd]>(.*?)<\/t[hd]>/gs)].map(([, cell = '']) => textOf(cell)),
  );
}

describe('decorated controllers say on their pages what they require', { timeout: 240_000 }, () => {
  it('each method, with what holds for its class, its base class and what it overrides', async () => {
    const { told, page, problems } = await docsOf(CONTROLLERS);
    expect(problems).toEqual([]);
    expect(told('AccountController')).toEqual({
      itself: 'Requires session: userId',
      constructor: undefined,
      show: 'Requires session: userId',
      rule: "Requires session: userId, role = admin, (s) => s.role !== 'user'",
      prices: 'Open to everybody.',
      logout: 'Requires session: userId Ends the session.',
      help: undefined,
    });
    expect(told('HeirController')).toMatchObject({
      itself: 'Requires session: userId',
      show: 'Requires session: userId',
      rule: "Requires session: userId, role = admin, (s) => s.role !== 'user'",
      more: 'Requires session: userId',
    });
    expect(told('StricterController')).toMatchObject({
      itself: 'Requires session: userId, email',
      show: 'Requires session: userId, email',
      rule: "Requires session: userId, email, role = admin, (s) => s.role !== 'user'",
      logout: 'Requires session: userId, email Ends the session.',
    });
    expect(told('LoosenedController')).toMatchObject({
      itself: 'Open to everybody.',
      show: 'Open to everybody.',
      rule: "Requires session: userId, role = admin, (s) => s.role !== 'user'",
      logout: 'Open to everybody. Ends the session.',
    });
    expect(told('OtherController')).toEqual({
      itself: undefined,
      constructor: undefined,
      login: 'Only for those who are not signed in. Gives the session a new id.',
      reads: 'Requires a stored session.',
      admin: 'Requires session: level',
      whole: 'Requires session: email, (s) => s.role === `admin`',
      several: 'Requires session: token Requires session: token', // of each overload
      none: undefined,
    });
    // The comment that a method inherits is there beside ours.
    expect(page('classes/HeirController.html')).toContain('For admins.');
  });

  it('those of NestJS and of routing-controllers too, parameters included', async () => {
    const { told, problems } = await docsOf(OF_FRAMEWORKS, { legacy: true });
    expect(problems).toEqual([]);
    expect(told('NestController')).toMatchObject({
      show: 'Requires session: userId, role = admin, email',
      open: 'Requires session: token',
    });
    expect(told('HeirController')).toMatchObject({ show: 'Requires session: userId', open: 'Requires session: token' });
    expect(told('RoutingController')).toMatchObject({ show: 'Requires session: userId, lastLogin' });
  });
});

describe('the session schema has a page of its own', { timeout: 240_000 }, () => {
  it('with what the schema says of each field', async () => {
    const { page, problems } = await docsOf(CONTROLLERS, { sessionSchema: 'schema.js#sessionSchema' });
    expect(problems).toEqual([]);
    expect(tableOf(page('documents/Session.html'))).toEqual([
      ['Field', 'Type', 'Default', 'Description', 'Sensitive'],
      ['userId', 'string | undefined', '', 'Who is signed in | or nobody.', ''],
      ['role', '"user" | "admin"', '"user"', 'What they may do.', ''],
      ['email', 'string | undefined', '', '', 'yes'],
      ['token', 'string | undefined', '', '', 'encrypted'],
      ['lastLogin', 'Date | undefined', '', '', ''],
    ]);
  });

  it('with the types alone where nobody has said where the schema is; of several states, and of other libraries', async () => {
    const states = `import 'typed-session';
      import { z } from 'zod';
      const schema = z.discriminatedUnion('kind', [z.object({ kind: z.literal('guest') }), z.object({ kind: z.literal('user'), userId: z.string() })]);
      declare module 'typed-session' { interface Register { schema: typeof schema } }`;
    const { page } = await docsOf('export class A {}', { session: states });
    expect(tableOf(page('documents/Session.html'))).toEqual([
      ['Field', 'Type'],
      ['kind', '"guest" or "user"'],
      ['userId', 'string'],
    ]);
    const valibot = `import 'typed-session';
      import * as v from 'valibot';
      const schema = v.object({ userId: v.optional(v.string()) });
      declare module 'typed-session' { interface Register { schema: typeof schema } }`;
    const { page: another } = await docsOf('export class A {}', { session: valibot });
    expect(tableOf(another('documents/Session.html'))).toEqual([
      ['Field', 'Type'],
      ['userId', 'string | undefined'],
    ]);
  });

  it('and an app without one is told what is missing', async () => {
    for (const [sessionSchema, problem] of [
      ['schema.js#nope', 'schema.js exports no zod schema called nope'],
      ['broken.js', 'no database'],
      ['gone.js', "Cannot find module '"],
    ] as const) {
      const { problems, failed } = await docsOf('export class A {}', { sessionSchema });
      expect(problems).toEqual([expect.stringContaining(problem)]);
      expect(problems[0]).toContain(' sessionSchema: ');
      expect(failed).toBe(true);
    }
    const none = await docsOf('export class A {}', { session: 'export {};', sessionSchema: 'schema.js' });
    expect(none.problems).toEqual([expect.stringContaining("declare module 'typed-session'")]);
    expect(() => none.page('documents/Session.html')).toThrow('ENOENT');
  });
});
