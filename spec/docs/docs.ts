import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '../..');

/** A fenced block of a document. */
export interface Block {
  readonly language: string;
  readonly text: string;
  /** The line that its text begins in. */
  readonly line: number;
}

/** All documents for people, as paths from the root: those at the top of the repository, and the pages in docs/. */
export const documents: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'CODE_OF_CONDUCT.md',
  'SECURITY.md',
  'SUPPORT.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md') && !file.startsWith('api'))
    .sort()
    .map((file) => `docs/${file.replaceAll('\\', '/')}`),
];

/** The documents with TypeScript blocks: all of them compile. */
export const withCode = documents.filter((document) => blocksOf(document, 'ts').length > 0);

/** The documents that are an app: one block is its `app.ts`, and console blocks call it. */
export const withApp = withCode.filter(
  (document) =>
    blocksOf(document, 'console').length > 0 &&
    blocksOf(document, 'ts').some(({ text }) => text.startsWith('// app.ts\n')),
);

export function read(document: string): string {
  return readFileSync(join(root, document), 'utf8');
}

export function blocksOf(document: string, language: string): Block[] {
  const text = read(document);
  return [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
    .map((match) => ({
      language: match[1] ?? '',
      text: match[2] ?? '',
      line: text.slice(0, match.index).split('\n').length + 1,
    }))
    .filter((block) => block.language === language);
}

/** What a block without imports may take for granted: it is a part of an app, and this is the rest. */
const REST_OF_THE_APP = `
import { createServer } from 'node:http';
import express, { type ErrorRequestHandler, type Response } from 'express';
import { defineSession, expiring, isoDate, migration, RequireSession, requireSession, session, SessionError, type ReadonlySessionRequest, type RegisteredSchema, type SessionRequest, type SessionMiddleware } from 'typed-session';
import { z } from 'zod';
declare const app: express.Express;
declare const secret: string;
declare const sessionSchema: RegisteredSchema;
declare const schema: RegisteredSchema;
declare const sessions: SessionMiddleware<RegisteredSchema>;
`;

/**
 * Writes the TypeScript blocks of a document into a folder as a project: a block that begins with `// name.ts` as that
 * file, the others under names of their own. Blocks with imports stand as they are, the others get the rest of the app.
 * @returns the files, with the line of the document in which each begins
 */
export function writeProject(document: string, folder: string): Map<string, number> {
  mkdirSync(folder, { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: compilerOptions() }));
  const files = new Map<string, number>();
  for (const { text, line } of blocksOf(document, 'ts')) {
    const name = join(folder, /^\/\/ (\S+\.ts)\n/.exec(text)?.[1] ?? `line-${line}.ts`);
    const complete = /^import /m.test(text);
    writeFileSync(name, complete ? text : `${REST_OF_THE_APP}export {};\n${text}`);
    files.set(name, complete ? line - 1 : line - 2 - REST_OF_THE_APP.split('\n').length + 1);
  }
  return files;
}

/** A block that begins with `// name.legacy.ts` has decorators of the legacy dialect. */
export function isLegacy(file: string): boolean {
  return file.endsWith('.legacy.ts');
}

/** The options that docs/guides/getting-started.md advises, those that \`tsc --init\` adds, and where the library is. */
export function compilerOptions(): Record<string, unknown> {
  const [block] = blocksOf('docs/guides/getting-started.md', 'json');
  const { compilerOptions: advised } = JSON.parse(block?.text ?? '') as { compilerOptions: Record<string, unknown> };
  return {
    ...advised,
    noEmit: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    verbatimModuleSyntax: true,
    isolatedModules: true,
    moduleDetection: 'force',
    paths: {
      'typed-session': [join(root, 'lib/index.ts')],
      'typed-session/eslint': [join(root, 'lib/eslint.ts')],
      'typed-session/express-session': [join(root, 'lib/express-session.ts')],
      'typed-session/fetch': [join(root, 'lib/fetch.ts')],
      'typed-session/inspector': [join(root, 'lib/inspector.ts')],
      'typed-session/mongo': [join(root, 'lib/mongo.ts')],
      'typed-session/nestjs': [join(root, 'lib/nestjs.ts')],
      'typed-session/openapi': [join(root, 'lib/openapi.ts')],
      'typed-session/opentelemetry': [join(root, 'lib/opentelemetry.ts')],
      'typed-session/postgres': [join(root, 'lib/postgres.ts')],
      'typed-session/redis': [join(root, 'lib/redis.ts')],
      'typed-session/routing-controllers': [join(root, 'lib/routing-controllers.ts')],
      'typed-session/sqlite': [join(root, 'lib/sqlite.ts')],
      'typed-session/testing': [join(root, 'lib/testing.ts')],
      'typed-session/typedoc': [join(root, 'lib/typedoc.ts')],
    },
  };
}
