import { existsSync } from 'node:fs';
import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/**
 * The arrows of who may import whom, told as what a folder may not reach for. A specifier goes up with `../`, so a
 * folder's own files (`./…`) are never meant.
 *
 * @param {string} files where the rule holds
 * @param {string} message what to tell
 * @param {{ folders?: string[], packages?: string[], other?: string[] }} forbidden
 */
function arrow(files, message, { folders = [], packages = [], other = [] }) {
  const regexes = [
    ...folders.map((folder) => `^(?:\\.\\.?/)+${folder}(?:/|\\.js$)`),
    ...packages.map((name) => `^${name}(?:/|$)`),
    ...other,
    '^typed-session(?:/|$)', // the library does not import itself by name
  ];
  return {
    files: [files],
    rules: { 'no-restricted-imports': ['error', { patterns: regexes.map((regex) => ({ regex, message })) }] },
  };
}

const faces = [
  'index',
  'middleware',
  'cli',
  'eslint',
  'express-session',
  'fetch',
  'inspector',
  'mongo',
  'nestjs',
  'openapi',
  'opentelemetry',
  'postgres',
  'redis',
  'routing-controllers',
  'sqlite',
  'testing',
  'typedoc',
];
const middle = ['sessions', 'guards', 'node', 'express', 'decorators'];
const low = ['schema', 'cookie', 'stores'];
const frameworks = ['express', 'express-serve-static-core', '@nestjs', 'routing-controllers', 'typedoc', 'eslint'];
const drivers = ['libsql', 'redis', 'ioredis', 'pg', 'mongodb'];
/** A folder below `stores` is one store: from outside, and from `stores` itself. */
const concreteStores = String.raw`^(?:\.\./)+stores/[\w-]+/`;
const besideStores = String.raw`^\./[\w-]+/`;
/** Imported from within `guards`. */
const besideDecorators = String.raw`^\./decorator-`;
/** The imports that are forbidden in every folder between the sessions and the entry points. */
const aboveSessions = {
  folders: [...faces, 'node', 'express', 'decorators'],
  packages: [...frameworks, ...drivers],
  other: [concreteStores],
};

