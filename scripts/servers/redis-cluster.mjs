// @ts-check
import { join } from 'node:path';
import { run } from '../report.mjs';
import { ask, daemon, freePort } from './processes.mjs';
import { program } from './programs.mjs';
import { redisAnswers, redisCommand } from './redis.mjs';

const bus = 10_000; // a node listens to the others that far above its port

/** A cluster of three masters without replicas. @param {string} folder @returns {Promise<string>} their URLs, with commas between */
export async function redisCluster(folder) {
  const ports = await Promise.all([1, 2, 3].map(() => freePort(bus)));
  const nodes = ports.map((port) => {
    const own = join(folder, `${port}`);
    const options = [
      '--cluster-enabled',
      'yes',
      '--cluster-announce-ip',
      '127.0.0.1',
      '--cluster-node-timeout',
      '5000',
    ];
    return { port, until: daemon(own, redisCommand(own, port, options)) };
  });
  for (const { port, until } of nodes) await until(() => redisAnswers(port));
  const addresses = ports.map((port) => `127.0.0.1:${port}`);
  await run(program('redis-cli'), ['--cluster', 'create', ...addresses, '--cluster-replicas', '0', '--cluster-yes']);
  for (const { port, until } of nodes) await until(async () => (await ask(port, 'CLUSTER INFO\r\n')).includes('cluster_state:ok')); // prettier-ignore
  return addresses.map((address) => `redis://${address}`).join(',');
}
