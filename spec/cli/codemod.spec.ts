import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { command, folder, root } from './command.js';

/** Writes a source tree, and returns what runs the codemod on it. */
function tree(files: Readonly<Record<string, string>>) {
  const cwd = folder();
  symlinkSync(join(root, 'node_modules'), join(cwd, 'node_modules'), 'junction');
  for (const [name, text] of Object.entries({ 'package.json': '{}', ...files })) {
    mkdirSync(dirname(join(cwd, name)), { recursive: true });
    writeFileSync(join(cwd, name), text);
  }
  return {
    run: (...args: string[]) => command(['codemod', 'express-session', 'src', ...args], { cwd }),
    read: (name: string) => readFileSync(join(cwd, name), 'utf8'),
  };
}

/** Rewrites one file, and returns its text and what is left to people. */
async function rewritten(
  text: string,
  args: readonly string[] = ['--schema', 'src/session-schema.ts'],
  name = 'src/app.ts',
) {
  const { run, read } = tree({ [name]: text, 'src/session-schema.ts': '' });
  const { code, out } = await run(...args, '--json');
  const { left } = JSON.parse(out) as { left: { file: string; line: number; message: string }[] };
  const result = read(name);
  const { diagnostics = [] } = ts.transpileModule(result, { fileName: name, reportDiagnostics: true });
  expect(diagnostics.map(({ messageText }) => messageText)).toEqual([]);
  return { code, text: result, left: left.map(({ line, message }) => `${line} ${message}`) };
}

describe('typed-session codemod express-session, to the drop-in', () => {
  it('changes every way to name the module, keeps the quotes, and leaves everything else as it is', async () => {
    const before = [
      'import session, { type SessionData } from "express-session"   // odd spacing',
      "import type { Store } from 'express-session';",
      "export * from 'express-session';",
      "const   old = require('express-session'), x = 1;",
      "const later = () => import('express-session');",
      "jest.mock('express-session');",
      "declare module 'express-session' { interface SessionData { views: number } }",
      "type T = import('express-session').SessionData;",
      "const text = 'express-session'; // and express-session in a comment",
      '',
    ].join('\n');
    const { text } = await rewritten(before, []);
    const lines = before.split('\n');
    const expected = lines.map((line, at) =>
      at < 8 ? line.replace('express-session', 'typed-session/express-session') : line,
    );
    expect(text).toBe(expected.join('\n'));
  });

  it('prints the changes and writes nothing with --dry-run', async () => {
    const { run, read } = tree({ 'src/app.js': "const session = require('express-session');\napp.use(session());\n" });
    const { code, out } = await run('--dry-run');
    expect(out).toContain(
      "src/app.js\n  - const session = require('express-session');\n  + const session = require('typed-session/express-session');\n",
    );
    expect(out).toContain('1 file would change');
    expect(read('src/app.js')).toContain("require('express-session')");
    expect(code).toBe(0);
  });

  it('leaves installed and generated files alone', async () => {
    const text = "require('express-session');\n";
    const { run, read } = tree({
      'src/node_modules/a/index.js': text,
      'src/dist/b.js': text,
      'src/.cache/c.js': text,
      'src/d.mts': text,
    });
    expect((await run()).out).toContain('1 file changed');
    expect(read('src/dist/b.js')).toBe(text);
  });

  it('changes nothing the second time', async () => {
    const { run } = tree({ 'src/app.ts': "import session from 'express-session';\n" });
    await run();
    expect((await run()).out).toContain('0 files changed');
  });
});

