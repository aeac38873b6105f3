import { resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

// A type error is read by somebody who is in the middle of something else: it has to say what to do. Each snippet below
// is compiled with the TypeScript of this project, and its error is looked at.

const root = resolve(import.meta.dirname, '../..');
const REGISTERED = `
import express, { type Response } from 'express';
import { RequireSession, requireSession, session, type SessionRequest } from 'typed-session';
import { z } from 'zod';
const sessionSchema = z.object({ userId: z.string().optional(), role: z.enum(['user', 'admin']).default('user'), lastLogin: z.string().optional() });
declare module 'typed-session' { interface Register { schema: typeof sessionSchema } }
const app = express();
const secret = 's';
`;
const UNREGISTERED = `
import express from 'express';
import { requireSession } from 'typed-session';
const app = express();
`;

/** The errors of a program, outermost sentence and all that it goes on to say, by the line that they are on. */
function errors(head: string, snippets: readonly string[], options: ts.CompilerOptions = {}): string[] {
  const file = resolve(root, 'spec/types/snippet.ts');
  const source = head + snippets.map((snippet) => snippet.replaceAll('\n', ' ')).join('\n');
  const firstLine = head.split('\n').length - 1;
  const { options: base } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(resolve(root, 'tsconfig.json'), (path) => ts.sys.readFile(path)).config,
    ts.sys,
    root,
  );
  const all = { ...base, ...options, noEmit: true, skipLibCheck: true };
  const host = ts.createCompilerHost(all);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (name) => name === file || fileExists.call(host, name);
  host.readFile = (name) => (name === file ? source : readFile.call(host, name));
  host.getSourceFile = (name, language, ...rest) =>
    name === file ? ts.createSourceFile(name, source, language) : getSourceFile.call(host, name, language, ...rest);
  const program = ts.createProgram([file], all, host);
  const found = snippets.map(() => '');
  for (const { start, messageText, file: where } of program.getSemanticDiagnostics(program.getSourceFile(file))) {
    const line = (where?.getLineAndCharacterOfPosition(start ?? 0).line ?? 0) - firstLine;
    found[line] = (found[line] ?? '') + `${ts.flattenDiagnosticMessageText(messageText, '\n')}\n`;
  }
  return found;
}

const decorated = [
  `export class A { @RequireSession('userId') me(req: SessionRequest<'userId' | 'lastLogin'>, res: Response) { res.json(req.session.lastLogin); } }`,
  `export class B { @RequireSession('userId') me(req: { session: { userId: number } }) { return req; } }`,
  `export class C { @RequireSession('userId') me(req: SessionRequest<'userId'>, res: Response) { res.json(req.session.userId); } }`,
];

describe('a type error reads as advice', () => {
  it.each([
    ['standard', {}],
    ['legacy', { experimentalDecorators: true, emitDecoratorMetadata: true }],
  ])('where a method promises more than its decorator checks, in the %s dialect', (_, options) => {
    const [more, foreign, fine] = errors(REGISTERED, decorated, options);
    expect(more).toContain(
      "This method's request promises session.lastLogin: let @RequireSession check that field too",
    );
    expect(foreign).toContain('promises a session that the registered schema does not have');
    expect(fine).toBe('');
  });

  it('in an app that has registered its schema', () => {
    const [unknownField, reserved, initial, value, misspelt, take, guarded] = errors(REGISTERED, [
      `requireSession('userID');`,
      `session({ schema: z.object({ id: z.string().optional() }), secret });`,
      `session({ schema: z.object({ a: z.string() }), secret });`,
      `app.get('/', (req) => { req.session.role = 'root'; });`,
      `app.get('/', (req) => { req.session.lastlogin; });`,
      `app.get('/', (req) => { req.session.take('id'); });`,
      `app.get('/', requireSession('userId'), (req) => { req.session.userId.length; req.session.rotate(); });`,
    ]);
    expect(unknownField).toContain(
      `Argument of type '"userID"' is not assignable to parameter of type '"userId" | "role" | "lastLogin"'`,
    );
    expect(reserved).toContain("Rename the field 'id': req.session has a member of that name");
    expect(initial).toContain("Property 'initial' is missing");
    expect(value).toBe(`Type '"root"' is not assignable to type '"user" | "admin"'.\n`);
    expect(misspelt).toContain("Did you mean 'lastLogin'?");
    expect(take).toContain(
      `Argument of type '"id"' is not assignable to parameter of type '"userId" | "role" | "lastLogin"'`,
    );
    expect(guarded).toBe('');
  });

  it('in an app that has not', () => {
    const [field, guard] = errors(UNREGISTERED, [
      `app.get('/', (req) => { req.session.userId; });`,
      `requireSession('userId');`,
    ]);
    expect(field).toMatch(/Property 'userId' does not exist on type 'Session<.*SchemaNotRegistered/);
    expect(guard).toContain('"__registerYourSchema"');
  });
});
