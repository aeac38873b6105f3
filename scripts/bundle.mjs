// @ts-check
// Bundles lib with rolldown: as CommonJS in dist/cjs, in few files, and an ES module for each entry point in dist.
//
// An ES module re-exports its CommonJS twin, so that a process has one library, however it was loaded. The exceptions are
// the modules that need a peer that exists as an ES module: these are in both. So an app that imports zod gets codecs of
// the same zod, and Nest 12 is never loaded by `require()`.
import { writeFileSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { rolldown } from 'rolldown';
import { defaultExports, entryNames, root } from './entries.mjs';

/** Peers that exist as an ES module. */
const PEERS = /^(?:zod|@nestjs|typedoc)(?:\/|$)/;

/** Whether an id is not of the library: a package, or a module of Node. @param {string} id */
const isExternal = (id) => !/^(?:[.\0]|shared:)/.test(id) && !isAbsolute(id);

/** @param {string} name */
const sourceOf = (name) => resolve(root, 'lib', `${name}.ts`);
const sources = Object.fromEntries(entryNames.map((name) => [name, sourceOf(name)]));

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
  return chunks;
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
 * Writes the ES module of an entry point that needs a peer.
 *
 * @param {string} name
 * @returns the modules that it imports and that need no peer: it gets them from `<name>.shared.js`, which is CommonJS
 */
async function writeEsModule(name) {
  /** @type {Set<string>} */
  const shared = new Set();
  const plugin = /** @type {import('rolldown').Plugin} */ ({
    name: 'import what needs no peer',
    async resolveId(source, importer) {
      if (importer === undefined || isExternal(source)) return undefined;
      const resolved = await this.resolve(source, importer);
      if (resolved === null || needsPeer(resolved.id)) return resolved;
      shared.add(resolved.id);
      return { id: `./cjs/${name}.shared.js`, external: true };
    },
  });
  // Bundlers omit the codecs from an app that does not use them; index.js itself has a side effect.
  const groups = [{ name: 'codecs', test: /(?:field-codecs|expiring)\.ts$/ }];
  const chunks = await bundle({ [name]: sourceOf(name) }, plugin, { codeSplitting: { groups } });
  for (const { fileName, code } of chunks) write(fileName, code);
  return shared;
}

const withPeer = entryNames.filter((name) => needsPeer(sourceOf(name)));
/** @type {Map<string, string>} */
const sharedModules = new Map();
for (const name of withPeer) {
  const shared = await writeEsModule(name);
  sharedModules.set(`shared:${name}`, [...shared].map((id) => `export * from '${id}';`).join('\n'));
}

const [main, dropIn, eslint] = ['index', 'express-session', 'eslint'].map((name) => reachOf(sourceOf(name)));
const chunks = await bundle(
  { ...sources, ...Object.fromEntries(withPeer.map((name) => [`${name}.shared`, `shared:${name}`])) },
  {
    name: 'shared',
    resolveId: (source) => (sharedModules.has(source) ? source : undefined),
    load: (id) => sharedModules.get(id),
  },
  {
    format: 'cjs',
    codeSplitting: {
      // The drop-in and the plugin load only what they need of the main entry point's code.
      groups: [
        { name: 'names', test: (id) => main.has(id) && eslint.has(id) },
        { name: 'base', test: (id) => main.has(id) && dropIn.has(id) },
        { name: 'core', test: (id) => main.has(id) && !needsPeer(id) },
      ],
    },
  },
);
for (const { fileName, code, name, exports, isEntry } of chunks) {
  write(`cjs/${fileName}`, code);
  if (!isEntry || withPeer.includes(name) || name.endsWith('.shared')) continue;
  const own = exports.filter((one) => one !== 'default');
  if (defaultExports.has(name)) own.push(`${defaultExports.get(name)} as default`);
  write(`${name}.js`, `export { ${own.join(', ')} } from './cjs/${name}.js';\n`);
}

// What bundlers omit unless it is used: all but the registries of zod.
const sideEffects = ['./zod-registries.js'];
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
