import { existsSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { defineConfig, type Plugin, type TestProjectInlineConfiguration } from 'vitest/config';

/** Vite leaves decorators alone; TypeScript lowers them, in the dialect that the file's name asks for. */
const decorators: Plugin = {
  name: 'decorators',
  enforce: 'pre',
  transform(code, id) {
    const dialect = /\.(standard|legacy)\.spec\.ts$/.exec(id)?.[1];
    if (dialect === undefined) return null;
    const legacy = dialect === 'legacy';
    const { outputText, sourceMapText } = ts.transpileModule(code, {
      fileName: id,
      compilerOptions: {
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.ESNext,
        verbatimModuleSyntax: true,
        experimentalDecorators: legacy,
        emitDecoratorMetadata: legacy,
        sourceMap: true,
      },
    });
    return { code: outputText, map: sourceMapText ?? null };
  },
};

const paths = (process.env['PATH'] ?? '').split(delimiter);
const hasChromium = process.env['CHROMIUM'] !== undefined || paths.some((path) => existsSync(join(path, 'chromium')));

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Replaces the Express app with one on the fetch API, for the specs that run on both hosts. */
const onFetch: Plugin = {
  name: 'on-fetch',
  enforce: 'pre',
  resolveId(source, importer = '') {
    const isApp = source.endsWith('/app.js') && resolve(importer, '..', source) === here('spec/support/app.js');
    return isApp && !importer.includes('/support/fetch/') ? here('spec/support/fetch/app.ts') : null;
  },
};

/** Specs that need no host, and specs that are only about Express. */
const expressOnly = [
  'plan',
  'swap',
  'merge',
  'work',
  'remembered',
  'traces',
  'late-change',
  'failed-commit',
  'express-session-options',
];

/** The specs that compile programs. They are slow, and have the same results on every version of Node. */
const compiling = 'spec/{types,docs,typedoc,tsoa}/**';

const entryPoints = { find: /^typed-session\/(.+)$/, replacement: here('lib/$1.ts') };
const setupFiles = ['spec/support/seed.ts', 'spec/support/warnings.ts', 'spec/support/printed.ts'];
const testTimeout = 60_000; // generous, and only ends tests that hang: some specs compile programs, and the machine may be busy

export default defineConfig({
  test: {
    reporters: ['default', './scripts/count-reporter.mjs'],
    projects: [
      onNode(
        'node',
        ['spec/**/*.spec.ts'],
        [
          compiling,
          // These need servers: `npm run test:servers`.
          ...(process.env['REDIS_URL'] === undefined ? ['spec/servers/**'] : []),
          // These need Chromium; `CHROMIUM` names another browser.
          ...(hasChromium ? [] : ['spec/browser/**']),
        ],
      ),
      onNode('compiler', [`${compiling}/*.spec.ts`]),
      {
        plugins: [onFetch],
        resolve: {
          alias: [{ find: /^typed-session$/, replacement: here('spec/support/fetch/entry.ts') }, entryPoints],
        },
        test: {
          name: 'fetch',
          include: ['spec/sessions/*.spec.ts'],
          exclude: expressOnly.map((name) => `spec/sessions/${name}.spec.ts`),
          setupFiles,
          testTimeout,
        },
      },
    ],
  },
});

function onNode(name: string, include: string[], exclude: string[] = []): TestProjectInlineConfiguration {
  return {
    plugins: [decorators],
    resolve: { alias: [{ find: /^typed-session$/, replacement: here('lib/index.ts') }, entryPoints] },
    test: { name, include, exclude, setupFiles, testTimeout },
  };
}
