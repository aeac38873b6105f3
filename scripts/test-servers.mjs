// @ts-check
// `npm run test:servers` runs the specs that need servers, on all of them; `npm run test:servers -- postgres` those of one
// group, on its servers alone. `scripts/servers.mjs` starts the servers, and stops them.
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const folder = 'spec/servers';

/** The variables of the servers, and what the names of the specs begin with. REDIS_URL tells vitest.config.ts that there are servers. */
const groups = {
  redis: {
    servers: ['REDIS_URL', 'REDIS_CLUSTER_URLS', 'REDIS_SENTINEL_URLS', 'REDIS6_URL', 'VALKEY_URL'],
    specs: ['redis-store', 'connect-redis', 'faults/redis', 'faults/topology'],
  },
  postgres: {
    servers: ['REDIS_URL', 'POSTGRES_URL', 'PGBOUNCER_URL'],
    specs: ['postgres-', 'pgbouncer', 'connect-pg-simple', 'connect-session-knex', 'faults/postgres'],
  },
  mongo: { servers: ['REDIS_URL', 'MONGO_URL'], specs: ['mongo-store', 'connect-mongo'] },
  mysql: { servers: ['REDIS_URL', 'MYSQL_URL'], specs: ['express-mysql-session'] },
  several: {
    servers: ['REDIS_URL', 'POSTGRES_URL', 'MONGO_URL'],
    specs: [
      ...['command-line', 'moving', 'private-server', 'second-process', 'tutorial', 'unknown-fields'],
      ...['client-aborts', 'killed', 'line', 'server', 'sqlite'].map((name) => `faults/${name}`),
    ],
  },
};

const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.spec.ts'));

/** @param {string[]} specs */
const filesOf = (specs) => files.filter((file) => specs.some((spec) => file.startsWith(spec)));

for (const file of files) {
  const found = Object.values(groups).filter(({ specs }) => filesOf(specs).includes(file));
  if (found.length !== 1) throw new Error(`${folder}/${file} is in ${found.length} groups of scripts/test-servers.mjs`);
}

const [name] = process.argv.slice(2);
const group = name === undefined ? undefined : groups[/** @type {keyof typeof groups} */ (name)];
if (name !== undefined && group === undefined) {
  throw new Error(`no such group: ${name} (there are ${Object.keys(groups).join(', ')})`);
}
const wanted = group === undefined ? [folder] : filesOf(group.specs).map((file) => `${folder}/${file}`);
const vitest = [process.execPath, 'node_modules/vitest/vitest.mjs', 'run', '--project', 'node', ...wanted];
const child = spawn(process.execPath, ['scripts/servers.mjs', 'run', ...(group?.servers ?? []), '--', ...vitest], {
  cwd: root,
  stdio: 'inherit',
});
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.on(signal, () => child.kill(signal));
child.once('close', (code) => void (process.exitCode = code ?? 1));
