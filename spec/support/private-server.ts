import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, onTestFinished } from 'vitest';
import { run } from '../../scripts/report.mjs';
import { initdb, postgresAnswers, postgresCommand, postgresEnd } from '../../scripts/servers/postgres.mjs';
import { ask, freePort, signal, until } from '../../scripts/servers/processes.mjs';
import { redisAnswers, redisCommand } from '../../scripts/servers/redis.mjs';

/** A server of one test, which may be paused, killed and restarted: nobody else is on it. It ends with the test. */
export interface PrivateServer {
  readonly port: number;
  readonly url: string;
  /** Stops it where it is: connections stay open, and nothing is answered. */
  readonly pause: () => Promise<void>;
  /** Lets it go on after `pause()`. */
  readonly resume: () => void;
  /** Ends it at once, with all its processes, as SIGKILL does. */
  readonly kill: () => Promise<void>;
  /** Ends it in order, if it runs; then starts it on the same port, with what it held, and waits until it serves. */
  readonly restart: () => Promise<void>;
  /** Ends it in order; `restart()` may follow. */
  readonly stop: () => Promise<void>;
}

/** What is to be known of one kind of server. */
interface Kind {
  readonly folder: string;
  readonly port: number;
  readonly url: string;
  readonly command: readonly string[];
  readonly end: NodeJS.Signals;
  readonly isReady: () => Promise<boolean>;
  /** Takes away what a process left that was killed. */
  readonly tidy?: () => Promise<unknown>;
}

/** The state of a process, as one letter of `ps`; undefined where there is none. */
function state(pid: number): string | undefined {
  try {
    return /^\d+ \(.*\) (.)/s.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1];
  } catch {
    return undefined;
  }
}

const gone = (pid: number): boolean => [undefined, 'Z', 'X'].includes(state(pid));

/** A process, and those that it started. */
function family(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ').filter(Boolean).map(Number);
  return [pid, ...children];
}

async function serve(kind: Kind): Promise<PrivateServer> {
  const log = join(kind.folder, 'log');
  let child: ChildProcess | undefined;
  let paused: readonly number[] = [];

  const start = async (): Promise<void> => {
    const out = openSync(log, 'a');
    const [program = '', ...args] = kind.command;
    const process = spawn(program, args, { cwd: kind.folder, stdio: ['ignore', out, out] });
    closeSync(out);
    await once(process, 'spawn');
    child = process;
    const hasEnded = (): boolean => process.exitCode !== null || process.signalCode !== null;
    await until(kind.isReady, hasEnded).catch((error: unknown) => {
      throw new Error(`${kind.command.join(' ')}\n${readFileSync(log, 'utf8').slice(-2000)}`, { cause: error });
    });
  };
  const running = (): number | undefined =>
    child?.exitCode === null && child.signalCode === null ? child.pid : undefined;

  const pause = async (): Promise<void> => {
    const pid = running();
    if (pid === undefined) throw new Error('it does not run');
    signal(pid, 'SIGSTOP'); // it first: then it starts no other
    await until(async () => state(pid) === 'T');
    paused = family(pid);
    for (const each of paused) signal(each, 'SIGSTOP');
    await until(async () => paused.every((each) => state(each) === 'T' || gone(each)));
  };
  const resume = (): void => {
    for (const pid of paused) signal(pid, 'SIGCONT');
    paused = [];
  };
  const kill = async (): Promise<void> => {
    if (child === undefined || running() === undefined) return;
    const exit = once(child, 'exit');
    await pause();
    const pids = paused;
    paused = [];
    for (const pid of pids) signal(pid, 'SIGKILL');
    await exit;
    await until(async () => pids.every(gone));
  };
  const stop = async (): Promise<void> => {
    const pid = running();
    if (child === undefined || pid === undefined) return;
    const exit = once(child, 'exit');
    resume();
    await until(async () => !signal(pid, kind.end)); // a Redis that writes its first file refuses to end
    await exit;
  };

  onTestFinished(async () => {
    await kill();
    await kind.tidy?.();
    rmSync(kind.folder, { recursive: true, force: true });
  });
  await start();
  const restart = async (): Promise<void> => {
    await stop();
    await start();
  };
  return { port: kind.port, url: kind.url, pause, resume, kill, restart, stop };
}

const newFolder = (): string => mkdtempSync(join(tmpdir(), 'typed-session-private-'));

export interface RedisOptions {
  /** Further options of redis-server: `['--maxmemory', '3mb']`, `['--appendonly', 'no']` to forget when it ends. */
  readonly args?: readonly string[];
  /** The server that it is a read-only replica of. */
  readonly replicaOf?: { readonly port: number };
}

/** A Redis that has what it answered also after SIGKILL; a replica is in step with its master from the start. */
export async function startRedis({ args = [], replicaOf }: RedisOptions = {}): Promise<PrivateServer> {
  const [folder, port] = [newFolder(), await freePort()];
  const keeps = ['--appendonly', 'yes', '--appendfsync', 'no']; // written before the answer; the disk may be late
  const of = replicaOf === undefined ? [] : ['--replicaof', '127.0.0.1', String(replicaOf.port)];
  const inStep = async (): Promise<boolean> =>
    replicaOf === undefined || (await ask(port, 'INFO replication\r\n')).includes('master_link_status:up');
  return serve({
    folder,
    port,
    url: `redis://127.0.0.1:${port}`,
    command: redisCommand(folder, port, [...keeps, ...of, ...args]),
    end: 'SIGTERM',
    isReady: async () => (await redisAnswers(port)) && (await inStep()),
  });
}

let template: Promise<string> | undefined;

/** A folder with a new PostgreSQL's data, which each gets a copy of: to make it takes long. */
async function makeTemplate(): Promise<string> {
  const folder = newFolder();
  await initdb(folder);
  return folder;
}

afterAll(async () => {
  if (template !== undefined) rmSync(await template, { recursive: true, force: true });
  template = undefined;
});

export interface PostgresOptions {
  /** Further options of postgres: `['-c', 'max_connections=10']`. */
  readonly args?: readonly string[];
}

/** A PostgreSQL that has what it committed also after SIGKILL. */
export async function startPostgres({ args = [] }: PostgresOptions = {}): Promise<PrivateServer> {
  const [folder, port] = [newFolder(), await freePort()];
  template ??= makeTemplate();
  await run('cp', ['-a', join(await template, 'data'), folder]);
  const pidFile = join(folder, 'data', 'postmaster.pid');
  return serve({
    folder,
    port,
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    command: [...(await postgresCommand(folder, port)), ...args],
    end: postgresEnd,
    isReady: () => postgresAnswers(port),
    tidy: async () => {
      if (!existsSync(pidFile)) return;
      const [, memory] = /(\d+) *$/.exec(readFileSync(pidFile, 'utf8').split('\n')[6] ?? '') ?? []; // “key id”
      if (memory !== undefined) await run('ipcrm', ['-m', memory]);
    },
  });
}
