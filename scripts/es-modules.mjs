// @ts-check
// Completes `dist/cjs`, in which tsc has put CommonJS and the declarations: the ES modules in `dist`, and what `require()`
// of the drop-in returns. An ES module only re-exports its CommonJS twin, so that there is one library in a process,
// however it was loaded. Only what imports a peer that comes as an ES module, and what imports such a module, is compiled
// again: an app that imports zod gets codecs of the same zod, and Nest 12 is never loaded by `require()`.
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, posix, relative, resolve } from 'node:path';
import ts from 'typescript';

const root = resolve(import.meta.dirname, '..');
const dist = resolve(root, 'dist');
const cjs = resolve(dist, 'cjs');
const require = createRequire(import.meta.url);
const { exports: entries } = require('../package.json');
const names = Object.keys(entries)
  .filter((key) => key !== './package.json')
  .map((key) => (key === '.' ? 'index' : key.slice(2)));

/** Peers that exist as an ES module: code, and those of them whose declarations do too. */
const peers = { code: /^(?:zod|@nestjs|typedoc)(?:\/|$)/, types: /^(?:@nestjs|typedoc)(?:\/|$)/ };

/** @param {string} file @param {string} text */
function write(file, text) {
  mkdirSync(dirname(resolve(dist, file)), { recursive: true });
  writeFileSync(resolve(dist, file), text);
}

/** The modules that a text imports, those of the library as names such as `guards/guard`. @param {string} from @param {string} text */
function importsOf(from, text) {
  return ts
    .preProcessFile(text, true, true)
    .importedFiles.map(({ fileName }) =>
      fileName.startsWith('.') ? posix.join(posix.dirname(from), fileName).replace(/\.js$/, '') : `npm:${fileName}`,
    );
}

/**
 * Writes one module of each name, and of what these import: as it is if a peer asks for it, else as a re-export.
 *
 * @param {RegExp} peer
 * @param {(name: string) => string} textOf
 * @param {(name: string, twin: string) => string} reExport
 * @param {string} extension
 * @param {(name: string, text: string, needsPeer: (name: string) => boolean) => string} [gather]
 */
function writeModules(peer, textOf, reExport, extension, gather = (_name, text) => text) {
  /** @type {Map<string, boolean>} */
  const known = new Map();
  /** @param {string} name @returns {boolean} */
  const needsPeer = (name) => {
    if (name.startsWith('npm:')) return peer.test(name.slice(4));
    const before = known.get(name);
    if (before !== undefined) return before;
    known.set(name, false); // for a circle of imports
    const needs = importsOf(name, textOf(name)).some(needsPeer);
    known.set(name, needs);
    return needs;
  };
  const written = new Set();
  /** @param {string} name */
  const emit = (name) => {
    if (/^(?:npm:|cjs\/)/.test(name) || written.has(name)) return; // a package, or CommonJS
    written.add(name);
    if (!needsPeer(name)) return void write(`${name}${extension}`, reExport(name, twinOf(name)));
    const text = gather(name, textOf(name), needsPeer);
    write(`${name}${extension}`, text);
    importsOf(name, text).forEach(emit);
  };
  names.forEach(emit);
}

/** @param {string} name */
function twinOf(name) {
  const path = posix.relative(posix.dirname(name), `cjs/${name}.js`);
  return path.startsWith('.') ? path : `./${path}`;
}

/** @param {string} name */
function compiled(name) {
  const compilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    verbatimModuleSyntax: true,
    removeComments: true,
  };
  return ts.transpileModule(readFileSync(resolve(root, 'lib', `${name}.ts`), 'utf8'), { compilerOptions }).outputText;
}

/**
 * Puts what a module re-exports from others, as far as these need no peer, into one CommonJS file: node loads that in half
 * the time of an ES module for each.
 *
 * @param {string} name
 * @param {string} text
 * @param {(name: string) => boolean} needsPeer
 */
function gatherReExports(name, text, needsPeer) {
  /** @type {string[]} */
  const gathered = [];
  /** @type {string[]} */
  const required = [];
  const rest = text.replaceAll(/^export (?:\*|\{([^}]*)\}) from '(\.[^']*)';$/gm, (statement, list, from) => {
    const [target = ''] = importsOf(name, statement);
    if (needsPeer(target) || list?.includes(' as ')) return statement;
    const all = Object.keys(require(resolve(cjs, `${target}.js`)));
    const chosen = typeof list === 'string' ? list.split(',').map((one) => one.trim()) : all;
    const own = chosen.filter((one) => one !== '');
    const module = `module${required.length}`;
    required.push(`const ${module} = require('${from}');`, ...own.map((one) => `exports.${one} = ${module}.${one};`));
    gathered.push(...own);
    return '';
  });
  if (gathered.length === 0) return text;
  write(`cjs/${name}.shared.js`, `'use strict';\n${required.join('\n')}\n`);
  const twin = twinOf(name).replace(/\.js$/, '.shared.js');
  return `export { ${gathered.join(', ')} } from '${twin}';\n${rest.replaceAll(/\n{2,}/g, '\n')}`;
}