describe('typed-session codemod express-session, with a schema', () => {
  it('calls session() of typed-session with the schema and the same cookie, and removes what is the default', async () => {
    const before = `import express from 'express';
import session from 'express-session';
import { store } from './store.js';

const app = express();
app.use(
  session({
    secret: process.env.SECRET, // from the environment
    resave: false,
    saveUninitialized: false, // as advised
    store,
    cookie: { maxAge: 1000, secure: 'auto' },
  }),
);
`;
    const { text, left } = await rewritten(before);
    expect(text).toBe(`import express from 'express';
import { session } from 'typed-session';
import { sessionSchema } from './session-schema.js';
import { store } from './store.js';

const app = express();
app.use(
  session({
    schema: sessionSchema,
    onInvalid: 'repair',
    name: 'connect.sid',
    secret: process.env.SECRET, // from the environment
    store,
    cookie: { maxAge: 1000, secure: 'auto' },
  }),
);
`);
    expect(left).toEqual([]);
  });

  it('rewrites CommonJS on one line, renames key, and keeps another local name', async () => {
    const before =
      "const expressSession = require('express-session');\nmodule.exports = expressSession({ key: 'app', secret, store, cookie: { secure: true }, resave: false });\n";
    const { text } = await rewritten(before, ['--schema', 'src/session-schema.ts'], 'src/app.js');
    expect(text).toBe(
      "const { session: expressSession } = require('typed-session');\nconst { sessionSchema } = require('./session-schema');\n" +
        "module.exports = expressSession({ schema: sessionSchema, onInvalid: 'repair', name: 'app', secret, store, cookie: { secure: true } });\n",
    );
  });

  it('rewrites options that a constant of the file holds', async () => {
    const { text } = await rewritten(
      "import session from 'express-session';\nconst options = { secret, store, name: 'a', cookie: { secure: true } };\nuse(session(options));\n",
    );
    expect(text).toContain(
      "const options = { schema: sessionSchema, onInvalid: 'repair', secret, store, name: 'a', cookie: { secure: true } };",
    );
  });

  it('keeps the drop-in where a store needs the module, and says so', async () => {
    const { text, left } = await rewritten(`import session from 'express-session';
import pgSimple from 'connect-pg-simple';
const PgStore = pgSimple(session);
app.use(session({ secret, store: new PgStore(), cookie: { secure: true } }));
`);
    expect(text).toContain(
      "import session from 'typed-session/express-session';\nimport { session as typedSession } from 'typed-session';",
    );
    expect(text).toContain('const PgStore = pgSimple(session);');
    expect(text).toContain('app.use(typedSession({ schema: sessionSchema,');
    expect(left).toEqual([
      '3 pgSimple(session) uses the module of express-session: it stays an import of typed-session/express-session',
    ]);
  });

  it('lists what it leaves to people, with the line', async () => {
    const { left } = await rewritten(`import session from 'express-session';
declare module 'express-session' {
  interface SessionData { views: number }
}
app.use(session({ secret: 'keyboard cat', resave: true, saveUninitialised: false, ...more }));
app.use(session(loadOptions()));
app.get('/', (req) => {
  req.session[req.query.field] = 1;
  req.session.cookie.domain = 'example.com';
  req.session.cookie.maxAge = 1;
  req.session.session = 1;
  req.sessionStore.all(() => {});
});
`);
    for (const line of [
      '2 the fields of SessionData belong in the schema',
      '5 options that are spread in are not checked',
      '5 resave is kept',
      '5 the secret is in the source',
      '5 there is no option store',
      '5 cookie.secure is true in production by default',
      '5 saveUninitialised is not an option of express-session',
      '6 the options are not written here',
      '8 a computed field of req.session',
      '9 cookie.domain of one session cannot be set',
      '12 req.sessionStore is the store as it was given',
    ]) {
      expect(
        left.some((one) => one.startsWith(line)),
        line,
      ).toBe(true);
    }
    expect(left).toHaveLength(11);
  });

  it.each([
    [
      'import * as session',
      "import * as session from 'express-session';\nsession({ secret, store, cookie: { secure: true } });\n",
    ],
    [
      'import session = require',
      "import session = require('express-session');\nsession({ secret, store, cookie: { secure: true } });\n",
    ],
    ['an empty object', "import session from 'express-session';\nsession({});\n"],
    ['no argument', "import session from 'express-session';\nsession();\n"],
    [
      'only defaults',
      "import session from 'express-session';\nsession({ resave: false, saveUninitialized: false });\n",
    ],
    ['a trailing comma', "import session from 'express-session';\nsession({ secret, resave: false, });\n"],
  ])('writes TypeScript that parses for %s', async (_, before) => {
    const { text } = await rewritten(before);
    expect(text).toMatch(/session\(\{\s+schema: sessionSchema,/);
    expect(text).toContain("import { session } from 'typed-session';");
    expect(text).not.toContain("'express-session'");
  });

  it.each([
    ['module', './session-schema.js'],
    ['commonjs', './session-schema'],
  ])('imports the schema as a package of the type %s has to', async (type, specifier) => {
    const { run, read } = tree({
      'package.json': JSON.stringify({ type }),
      'src/app.ts': "import session from 'express-session';\nsession({ secret, store, cookie: { secure: true } });\n",
      'src/session-schema.ts': '',
    });
    await run('--schema', 'src/session-schema.ts');
    expect(read('src/app.ts')).toContain(`import { sessionSchema } from '${specifier}';`);
  });

  it('is called wrongly for a path that does not exist', async () => {
    expect(await command(['codemod', 'express-session', 'nowhere'])).toMatchObject({ code: 2 });
  });
});
