import type { KnipConfig } from 'knip';

/** The imports of the code in a page: what only the docs import is in use. */
function importsOf(markdown: string): string {
  const blocks = markdown.match(/^ *```(?:ts|js|tsx|jsx|mjs|cjs)\b[^]*?^ *```/gm) ?? [];
  const imports = blocks.flatMap(
    (block) => block.match(/(?:^|\s)(?:import|export)\b[^;]*?\bfrom\s*'[^']+'|^\s*import '[^']+'/gm) ?? [],
  );
  return imports.map((line) => `import '${/'([^']+)'$/.exec(line)?.[1] ?? ''}';`).join('\n');
}

export default {
  entry: [
    'lib/*.ts!',
    'spec/**/*.ts',
    'bench/**/*.{ts,mjs}',
    'scripts/**/*.{ts,mjs}',
    'type-tests/**/*.ts',
    '*.md',
    'docs/**/*.md',
  ],
  project: ['lib/**/*.ts', '*.md', 'docs/**/*.md'],
  ignoreExportsUsedInFile: { interface: true, type: true },
  include: ['exports', 'types', 'files', 'dependencies'],
  compilers: { md: importsOf },
  ignoreDependencies: [
    // scripts/exports.mjs starts them by their paths
    ...['@arethetypeswrong/cli', 'publint'],
    // the specs load them by `require`, most of them by a name from a table
    ...['@codegenie/serverless-express', '@vendia/serverless-express', 'serverless-http', 'mock-res'],
    ...['compression17', 'connect-timeout', 'express-timeout-handler', 'morgan', 'on-headers', 'response-time'],
    ...['better-sqlite3-session-store', 'express-mysql-session'],
    // what express-mysql-session and knex load
    'mysql2',
  ],
} satisfies KnipConfig;
