// @ts-check
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ask, daemon, freePort } from './processes.mjs';
import { program } from './programs.mjs';
import { redisAnswers, redisCommand } from './redis.mjs';

/**
 * A master named `mymaster`, its replica, and two sentinels of which one is quorum enough. Both know everybody from the
 * start; by themselves they would need seconds to find each other.
 *
 * @param {string} folder
 * @returns {Promise<string>} the URLs of the sentinels, with a comma between
 */
export async function redisSentinel(folder) {
  const [master = 0, replica = 0, ...sentinels] = await Promise.all([1, 2, 3, 4].map(() => freePort()));
  const of = ['--replicaof', '127.0.0.1', `${master}`];
  const servers = [master, replica].map((port) => {
    const own = join(folder, `${port}`);
    return { port, until: daemon(own, redisCommand(own, port, port === master ? [] : of)) };
  });
  for (const { port, until } of servers) await until(() => redisAnswers(port));
  const both = sentinels.map((port, at) => ({ port, id: `${at + 1}`.repeat(40) }));
  const watching = both.map(({ port, id }) => {
    const lines = [
      `port ${port}`,
      'bind 127.0.0.1',
      `sentinel myid ${id}`,
      `sentinel monitor mymaster 127.0.0.1 ${master} 1`,
      'sentinel down-after-milliseconds mymaster 5000', // a busy machine is not a dead master
      'sentinel failover-timeout mymaster 10000',
      `sentinel known-replica mymaster 127.0.0.1 ${replica}`,
      ...both.filter((other) => other.port !== port).map((other) => `sentinel known-sentinel mymaster 127.0.0.1 ${other.port} ${other.id}`), // prettier-ignore
    ];
    const own = join(folder, `${port}`);
    mkdirSync(own);
    const file = join(own, 'sentinel.conf'); // it writes there what it learns
    writeFileSync(file, `${lines.join('\n')}\n`);
    return { port, until: daemon(own, [program('redis-server'), file, '--sentinel']) };
  });
  for (const { port, until } of watching) await until(async () => /name=mymaster,status=ok,.*slaves=1,sentinels=2/.test(await ask(port, 'INFO sentinel\r\n'))); // prettier-ignore
  for (const { until } of servers) await until(async () => /state=online|master_link_status:up/.test(await ask(replica, 'INFO replication\r\n'))); // prettier-ignore
  return sentinels.map((port) => `redis://127.0.0.1:${port}`).join(',');
}
