import { resolve } from 'node:path';
import ts from 'typescript';

export const root = resolve(import.meta.dirname, '../..');
export const REGISTERED = `
import express, { type Request, type Response } from 'express';
import { AllowAnonymous, RequireAnonymous, RequireSession, requireSession, RotateSession, session, type ReadonlySessionRequest, type SessionRequest } from 'typed-session';
import { z } from 'zod';
const sessionSchema = z.object({ userId: z.string().optional(), role: z.enum(['user', 'admin']).default('user'), lastLogin: z.string().optional() });
declare module 'typed-session' { interface Register { schema: typeof sessionSchema } }
const app = express();
const secret = 's';
`;
export const STANDARD: ts.CompilerOptions = {};
export const LEGACY: ts.CompilerOptions = { experimentalDecorators: true };
export const METADATA: ts.CompilerOptions = { experimentalDecorators: true, emitDecoratorMetadata: true };
export const dialects = [
  ['the standard dialect', STANDARD],
  ['the legacy dialect', LEGACY],
  ['the legacy dialect with metadata', METADATA],
] as const;

const { options: base } = ts.parseJsonConfigFileContent(
  ts.readConfigFile(resolve(root, 'tsconfig.json'), (path) => ts.sys.readFile(path)).config,
  ts.sys,
  root,
);
const parsed = new Map<string, ts.SourceFile | undefined>();

/** A program of one file that need not exist; all others are read and parsed once. */
export function compile(name: string, source: string, options: ts.CompilerOptions = STANDARD) {
  const fileName = resolve(root, name);
  const all = { ...base, ...options, noEmit: true, skipLibCheck: true };
  const host = ts.createCompilerHost(all);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (path) => path === fileName || fileExists.call(host, path);
  host.readFile = (path) => (path === fileName ? source : readFile.call(host, path));
  host.getSourceFile = (path, language, ...rest) => {
    if (path === fileName) return ts.createSourceFile(path, source, language, true);
    if (!parsed.has(path)) parsed.set(path, getSourceFile.call(host, path, language, ...rest));
    return parsed.get(path);
  };
  const program = ts.createProgram([fileName], all, host);
  const file = program.getSourceFile(fileName);
  if (file === undefined) throw new Error(`${name} is not part of the program`);
  return { program, file };
}

export function textOf({ messageText }: ts.Diagnostic): string {
  return ts.flattenDiagnosticMessageText(messageText, '\n');
}

/** The errors of each snippet, outermost sentence and all that it goes on to say. */
export function errors(head: string, snippets: readonly string[], options?: ts.CompilerOptions): string[] {
  const source = head + snippets.map((snippet) => snippet.replaceAll('\n', ' ')).join('\n');
  const firstLine = head.split('\n').length - 1;
  const { program, file } = compile('spec/types/snippet.ts', source, options);
  const found = snippets.map(() => '');
  for (const diagnostic of program.getSemanticDiagnostics(file)) {
    const line = file.getLineAndCharacterOfPosition(diagnostic.start ?? 0).line - firstLine;
    found[line] = (found[line] ?? '') + `${textOf(diagnostic)}\n`;
  }
  return found;
}

/** What a hover prints of each variable `hover…`, in order. */
export function hovers(head: string, snippets: readonly string[]): string[] {
  const { program, file } = compile('spec/types/hover.ts', head + snippets.join('\n'));
  const checker = program.getTypeChecker();
  const printed: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && node.name.getText().startsWith('hover'))
      printed.push(checker.typeToString(checker.getTypeAtLocation(node.name)));
    ts.forEachChild(node, visit);
  };
  visit(file);
  return printed;
}
