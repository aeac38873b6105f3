import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { defineConfig, type Plugin } from 'vitest/config';

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

const lib = (file: string) => fileURLToPath(new URL(`lib/${file}`, import.meta.url));

export default defineConfig({
  plugins: [decorators],
  resolve: {
    alias: [
      { find: /^typed-session$/, replacement: lib('index.ts') },
      { find: /^typed-session\/(.+)$/, replacement: lib('$1.ts') },
    ],
  },
  test: {
    include: ['spec/**/*.spec.ts'],
    setupFiles: ['spec/support/seed.ts', 'spec/support/warnings.ts'],
    exclude: [
      // These need servers: `npm run test:servers`.
      ...(process.env['REDIS_URL'] === undefined ? ['spec/servers/**'] : []),
      // These need Chromium; `CHROMIUM` names another browser.
      ...(hasChromium ? [] : ['spec/browser/**']),
    ],
    testTimeout: 60_000, // only against hanging: some specs compile programs, and the machine may be busy
    reporters: ['default', './scripts/count-reporter.mjs'],
  },
});
