import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import { Client } from '../support/app.js';
import { serverUrl } from './suite.js';

/** Starts the app in a process of its own. */
async function start(): Promise<Client> {
  const app = join(import.meta.dirname, 'redis-app.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', app], {
    cwd: resolve(import.meta.dirname, '../..'),
    env: { ...process.env, REDIS_URL: serverUrl('REDIS_URL').href },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(async () => {
    const exit = once(child, 'exit');
    child.stdin.end();
    await exit;
  });
  const [port] = (await once(createInterface(child.stdout), 'line')) as [string];
  return new Client(`http://127.0.0.1:${port}`);
}

it('two processes on one Redis have one session', async () => {
  const [first, second] = await Promise.all([start(), start()]);
  const one = (await first.json('/view')) as { views: number; pid: number };
  for (const [name, value] of first.jar) second.jar.set(name, value);
  const two = (await second.json('/view')) as typeof one;
  const three = (await first.json('/view')) as typeof one;
  expect([one.views, two.views, three.views]).toEqual([1, 2, 3]);
  expect(one.pid).not.toBe(two.pid);
});
