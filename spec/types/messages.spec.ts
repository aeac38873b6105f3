import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { compile, dialects, errors, hovers, METADATA, REGISTERED, root, textOf } from './compile.js';

// A type error is read by somebody who is in the middle of something else: it has to say what to do. Each snippet below
// is compiled with the TypeScript of this project, and its error is looked at.

vi.setConfig({ testTimeout: 60_000 }); // one program takes 2 s, and several times that on a machine that is busy

const UNREGISTERED = `
import express from 'express';
import { requireSession, type SessionRequest } from 'typed-session';
const app = express();
`;
const decorated = [
  `export class A { @RequireSession('userId') me(req: SessionRequest<'userId' | 'lastLogin'>, res: Response) { res.json(req.session.lastLogin); } }`,
  `export class B { @RequireSession('userId') me(req: { session: { userId: number } }) { return req; } }`,
  `export class C { @RequireSession('userID') me(req: SessionRequest<'userId'>) { return req; } }`,
  `export class D { @RequireSession('userId') me(req: SessionRequest<'userId'>, res: Response) { res.json(req.session.userId); } }`,
  `@RequireSession('userId') export class E { me(req: SessionRequest<'userId' | 'lastLogin'>) { return req.session.lastLogin; } }`,
  `@RequireSession('userId') export class F { me(req: SessionRequest<'userId'>) { return req.session.userId; } help(): number { return 1; } }`,
  `export class G { @RequireSession.readonly('userId') me(req: SessionRequest<'userId'>) { return req.session.userId; } }`,
  `export class H { @RequireAnonymous() me(req: SessionRequest<'userId'>) { return req.session.userId; } }`,
  `export class I { @RequireSession('userId') @RequireSession.readonly() me(req: ReadonlySessionRequest) { return req.session.userId; } }`,
];

const STATES = `
import { bigintText, defineSession, expiring, migration, session } from 'typed-session';
import { z } from 'zod';
const secret = 's';
const states = z.discriminatedUnion('kind', [z.object({ kind: z.literal('anonymous') }), z.object({ kind: z.literal('user'), userId: z.string(), since: z.int() })]);
const sessions = session({ schema: states, secret, initial: { kind: 'anonymous' } });
declare const req: Parameters<typeof sessions>[0];
const v0 = z.object({ name: z.string().optional() });
const v1 = z.object({ names: z.array(z.string()).default([]) });
`;

