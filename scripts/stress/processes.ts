// The processes that serve the app.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Place } from './stores.js';

/** One process, which serves the app on each of its stores at a port of its own. */
export interface Worker {
  readonly ports: Readonly<Record<string, number>>;
  /** How often what has happened to its sessions. */
  readonly seen: () => Promise<Readonly<Record<string, number>>>;
  readonly stop: () => Promise<void>;
}

/** @param stores - for each of them an app */
export async function startWorker(stores: readonly string[], place: Place): Promise<Worker> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', join(import.meta.dirname, 'worker.ts'), JSON.stringify({ stores, place })],
    { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, NODE_ENV: 'test' } },
  );
  const lines = createInterface(child.stdout);
  return {
    ports: (await answer(child, lines)) as Record<string, number>,
    seen: async () => {
      child.stdin.write('\n');
      return (await answer(child, lines)) as Record<string, number>;
    },
    stop: async () => {
      const exit = child.exitCode === null ? once(child, 'exit') : undefined;
      child.stdin.end();
      await exit;
    },
  };
}

/** The next line of a process, which must not end before. */
async function answer(child: ChildProcess, lines: Interface): Promise<unknown> {
  const gone = new AbortController();
  const exit = once(child, 'exit', { signal: gone.signal }).then(() => {
    throw new Error('a process of the app ended by itself');
  });
  try {
    const [line] = (await Promise.race([once(lines, 'line'), exit])) as [string];
    return JSON.parse(line) as unknown;
  } finally {
    exit.catch(() => undefined);
    gone.abort();
  }
}