// What is left out where nothing of it is used; the registries of zod are never.
const sideEffects = ['./schema/zod-registries.js'];
write('cjs/package.json', `${JSON.stringify({ type: 'commonjs', sideEffects })}\n`);

// Entry points that are a default export: its name in CommonJS, where `require()` returns it itself.
/** @type {Record<string, string>} */
const defaults = { 'express-session': 'session', eslint: 'plugin' };
/** @param {string} name */
const withDefault = (name) => (name in defaults ? [`${defaults[name]} as default`] : []);
writeModules(
  peers.code,
  compiled,
  (name, twin) => {
    const own = Object.keys(require(resolve(cjs, `${name}.js`))).filter((key) => key !== 'default');
    return `export { ${[...own, ...withDefault(name)].join(', ')} } from '${twin}';\n`;
  },
  '.js',
  gatherReExports,
);
writeModules(
  peers.types,
  (name) => readFileSync(resolve(cjs, `${name}.d.ts`), 'utf8'),
  (name, twin) =>
    [`export * from '${twin}';`, ...withDefault(name).map((one) => `export { ${one} } from '${twin}';`), ''].join('\n'),
  '.d.ts',
);

// ESLint refuses two plugins under one name, so configs in both module kinds get the same object.
write('cjs/eslint.cjs', `'use strict';\nmodule.exports = require('./eslint.js').plugin;\n`);
write('cjs/eslint.d.cts', `import { plugin } from './eslint.js';\nexport = plugin;\n`);

// As express-session's, the function has no enumerable properties but its classes.
write(
  'cjs/express-session.cjs',
  `'use strict';
const exported = require('./express-session.js');
const session = exported.default;
for (const name of Object.keys(exported)) {
  if (!Object.hasOwn(session, name)) Object.defineProperty(session, name, { value: exported[name] });
}
module.exports = session;
`,
);
write('cjs/express-session.d.cts', functionWithNamespace('express-session'));

const entryFiles = Object.values(entries)
  .filter((entry) => typeof entry === 'object')
  .flatMap(({ import: esm, default: commonjs }) => Object.values({ ...esm, ...prefixed(commonjs) }))
  .map((file) => posix.relative('dist', posix.normalize(file)));
prune();
stripInternalComments();

/** @param {Record<string, string>} files */
function prefixed(files) {
  return Object.fromEntries(Object.entries(files).map(([key, file]) => [`commonjs ${key}`, file]));
}

/** @param {string} file */
function read(file) {
  return readFileSync(resolve(dist, file), 'utf8');
}

/**
 * The entry points, and every file that they lead to.
 *
 * @param {(file: string) => string[]} next the names of modules that a file leads to
 */
function filesFrom(next) {
  const reached = new Set(entryFiles);
  for (const file of reached) {
    const extension = /\.d\.c?ts$/.test(file) ? '.d.ts' : '.js';
    for (const name of next(file)) if (!name.startsWith('npm:')) reached.add(`${name}${extension}`);
  }
  return reached;
}

/** Removes what no entry point leads to: modules of types alone, and declarations of what users never see. */
function prune() {
  const reached = filesFrom((file) => importsOf(file, read(file))).add('cjs/package.json');
  for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
    const path = resolve(entry.parentPath, entry.name);
    if (entry.isFile() && !reached.has(relative(dist, path).replaceAll('\\', '/'))) rmSync(path);
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
  const path = resolve(cjs, `${name}.d.ts`);
  const program = ts.createProgram([path], { module: ts.ModuleKind.NodeNext, types: ['node'], skipLibCheck: true });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(path);
  const exports = source && checker.getSymbolAtLocation(source);
  if (source === undefined || exports === undefined) throw new Error(`${relative(root, path)} is no module`);
  const kept = source.statements.filter((one) => ts.isImportDeclaration(one) || ts.isFunctionDeclaration(one));
  const types = checker.getExportsOfModule(exports).filter((symbol) => {
    const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    return target.flags & ts.SymbolFlags.Type && !['default', 'SessionData'].includes(symbol.name);
  });
  const values = Object.keys(require(resolve(cjs, `${name}.js`))).filter((key) => key !== 'default');
  return [
    `import exported = require('./${name}.js');`,
    ...kept.map((one) => one.getFullText(source).trim()),
    'declare namespace session {',
    ...types.map((symbol) => `  export type ${symbol.name} = exported.${symbol.name};`),
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