describe('a type error reads as advice', () => {
  it.each(dialects)('where a method promises more than its decorator checks, in %s', (_, options) => {
    const [more, foreign, misspelt, fine, wholeClass, fineClass, readonly, anonymous] = errors(
      REGISTERED,
      decorated,
      options,
    );
    expect(more?.trimEnd().split('\n').at(-1)).toContain(
      `is not assignable to type '"This method's request promises session.lastLogin: let @RequireSession check that field too"'`,
    );
    expect(foreign).toContain('promises a session that the registered schema does not have');
    expect(misspelt).toContain(
      `Argument of type '"userID"' is not assignable to parameter of type '"userId" | "role" | "lastLogin" | RegisteredValues | RegisteredPredicate | GuardOptions'`,
    );
    expect(fine).toBe('');
    expect(wholeClass?.trimEnd().split('\n').at(-1)).toContain(
      `"me() relies on more of the session than this class's decorator checks: let it check that too, or give the method a class of its own"`,
    );
    expect(fineClass).toBe('');
    expect(readonly?.trimEnd().split('\n').at(-1)).toContain(
      '"This method only reads its session: let its request be a ReadonlySessionRequest"',
    );
    expect(anonymous?.trimEnd().split('\n').at(-1)).toContain(
      `"This method's request promises session.userId: let @RequireSession check that field too"`,
    );
  });

  it.each(['', '/nestjs', '/routing-controllers'])('where a parameter promises more, with typed-session%s', (entry) => {
    const head = `${REGISTERED}import { CurrentSession, SessionValue, RequireSession as Require } from 'typed-session${entry}';
import type { Session } from 'typed-session';\n`;
    const [wrong, narrowed, unknown, fine] = errors(
      head,
      [
        `export class A { @Require() me(@SessionValue('userId') id: number) { return id; } }`,
        `export class B { @Require() me(@CurrentSession() s: Session & { userId: string }) { return s; } }`,
        `export class C { @Require() me(@SessionValue('userID') id: string) { return id; } }`,
        `@Require('userId') export class D { @Require({ role: 'admin' }) me(@SessionValue('userId') id: string, @CurrentSession({ role: 'admin' }) s: Session & { role: 'admin' }) { return [id, s]; } }`,
      ],
      METADATA,
    );
    for (const text of [wrong, narrowed])
      expect(text).toContain(
        `'0 & Refused<"The type of this parameter promises what its decorator does not check: ask for that too, or promise less">'`,
      );
    expect(unknown).toContain(`Argument of type '"userID"' is not assignable to parameter of type`);
    expect(fine).toBe('');
  });

  it.each(['', '/nestjs', '/routing-controllers'])(
    'where a parameter would change a session that is only read, with typed-session%s',
    (entry) => {
      const head = `${REGISTERED}import { CurrentSession, SessionValue, RequireSession as Require } from 'typed-session${entry}';
import type { ReadonlySession, Session } from 'typed-session';\n`;
      const [changeable, narrowed, fine] = errors(
        head,
        [
          `export class A { @Require.readonly() me(@CurrentSession() s: Session) { s.role = 'user'; } }`,
          `export class B { @Require.readonly() me(@SessionValue('userId') id: string, @CurrentSession('userId') s: Session & { userId: string }) { return [id, s]; } }`,
          `export class C { @Require.readonly('userId') me(@SessionValue('userId') id: string, @CurrentSession('userId') s: ReadonlySession<{ userId: string }>) { return [id, s.userId]; } }`,
        ],
        METADATA,
      );
      for (const text of [changeable, narrowed])
        expect(text).toContain('"This method only reads its session: let the parameter be a ReadonlySession"');
      expect(fine).toBe('');
    },
  );

  it('in an app that has registered its schema', () => {
    const [unknownField, reserved, initial, value, misspelt, take, guarded, option] = errors(REGISTERED, [
      `requireSession('userID');`,
      `session({ schema: z.object({ id: z.string().optional() }), secret });`,
      `session({ schema: z.object({ a: z.string() }), secret });`,
      `app.get('/', (req) => { req.session.role = 'root'; });`,
      `app.get('/', (req) => { req.session.lastlogin; });`,
      `app.get('/', (req) => { req.session.take('id'); });`,
      `app.get('/', requireSession('userId'), (req, res: Response) => { req.session.userId.length; req.session.rotate(); });`,
      `session({ schema: sessionSchema, secret, resaved: false });`,
    ]);
    expect(unknownField).toBe(
      `Argument of type '"userID"' is not assignable to parameter of type '"userId" | "role" | "lastLogin" | RegisteredValues | RegisteredPredicate | GuardOptions'.\n`,
    );
    expect(reserved).toContain(
      `is not assignable to type '"Rename the field 'id': req.session has a member of that name"'`,
    );
    expect(initial?.trimEnd().split('\n').at(-1)).toMatch(
      /Property 'initial' is missing in type .* but required in type 'InitialNeeded<"The schema refuses {}: pass the payload that new sessions begin with, or give every field \.default\(…\) or \.optional\(\)">'\.$/,
    );
    expect(value).toBe(`Type '"root"' is not assignable to type '"user" | "admin"'.\n`);
    expect(misspelt).toContain("Property 'lastlogin' does not exist on type '{ role: ");
    expect(misspelt).toContain("Did you mean 'lastLogin'?");
    expect(take).toContain(
      `Argument of type '"id"' is not assignable to parameter of type '"userId" | "role" | "lastLogin"'`,
    );
    expect(guarded).toBe('');
    expect(option).toContain("'resaved' does not exist in type '");
  });

  it('where a guard asks for values', () => {
    const [impossible, unknownField, promised, both, promise] = errors(REGISTERED, [
      `requireSession({ role: 'root' });`,
      `requireSession({ role: 'admin', rank: 1 });`,
      `export class A { @RequireSession() me(req: SessionRequest<{ role: 'admin' }>) { return req.session.role; } }`,
      `requireSession({ role: 'admin' }, { role: 'user' });`,
      `requireSession(async (s) => s.role === 'admin');`,
    ]);
    expect(both).toContain('"No session can have both of these values"');
    expect(promise).toContain("Type 'Promise<boolean>' is not assignable to type 'boolean'");
    expect(impossible).toBe(`Type '"root"' is not assignable to type '"user" | "admin" | undefined'.\n`);
    expect(unknownField).toContain(`"The session has no field 'rank'"`);
    expect(promised?.trimEnd().split('\n').at(-1)).toContain(
      `"This method's request promises session.role: let @RequireSession check that field too"`,
    );
  });

  it('where a state is not complete, or is none', () => {
    const [missing, unknown, mixed, tag] = errors(STATES, [
      `sessions.of(req).become({ kind: 'user', userId: 'ann' });`,
      `sessions.of(req).become({ kind: 'admin' });`,
      `sessions.of(req).become({ kind: 'anonymous', userId: 'ann' });`,
      `sessions.requireSession({ kind: 'admin' });`,
    ]);
    expect(missing).toContain("Property 'since' is missing in type '{ kind: \"user\"; userId: string; }'");
    expect(unknown).toContain(`Type '"admin"' is not assignable to type '"anonymous" | "user"'`);
    expect(mixed).toContain(`Refusal<"The schema has no field 'userId'">`);
    expect(tag).toContain(`Type '"admin"' is not assignable to type '"anonymous" | "user" | undefined'`);
  });

  it('where a migration is missing, leads elsewhere, or forgets a field', () => {
    const [missing, elsewhere, forgotten, codec] = errors(STATES, [
      `defineSession({ schema: v1, version: 2, migrations: { 1: migration(v0, v1, () => ({ names: [] })) } });`,
      `defineSession({ schema: v0, version: 1, migrations: { 1: migration(v0, v1, () => ({ names: [] })) } });`,
      `migration(v0, v1, (old) => ({ name: old.name }));`,
      `session({ schema: z.object({ n: bigintText.optional() }), secret }).of(req).n = 5;`,
    ]);
    expect(missing).toContain('Add the migration that leads to version 2');
    expect(elsewhere).toContain('The migration to version 1 must lead to the schema of the definition');
    expect(forgotten).toContain("Property 'names' is missing in type '{ name: string | undefined; }'");
    expect(codec).toBe("Type 'number' is not assignable to type 'bigint'.\n");
  });

  it('in an app that has not', () => {
    const advice =
      '"Register your schema: declare module \'typed-session\' { interface Register { schema: typeof sessionSchema } }"';
    const [field, guard, request] = errors(UNREGISTERED, [
      `app.get('/', (req) => { req.session.userId; });`,
      `requireSession('userId');`,
      `export type Mine = SessionRequest<'userId'>;`,
    ]);
    expect(field).toBe(
      `Property 'userId' does not exist on type 'SchemaNotRegistered<${advice}> & RegisteredMembers'.\n`,
    );
    expect(guard).toBe(
      `Argument of type '"userId"' is not assignable to parameter of type '${advice} | RegisteredValues | RegisteredPredicate | GuardOptions'.\n`,
    );
    expect(request).toBe(
      `Type '"userId"' does not satisfy the constraint '${advice} | RegisteredValues | RegisteredPredicate'.\n`,
    );
  });
});

it('a hover over req.session prints its fields, and nothing of zod', () => {
  const fields = `{ role: "user" | "admin"; userId?: string | undefined; lastLogin?: string | undefined; } & RegisteredMembers`;
  expect(
    hovers(REGISTERED, [
      `app.get('/', (req) => { const hover = req.session; });`,
      `app.get('/', requireSession('userId'), (req) => { const hover = req.session; });`,
      `app.get('/', requireSession(), (req) => { const hover = req.session; });`,
      `export const f = (req: SessionRequest<'userId'>) => { const hover = req.session; };`,
      `export const g = (req: Request) => { const hover = req.session.take('lastLogin'); };`,
    ]),
  ).toEqual([
    fields,
    `${fields} & { userId: string; }`,
    fields,
    `${fields} & { userId: string; }`,
    'Promise<string | undefined>',
  ]);
});

it.each(dialects)('the type tests of the decorators hold in %s', (_, options) => {
  const file = 'type-tests/registered/decorators.test-d.ts';
  const compiled = compile(file, readFileSync(resolve(root, file), 'utf8'), options);
  expect(compiled.program.getSemanticDiagnostics(compiled.file).map(textOf)).toEqual([]);
});