const arrows = [
  arrow('lib/*.ts', 'errors and small shared types import nothing of the library but one another', {
    folders: [...middle, ...low],
    packages: [...frameworks, ...drivers],
  }),
  arrow('lib/schema/**', 'schema imports only errors and small shared types', {
    folders: [...faces, ...middle, 'cookie', 'stores'],
    packages: [...frameworks, ...drivers],
  }),
  arrow('lib/cookie/**', 'cookie imports only errors and small shared types', {
    folders: [...faces, ...middle, 'schema', 'stores'],
    packages: [...frameworks, ...drivers],
  }),
  arrow(
    'lib/stores/!(resolve-store).ts',
    'the store contract imports only errors and small shared types, and no store',
    {
      folders: [...faces, ...middle, 'schema', 'cookie'],
      packages: [...frameworks, ...drivers],
      other: [besideStores],
    },
  ),
  arrow('lib/stores/*/**', 'a concrete store imports what all stores share, errors, realms, timers and its driver', {
    other: [String.raw`^\.\./(?:[\w-]+/|\.\./(?!(?:errors|realms|timers)\.js$))`],
    packages: ['express', 'zod', 'cookie'],
  }),
  arrow('lib/sessions/**', 'sessions know no host, no face and no concrete store', {
    folders: [...faces, 'guards', 'node', 'express', 'decorators'],
    packages: [...frameworks, ...drivers],
    other: [concreteStores],
  }),
  arrow('lib/guards/**', 'guards check sessions, and do not depend on a host', aboveSessions),
  arrow(
    'lib/guards/express-types.ts',
    'guards depend on no host except for the types of Express, and only in this file',
    {
      ...aboveSessions,
      packages: aboveSessions.packages.filter((name) => name !== 'express-serve-static-core'),
      other: [concreteStores, besideDecorators],
    },
  ),
  arrow('lib/guards/!(express-types|decorator-*).ts', 'code for every host uses no types of Express or decorators', {
    ...aboveSessions,
    other: [concreteStores, besideDecorators, String.raw`^\./express-types\.js$`],
  }),
  arrow('lib/fetch/**', 'this host depends on sessions and guards, and on nothing of Node or Express', {
    ...aboveSessions,
    packages: [...aboveSessions.packages, 'node:http'],
    other: [concreteStores, String.raw`^\.\./guards/(?:express|decorator|handler)-`],
  }),
  arrow('lib/decorators/**', 'decorators of plain classes are built on guards, and do not depend on a host', {
    ...aboveSessions,
    folders: [...faces, ...low, 'node', 'express'],
  }),
  arrow('lib/node/**', 'the response gate imports only errors and events: it knows no session, adapter or framework', {
    folders: [...faces, 'sessions', 'guards', 'express', 'decorators', ...low],
    packages: [...frameworks, ...drivers],
  }),
  arrow('lib/express/**', 'this host depends on sessions, guards, and the response gate, and on no other host', {
    folders: [...faces, 'decorators'],
    packages: aboveSessions.packages.filter((name) => name !== 'express-serve-static-core'),
    other: [concreteStores],
  }),
  arrow('lib/express-session/**', 'this folder is the face of its name, and knows no other', {
    folders: [...faces, 'express', 'decorators', 'schema'],
    packages: [...frameworks.filter((name) => name !== 'express-serve-static-core'), ...drivers],
  }),
  ...['nestjs', 'openapi', 'routing-controllers', 'typedoc'].map((folder) =>
    arrow(`lib/${folder}/**`, 'this folder is the face of its name, and knows no other', {
      folders: ['express', ...faces.filter((face) => face !== folder && face !== 'middleware')],
      packages: [
        ...frameworks.filter((name) => name.replace('@', '') !== folder && name !== 'express-serve-static-core'),
        ...drivers,
      ],
      other: [concreteStores],
    }),
  ),
  arrow('lib/opentelemetry/**', 'the instrumentation reads traces, and knows nothing else of the library', {
    folders: [...faces.filter((face) => face !== 'opentelemetry'), ...middle, ...low],
    packages: [...frameworks, ...drivers],
  }),
  arrow('lib/eslint/**', 'the rules read source text, and know only which names a session keeps for itself', {
    folders: [...faces.filter((face) => face !== 'eslint'), ...middle, 'cookie', 'stores'],
    packages: [...frameworks.filter((name) => name !== 'eslint'), ...drivers],
  }),
  arrow('lib/cli/**', 'the command line knows sessions and stores, and loads what belongs to the app at run time', {
    folders: [
      ...faces.filter((face) => !['redis', 'postgres', 'mongo', 'sqlite', 'testing'].includes(face)),
      'guards',
      'node',
      'express',
      'decorators',
    ],
    packages: [...frameworks, ...drivers],
    other: [concreteStores],
  }),
  arrow('lib/testing/**', 'the conformance suite knows the store contract, and no store, face or test runner', {
    folders: [...faces, ...middle, 'schema', 'cookie'],
    packages: [...frameworks, ...drivers, 'vitest', 'jest', '@jest', 'node:test'],
    other: [concreteStores],
  }),
  arrow('lib/inspector/**', 'the inspector uses sessions, and knows no store, host, or other face', {
    folders: [...faces.filter((face) => face !== 'inspector'), 'express', 'decorators', 'guards'],
    packages: [...frameworks.filter((name) => name !== 'express-serve-static-core'), ...drivers],
    other: [concreteStores],
  }),
  arrow('lib/testing/apps/**', 'the tools for tests of apps use sessions, and know no store or test runner', {
    folders: [...faces, 'node', 'express', 'decorators'],
    packages: [
      ...frameworks.filter((name) => !name.startsWith('express')),
      ...drivers,
      'vitest',
      'jest',
      '@jest',
      'node:test',
    ],
    other: [concreteStores],
  }),
];

