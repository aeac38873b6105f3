// @ts-check
// Completes the declarations that tsc has put into dist/cjs: those of the ES modules in dist, those of what `require()`
// of the drop-in and of the plugin returns, and the file that an older TypeScript finds.
//
// A declaration in dist only re-exports its twin in dist/cjs. The exceptions are those that need a peer whose
// declarations are an ES module: these are in both.
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, posix, relative, resolve } from 'node:path';
import ts from 'typescript';
import { defaultExports, entryNames, entryTypes, root } from './entries.mjs';

const dist = resolve(root, 'dist');

/** Peers whose declarations are an ES module. */
const PEERS = /^npm:(?:@nestjs|typedoc)(?:\/|$)/;

/** @param {string} file @param {string} text */
function write(file, text) {
  mkdirSync(dirname(resolve(dist, file)), { recursive: true });
  writeFileSync(resolve(dist, file), text);
}

/** @param {string} file */
function read(file) {
  return readFileSync(resolve(dist, file), 'utf8');
}

/** The modules that a text imports, those of the library as names such as `guards/guard`. @param {string} from @param {string} text */
function importsOf(from, text) {
  return ts
    .preProcessFile(text, true, true)
    .importedFiles.map(({ fileName }) =>
      fileName.startsWith('.') ? posix.join(posix.dirname(from), fileName).replace(/\.js$/, '') : `npm:${fileName}`,
    );
}

/** Whether the declarations of a module lead to such a peer. @param {string} name */
function needsPeer(name) {
  const reached = new Set([name]);
  for (const one of reached) {
    if (PEERS.test(one)) return true;
    if (!one.startsWith('npm:')) for (const next of importsOf(one, read(`cjs/${one}.d.ts`))) reached.add(next);
  }
  return false;
}

// The set grows while the loop runs: by what the copied declarations import.
const written = new Set(entryNames);
for (const name of written) {
  if (name.startsWith('npm:')) continue;
  if (needsPeer(name)) {
    const text = read(`cjs/${name}.d.ts`);
    write(`${name}.d.ts`, text);
    for (const next of importsOf(name, text)) written.add(next);
  } else {
    const path = posix.relative(posix.dirname(name), `cjs/${name}.js`);
    const twin = path.startsWith('.') ? path : `./${path}`;
    const own = defaultExports.get(name);
    write(`${name}.d.ts`, `export * from '${twin}';\n${own ? `export { ${own} as default } from '${twin}';\n` : ''}`);
  }
}

write('cjs/eslint.d.cts', `import { plugin } from './eslint.js';\nexport = plugin;\n`);
write('cjs/express-session.d.cts', functionWithNamespace('express-session'));
prune();
stripInternalComments();

// TypeScript before 5.5 finds a file that cannot be parsed, so that its one error is all that the compiler says, whatever
// `skipLibCheck` is. The file's name and its line say what to do.
const advice = 'typed-session needs TypeScript 5.5 or newer';
write(`${advice.replaceAll(' ', '-')}.d.ts`, `export type Needed = ; // ${advice}\n`);

/**
 * The entry points, and every file that they lead to.
 *
 * @param {(file: string) => string[]} next the names of modules that a file leads to
 */
function filesFrom(next) {
  const reached = new Set(entryTypes);
  for (const file of reached) {
    for (const name of next(file)) if (!name.startsWith('npm:')) reached.add(`${name}.d.ts`);
  }
  return reached;
}

/** Removes the declarations that no entry point leads to: of what users never see. */
function prune() {
  const reached = filesFrom((file) => importsOf(file, read(file)));
  for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
    const path = resolve(entry.parentPath, entry.name);
    const file = relative(dist, path).replaceAll('\\', '/');
    if (/\.d\.c?ts$/.test(file) && !reached.has(file)) rmSync(path);
  }
}

/** Takes the comments out of declarations that are there only because exported ones refer to them. */
function stripInternalComments() {
  const exported = filesFrom((file) =>
    importsOf(
      file,
      (read(file).match(/^(?:export|import) [^;]* from '.*';$/gm) ?? [])
        .filter((line) => line.startsWith('export') || file.endsWith('.d.cts'))
        .join('\n'),
    ),
  );
  const printer = ts.createPrinter({ removeComments: true });
  for (const file of filesFrom((one) => importsOf(one, read(one)))) {
    if (!file.endsWith('.d.ts')) continue;
    const source = ts.createSourceFile(file, read(file), ts.ScriptTarget.ES2022, true);
    const texts = source.statements.map((statement) =>
      exported.has(file) && !isInternal(statement, source)
        ? statement.getFullText()
        : `\n${printer.printNode(ts.EmitHint.Unspecified, statement, source)}`,
    );
    write(file, `${texts.join('').trim()}\n`);
  }
}

/**
 * Whether users cannot see the documentation of a declaration.
 * @param {ts.Statement} statement
 * @param {ts.SourceFile} source
 */
function isInternal(statement, source) {
  if (ts.getJSDocTags(statement).some(({ tagName }) => tagName.text === 'internal')) return true;
  if (!ts.isInterfaceDeclaration(statement) && !ts.isTypeAliasDeclaration(statement)) return false;
  const isExported = statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;
  return !isExported && !new RegExp(`export [^;]*\\b${statement.name.text}\\b[^;]*\\}`).test(source.text);
}

/**
 * The declarations of a module as those of its default export, a function whose properties are the other exports.
 * `SessionData`, which apps extend by `declare module`, has to be declared in place: an alias cannot be merged.
 *
 * @param {string} name
 */
function functionWithNamespace(name) {
  const path = resolve(dist, 'cjs', `${name}.d.ts`);
  const program = ts.createProgram([path], { module: ts.ModuleKind.NodeNext, types: ['node'], skipLibCheck: true });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(path);
  const exports = source && checker.getSymbolAtLocation(source);
  if (source === undefined || exports === undefined) throw new Error(`${relative(root, path)} is no module`);
  const kept = source.statements.filter((one) => ts.isImportDeclaration(one) || ts.isFunctionDeclaration(one));
  /** @param {ts.SymbolFlags} kind */
  const exported = (kind) =>
    checker
      .getExportsOfModule(exports)
      .filter((one) => (one.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(one) : one).flags & kind)
      .map((one) => one.name)
      .filter((one) => one !== 'default');
  const types = exported(ts.SymbolFlags.Type).filter((one) => one !== 'SessionData');
  const values = exported(ts.SymbolFlags.Value);
  return [
    `import exported = require('./${name}.js');`,
    ...kept.map((one) => one.getFullText(source).trim()),
    'declare namespace session {',
    ...types.map((type) => `  export type ${type} = exported.${type};`),
    ...values.map((value) => `  export const ${value}: typeof exported.${value};`),
    '  export interface SessionData { cookie: exported.Cookie }',
    '}',
    `declare module './${name}/drop-in-types.js' {`,
    '  interface SessionData extends session.SessionData {}',
    '}',
    'export = session;',
    '',
  ].join('\n');
}
