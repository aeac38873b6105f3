// @ts-check
// Runs the specs on the oldest and on the newest version of every range in `peerDependencies`, in a copy of the
// repository: `node scripts/try-peers.mjs`, or with `oldest` or `newest`. The specs of stores run on real servers, if the
// environment holds their URLs: `node scripts/servers.mjs run … -- node scripts/try-peers.mjs`, as `.ci/run` does.
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { check, finish, run } from './report.mjs';

const root = resolve(import.meta.dirname, '..');
const { peerDependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** What is no peer, and has to fit one, by the peer. The range is that of the newest release for the peer's major. */
const companions = {
  '@nestjs/common': (/** @type {string} */ major, /** @type {string} */ version) => [
    // not every release of Nest has one of each of its packages
    `@nestjs/platform-express@<=${version}`,
    `@nestjs/testing@<=${version}`,
    `@nestjs/swagger@${major}`,
  ],
  typedoc: (/** @type {string} */ _major, /** @type {string} */ version) =>
    version === '0.28.0' ? ['typescript@5.8'] : [], // later releases allow later compilers
};

/** Specs that compile programs by themselves, or that no peer has a part in. */
const apart = ['types', 'docs', 'tsoa', 'examples', 'servers', 'testing'];
const servers = ['redis-store', 'postgres-store', 'postgres-table', 'mongo-store'];

/** The peers that a part of the specs needs, and the specs that need them. All specs need the others, which are express and zod. */
const concerned = new Map([
  ['@nestjs/common', ['spec/nestjs/', 'spec/openapi/']],
  ['@nestjs/core', ['spec/nestjs/', 'spec/openapi/']],
  ['@opentelemetry/api', ['spec/opentelemetry/']],
  ['eslint', ['spec/eslint/']],
  ['ioredis', []],
  ['libsql', ['spec/stores/sqlite', 'spec/existing-stores/']],
  ['mongodb', ['spec/stores/mongo', 'spec/existing-stores/']],
  ['pg', ['spec/stores/postgres', 'spec/existing-stores/']],
  ['redis', ['spec/stores/redis', 'spec/existing-stores/']],
  ['reflect-metadata', ['spec/decorators/', 'spec/nestjs/', 'spec/openapi/', 'spec/routing-controllers/']],
  ['routing-controllers', ['spec/openapi/', 'spec/routing-controllers/']],
  ['typedoc', ['spec/typedoc/']],
]);
const drivers = ['ioredis', 'mongodb', 'pg', 'redis'];

/**
 * @typedef Peer one alternative of a range
 * @property {string} name the package
 * @property {string} installed its name in node_modules: several majors are side by side, by an alias
 * @property {string} range
 * @property {string} major
 */

/** @type {Peer[]} */
const peers = Object.entries(peerDependencies).flatMap(([name, ranges]) =>
  ranges.split(' || ').map((/** @type {string} */ range) => {
    const major = /^\^(\d+)\./.exec(range)?.[1];
    if (major === undefined) throw new Error(`${name}: ${range} is no ^ range, which this script does not understand`);
    const alias = `${name}${major}`;
    return { name, installed: alias in devDependencies ? alias : name, range, major };
  }),
);

/**
 * Peers of which only one major can be installed: with the oldest, the first; with the newest, the last.
 *
 * @param {'oldest' | 'newest'} age
 */
function chosen(age) {
  const by = new Map();
  for (const peer of age === 'oldest' ? peers.toReversed() : peers) by.set(peer.installed, peer);
  return /** @type {Peer[]} */ ([...by.values()]).filter(({ name }) => !name.startsWith('@types/')); // types are try-tarball's
}

/**
 * The released versions of a range, the oldest first.
 *
 * @param {Peer} peer
 * @returns {Promise<string[]>}
 */
async function versionsOf({ name, range }) {
  const told = JSON.parse(await run('npm', ['view', `${name}@${range}`, 'version', '--json'], { seconds: 120 }));
  const versions = /** @type {string[]} */ ([told].flat()).filter((version) => !version.includes('-'));
  if (versions.length === 0) throw new Error(`there is no release of ${name} in ${range}`);
  return versions.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

/**
 * @param {string} folder
 * @param {string} name
 * @returns {string | undefined}
 */
function installedVersion(folder, name) {
  const file = join(folder, 'node_modules', name, 'package.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).version : undefined;
}

/** @param {string} folder */
async function copyTo(folder) {
  const files = (await run('git', ['ls-files', '-z'], { cwd: root })).split('\0').filter(Boolean);
  for (const file of files) cpSync(join(root, file), join(folder, file), { recursive: true });
  // not hard links: npm writes into what it finds
  await run('cp', ['-a', join(root, 'node_modules'), folder]);
  rmSync(join(folder, 'node_modules/.vite'), { recursive: true, force: true });
}

/**
 * Installs these versions into a copy, and makes sure that they are there.
 *
 * @param {string} folder
 * @param {{ name: string, installed: string, version: string }[]} wanted
 * @param {string[]} [others]
 */
async function install(folder, wanted, others = []) {
  const specifiers = wanted.map(({ name, installed, version }) =>
    name === installed ? `${name}@${version}` : `${installed}@npm:${name}@${version}`,
  );
  // into the copy's own package.json, or the next installation would undo this one
  const flags = ['--save-dev', '--save-exact', '--no-audit', '--no-fund', '--legacy-peer-deps', '--prefer-offline'];
  await run('npm', ['install', ...flags, ...specifiers, ...others], { cwd: folder, seconds: 600 });
  for (const { installed, version } of wanted) {
    const found = installedVersion(folder, installed);
    if (found !== version) throw new Error(`${installed} is ${String(found)}, and was to be ${version}`);
  }
}

/**
 * @param {string} folder
 * @param {string[]} args
 */
async function specs(folder, args) {
  const vitest = join(folder, 'node_modules/vitest/vitest.mjs');
  // the fetch API needs no peer but zod, which all specs on Express run with
  const projects = ['--project', 'node', '--project', 'compiler'];
  const printed = await run(process.execPath, [vitest, 'run', ...projects, ...args], { cwd: folder, seconds: 1200 });
  const [, passed = '0'] = /^(\d+) passed, 0 failed$/m.exec(printed) ?? [];
  if (passed === '0') throw new Error(`no spec ran: ${args.join(' ')}`);
  console.log(`${passed} specs passed`);
}

/**
 * The specs that the peers concern which differ from those that `npm test` runs on.
 *
 * @param {string} folder
 * @param {string} age
 * @param {readonly string[]} names of the peers
 */
async function runSpecs(folder, age, names) {
  const inSpec = readdirSync(join(folder, 'spec'), { withFileTypes: true });
  const whole = inSpec
    .filter(({ name }) => !apart.includes(name))
    .map((one) => `spec/${one.name}${one.isDirectory() ? '/' : ''}`);
  const filters = names.every((name) => concerned.has(name))
    ? [...new Set(names.flatMap((name) => concerned.get(name) ?? []))]
    : whole;
  if (filters.length > 0) await check(`the specs on the ${age} peers`, () => specs(folder, filters));
  if (process.env['REDIS_URL'] === undefined || !names.some((name) => drivers.includes(name))) return;
  await check(`the specs of stores on the ${age} drivers`, () =>
    specs(
      folder,
      servers.map((name) => `spec/servers/${name}.spec.ts`),
    ),
  );
}

/** @param {'oldest' | 'newest'} age */
async function tryAll(age) {
  const folder = mkdtempSync(join(tmpdir(), `typed-session-${age}-peers-`));
  try {
    const wanted = await check(`which are the ${age} peers`, () =>
      Promise.all(
        chosen(age).map(async (peer) => {
          const version = (await versionsOf(peer)).at(age === 'oldest' ? 0 : -1) ?? '';
          return { ...peer, version };
        }),
      ),
    );
    if (wanted === undefined) return;
    console.log(wanted.map(({ name, version }) => `${name} ${version}`).join(', '));
    const others = wanted.filter(({ installed, version }) => installedVersion(root, installed) !== version);
    if (others.length === 0) {
      console.log(`the ${age} peers are those that all other specs run on`);
      return;
    }
    console.log(`others than those that all other specs run on: ${others.map(({ name }) => name).join(', ')}`);
    const beside = wanted.flatMap(({ name, major, version }) =>
      name in companions ? companions[/** @type {keyof typeof companions} */ (name)](major, version) : [],
    );
    const isReady = await check(`a copy with the ${age} peers`, async () => {
      await copyTo(folder);
      await install(folder, wanted, beside);
      return true;
    });
    if (isReady !== true) return;
    await runSpecs(
      folder,
      age,
      others.map(({ name }) => name),
    );
    if (age === 'oldest') await check('the specs of Express on Express 4.17', () => onExpress417(folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Between the oldest Express 4 and the newest there is one that many apps stay on. @param {string} folder */
async function onExpress417(folder) {
  await install(folder, [{ name: 'express', installed: 'express4', version: '4.17.0' }]);
  await specs(folder, ['spec/express/', 'spec/express-session/', 'spec/ecosystem/']);
}

const ages = /** @type {const} */ (['oldest', 'newest']);
for (const age of ages) if (process.argv[2] === undefined || process.argv[2] === age) await tryAll(age);
finish();
