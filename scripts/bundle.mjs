// @ts-check
// Bundles lib with rolldown: as CommonJS in dist/cjs, in few files, and an ES module for each entry point in dist.
//
// An ES module re-exports its CommonJS twin, so that a process has one library, however it was loaded. The exceptions are
// the modules that need a peer that exists as an ES module: these are in both. So an app that imports zod gets codecs of
// the same zod, and Nest 12 is never loaded by `require()`.
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { basename, dirname, isAbsolute, resolve } from 'node:path';
import { rolldown } from 'rolldown';
import { command, defaultExports, entryNames, root, version } from './entries.mjs';

const { dependencies, peerDependencies } = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8'));

/** Peers that exist as an ES module. */
const PEERS = /^(?:zod|@nestjs|typedoc)(?:\/|$)/;

/** Whether an id is not of the library: a package, or a module of Node. @param {string} id */
const isExternal = (id) => !/^(?:[.\0]|shared:)/.test(id) && !isAbsolute(id);

/** @param {string} name */
const sourceOf = (name) => resolve(root, 'lib', `${name}.ts`);
const sources = Object.fromEntries([...entryNames, command].map((name) => [name, sourceOf(name)]));

/**
 * @param {Record<string, string>} input
 * @param {import('rolldown').Plugin} plugin
 * @param {import('rolldown').OutputOptions} output
 */
async function bundle(input, plugin, output) {
  const bundled = await rolldown({
    input,
    external: isExternal,
    platform: 'node',
    tsconfig: false,
    plugins: [plugin],
    transform: { target: 'es2022' },
    treeshake: { moduleSideEffects: (id) => isAbsolute(id) }, // in package.json, these are files of dist
  });
  // Not minified, so that a stack trace has names and readable lines.
  const { output: chunks } = await bundled.generate({
    comments: false,
    exports: 'named',
    esModule: true,
    strict: true,
    externalLiveBindings: false,
    minifyInternalExports: false,
    generatedCode: { symbols: false },
    chunkFileNames: '[name].js',
    ...output,
  });
  const written = chunks.filter((one) => one.type === 'chunk');
  written.forEach(checkPackages);
  return written;
}

/** Throws if a chunk loads a package that an app does not get with this one. @param {import('rolldown').OutputChunk} chunk */
function checkPackages({ fileName, imports, dynamicImports }) {
  for (const id of [...imports, ...dynamicImports]) {
    if (/^\.|\.js$/.test(id) || isBuiltin(id)) continue; // another chunk, or a module of Node
    const name = id.split('/', id.startsWith('@') ? 2 : 1).join('/');
    if (!(name in dependencies) && !(name in peerDependencies)) {
      throw new Error(`dist/${fileName} loads ${id}, which is neither a dependency nor a peer`);
    }
  }
}

/** @param {string} file @param {string} text */
const write = (file, text) => {
  writeFileSync(resolve(root, 'dist', file), text);
};

/** What each module imports. @type {Map<string, readonly string[]>} */
const imports = new Map();
await bundle(
  sources,
  {
    name: 'imports',
    buildEnd() {
      for (const id of this.getModuleIds()) {
        const { importedIds = [], dynamicallyImportedIds = [] } = this.getModuleInfo(id) ?? {};
        imports.set(id, [...importedIds, ...dynamicallyImportedIds]);
      }
    },
  },
  {},
);

/** A module, and all that it imports, directly or not. @param {string} id */
function reachOf(id) {
  const reached = new Set([id]);
  for (const one of reached) for (const next of imports.get(one) ?? []) reached.add(next);
  return reached;
}

/** @param {string} id */
const needsPeer = (id) => [...reachOf(id)].some((one) => PEERS.test(one));

/**
 * Files of CommonJS from which ES modules get what needs no peer: the modules that each re-exports.
 * @type {Map<string, Set<string>>}
 */
const sharedFiles = new Map();

/** Writes the ES module of an entry point that needs a peer. @param {string} name */
async function writeEsModule(name) {
  const plugin = /** @type {import('rolldown').Plugin} */ ({
    name: 'import what needs no peer',
    async resolveId(source, importer) {
      if (importer === undefined || isExternal(source)) return undefined;
      const resolved = await this.resolve(source, importer);
      if (resolved === null || needsPeer(resolved.id)) return resolved;
      // A file of its own for the codecs: a bundler does not add the whole library to an app that uses nothing else.
      const file = basename(dirname(importer)) === 'schema' ? 'schema.shared' : `${name}.shared`;
      sharedFiles.set(file, (sharedFiles.get(file) ?? new Set()).add(resolved.id));
      return { id: `./cjs/${file}.js`, external: true };
    },
  });
  const groups = [{ name: 'codecs', test: /(?:field-codecs|expiring)\.ts$/ }]; // not in index.js, which has a side effect
  const chunks = await bundle({ [name]: sourceOf(name) }, plugin, { codeSplitting: { groups } });
  for (const { fileName, code } of chunks) write(fileName, code);
}

const withPeer = entryNames.filter((name) => needsPeer(sourceOf(name)));
for (const name of withPeer) await writeEsModule(name);

/** Whether some of these modules lead to a module, and the main entry point too. @param {string[]} names */
function sharedBy(...names) {
  const ids = new Set(names.flatMap((name) => [...reachOf(sourceOf(name))]));
  const main = reachOf(sourceOf('index'));
  return (/** @type {string} */ id) => main.has(id) && ids.has(id) && !needsPeer(id);
}

const chunks = await bundle(
  { ...sources, ...Object.fromEntries([...sharedFiles.keys()].map((file) => [file, `shared:${file}`])) },
  {
    name: 'shared',
    resolveId: (source) => (source.startsWith('shared:') ? source : undefined),
    load(id) {
      const modules = sharedFiles.get(id.replace('shared:', ''));
      return modules && [...modules].map((one) => `export * from '${one}';`).join('\n');
    },
  },
  {
    format: 'cjs',
    codeSplitting: {
      groups: [
        { name: 'common', test: sharedBy('eslint', 'redis', 'sqlite', 'schema/field-codecs', 'schema/expiring') },
        { name: 'base', test: sharedBy('express-session') },
        { name: 'core', test: sharedBy('index') },
      ],
    },
  },
);
for (const { fileName, code, name, exports, isEntry } of chunks) {
  write(`cjs/${fileName}`, code);
  if (!isEntry || withPeer.includes(name) || sharedFiles.has(name)) continue;
  if (name === command) {
    write(`${name}.js`, `#!/usr/bin/env node\nimport { main } from './cjs/${name}.js';\nawait main('${version}');\n`);
    chmodSync(resolve(root, 'dist', `${name}.js`), 0o755); // npm does it when it installs the package; for a checkout
    continue;
  }
  const own = exports.filter((one) => one !== 'default');
  if (defaultExports.has(name)) own.push(`${defaultExports.get(name)} as default`);
  write(`${name}.js`, `export { ${own.join(', ')} } from './cjs/${name}.js';\n`);
}

// What bundlers omit unless it is used: all but the registries of zod.
const sideEffects = ['./zod-peer.js'];
write('cjs/package.json', `${JSON.stringify({ type: 'commonjs', sideEffects })}\n`);

// ESLint refuses two plugins under one name, so configs in both module kinds get the same object.
write('cjs/eslint.cjs', `'use strict';\nmodule.exports = require('./eslint.js').plugin;\n`);

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
