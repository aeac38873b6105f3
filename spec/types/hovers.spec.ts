import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { root, textOf } from './compile.js';

const SCHEMA = `z.object({
  userId: z.uuid().optional(),
  role: z.enum(['user', 'admin']).default('user'),
  cart: z.array(z.object({ sku: z.string(), qty: z.int().positive() })).default([]),
})`;
const APP = `
import express, { type Request, type Response } from 'express';
import { z } from 'zod';
import { RequireSession, requireSession, session, type SessionRequest } from 'typed-session';
const sessionSchema = ${SCHEMA};
declare module 'typed-session' { interface Register { schema: typeof sessionSchema } }
export const sessions = session({ schema: sessionSchema, secret: 's', principal: 'userId' });
export const admin = session({ schema: z.object({ level: z.int().optional() }), secret: 's', name: 'admin' });
const app = express();
app.get('/', async (req, res) => {
  req.session.cart;
  sessions.of(req);
  await req.session.save();
  await req.session.update((payload) => { payload.cart = []; });
  await req.session.take('userId');
  await req.session.rotate();
  res.end();
});
app.get('/me', requireSession('userId'), (req) => { const mine = req.session; mine.userId; });
app.get('/admin', requireSession('userId', { role: 'admin' }), (req) => { const theirs = req.session; theirs.role; });
app.get('/level', admin.requireSession('level'), (req) => { const level = admin.of(req); level; });
export class AccountController {
  @RequireSession('userId')
  show(req: SessionRequest<'userId'>, res: Response) { res.json(req.session.userId); }
}
`;
const FIELDS = `{ role: "user" | "admin"; cart: { sku: string; qty: number; }[]; userId?: string | undefined; }`;

const file = resolve(root, 'spec/types/hovered-app.ts');
const { options } = ts.parseJsonConfigFileContent(
  ts.readConfigFile(resolve(root, 'tsconfig.json'), (path) => ts.sys.readFile(path)).config,
  ts.sys,
  root,
);
const service = ts.createLanguageService({
  getScriptFileNames: () => [file],
  getScriptVersion: () => '1',
  getScriptSnapshot: (path) => {
    if (path === file) return ts.ScriptSnapshot.fromString(APP);
    return existsSync(path) ? ts.ScriptSnapshot.fromString(readFileSync(path, 'utf8')) : undefined;
  },
  getCurrentDirectory: () => root,
  getCompilationSettings: () => options,
  getDefaultLibFileName: (all) => ts.getDefaultLibFilePath(all),
  fileExists: (path) => path === file || ts.sys.fileExists(path),
  readFile: (path) => ts.sys.readFile(path),
});

/** What an editor shows at the bar in a piece of the app, on one line. */
function hover(place: string): string {
  const start = APP.indexOf(place.replace('|', ''));
  if (start < 0) throw new Error(`the app has no ${place}`);
  const info = service.getQuickInfoAtPosition(file, start + place.indexOf('|'));
  return ts.displayPartsToString(info?.displayParts).replaceAll(/\s+/g, ' ');
}

it('the app whose hovers are measured compiles', () => {
  expect(service.getSemanticDiagnostics(file).map(textOf)).toEqual([]);
});

it.each([
  ['req.|session.cart', `session: ${FIELDS} & RegisteredMembers`],
  ['const |mine', `const mine: ${FIELDS} & RegisteredMembers & { userId: string; }`],
  ['mine.|userId', '(property) userId: string'],
  ['theirs.|role', '(property) role: "admin"'],
  ['const |level', 'level: number; }'],
  ['req.session.|save', '(method) SessionControls.save(): Promise<void> (+1 overload)'],
  ['req.session.|rotate', '(method) SessionControls.rotate(): Promise<void> (+1 overload)'],
  ['req.session.|update', '(method) RegisteredMembers.update(change: (payload: Payload<RegisteredSchema>) => void'],
  [
    "get('/me', |requireSession",
    'requireSession<readonly ["userId"]>(required_0: "userId"): SessionGuard<{ userId: string; }>',
  ],
  ['@|RequireSession', '(required_0: "userId"): RequireSessionDecorator<readonly ["userId"], "first">'],
  ['show(|req', '(parameter) req: SessionRequest<"userId">'],
])('an editor shows %s in one or two lines', (place, shown) => {
  const text = hover(place);
  expect(text).toContain(shown);
  expect(text.length, text).toBeLessThan(260);
});

// TypeScript shows the type arguments of a call and of the interface that declares a method, and a schema has no name there.
it.each([
  ['= |session(', 2],
  ['const |sessions', 1],
  ['sessions.|of(', 1],
  ['req.session.|take', 1],
])('an editor shows %s with the schema no more than %i times', (place, times) => {
  const text = hover(place);
  expect(text.match(/userId: (?:z\.)?ZodOptional/g)?.length, text).toBeLessThanOrEqual(times);
  expect(text.length, text).toBeLessThan(300 + times * 230);
});