/**
 * The CommonJS code of a module is all there is of it (scripts/bundle.mjs), unless it imports a peer that comes as an
 * ES module too. These folders and files do; what the core needs of zod, it gets from the schema.
 */
const peersAtRunTime = {
  files: ['lib/**'],
  ignores: ['lib/nestjs/**', 'lib/typedoc/**', 'lib/schema/{field-codecs,expiring,zod-peer}.ts'],
  rules: {
    '@typescript-eslint/no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: '^(?:zod|@nestjs|typedoc|typescript|eslint|@typescript-eslint)(?:/|$)',
            allowTypeImports: true,
            message: 'only types: at run time this would load a second copy of the peer, as CommonJS',
          },
        ],
      },
    ],
  },
};

/** The faces: they put the parts together, and may import any. */
const anyImport = { files: faces.map((face) => `lib/${face}.ts`), rules: { 'no-restricted-imports': 'off' } };

/** The plugin of this package, for the examples. It is in `dist`, which `npm run lint` builds first. */
const ownPlugin = existsSync(new URL('dist/eslint.js', import.meta.url))
  ? { files: ['examples/**/*.ts'], ...(await import('typed-session/eslint')).default.configs.recommended }
  : {};

export default defineConfig(
  globalIgnores(['dist/', 'docs/api/', 'coverage/', 'type-tests/dialects/', 'scripts/{tarball,modules,fetch,setups}/']),
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: {
        project: [
          'tsconfig.json',
          'tsconfig.legacy.json',
          'scripts/examples/tsconfig.*.json',
          'type-tests/tsconfig.json',
        ],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // an async function keeps a promise's contract even where it has nothing to wait for
      '@typescript-eslint/require-await': 'off',
      // what users hand in is checked at run time, whatever the types say of it
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // to spread a session is promised to give its payload
      '@typescript-eslint/no-misused-spread': 'off',
      // overloads that read well in an error message may stay apart
      '@typescript-eslint/unified-signatures': 'off',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
    },
  },
  { files: ['lib/**'], rules: { 'max-lines': ['error', 300] } },
  ...arrows,
  anyImport,
  peersAtRunTime,
  ownPlugin,
  {
    // The node types are an enum of a package that is not there at run time; strings narrow a node as well.
    files: ['lib/eslint/**'],
    rules: { '@typescript-eslint/no-unsafe-enum-comparison': 'off' },
  },
  {
    // tests reach for what the types forbid, and look at it closely
    files: ['spec/**', 'type-tests/**', 'bench/**', 'examples/**', 'scripts/stress/**'],
    rules: {
      'no-console': 'off',
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/restrict-plus-operands': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-floating-promises': 'off',
      '@typescript-eslint/no-misused-promises': 'off',
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/no-unused-vars': 'off',
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    // Programs as their authors write them, one a line: what matters is whether they compile.
    files: ['type-tests/programs/**'],
    rules: {
      '@typescript-eslint/consistent-type-imports': 'off',
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      '@typescript-eslint/no-namespace': 'off',
      '@typescript-eslint/no-redundant-type-constituents': 'off',
      '@typescript-eslint/no-unnecessary-type-assertion': 'off',
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      '@typescript-eslint/no-unused-expressions': 'off',
    },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: {
      globals: {
        console: 'readonly',
        process: 'readonly',
        performance: 'readonly',
        setImmediate: 'readonly',
        fetch: 'readonly',
        URL: 'readonly',
        Buffer: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        AbortSignal: 'readonly',
      },
    },
  },
  {
    files: ['examples/javascript/**/*.js'],
    languageOptions: { sourceType: 'commonjs', globals: { require: 'readonly', module: 'writable' } },
  },
  {
    // scripts of pages
    files: ['examples/*/public/**/*.js'],
    languageOptions: {
      globals: { document: 'readonly', location: 'readonly', FormData: 'readonly', WebSocket: 'readonly' },
    },
  },
);
