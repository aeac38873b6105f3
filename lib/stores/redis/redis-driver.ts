import { createHash } from 'node:crypto';
import { isBytes, isError } from '../../realms.js';

/**
 * A client of the package `redis` (4 to 6), reduced to what {@link RedisStore} uses: the result of `createClient`,
 * `createCluster`, or `createSentinel`, connected or connecting.
 *
 * @group Types
 */
export interface NodeRedisClient {
  /** Executes a script that the server has cached. */
  evalSha(sha: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
  /** Executes a script. The server caches it. */
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
  /** Returns the value of a key. */
  get(key: string): Promise<unknown>;
}

/**
 * A client of the package `ioredis` (5), reduced to what {@link RedisStore} uses: a `Redis` or a `Cluster`.
 *
 * @group Types
 */
export interface IoRedisClient {
  /** Executes a script that the server has cached. */
  evalsha(sha: string, keyCount: number, ...args: string[]): Promise<unknown>;
  /** Executes a script. The server caches it. */
  eval(script: string, keyCount: number, ...args: string[]): Promise<unknown>;
  /** Returns the value of a key. */
  get(key: string): Promise<unknown>;
}

/**
 * A client of either package.
 *
 * @group Types
 */
export type RedisClient = NodeRedisClient | IoRedisClient;

/** A script, which the server runs as one atomic command. It uses one key, so that a cluster can route it. */
export interface Script {
  readonly source: string;
  readonly sha: string;
}

export function script(source: string): Script {
  return { source, sha: createHash('sha1').update(source).digest('hex') };
}

/** What the store needs from a client, independent of its package. */
export interface Driver {
  /** The prefix that the client itself adds to each key. */
  readonly keyPrefix: string;
  /** Returns the value of a key from a primary. Absent if the client may read from a replica. */
  readonly get: ((key: string, signal: () => AbortSignal) => Promise<unknown>) | undefined;
  /** Runs a script. The result contains numbers, text, or bytes, depending on the configuration of the client. */
  run(script: Script, key: string, args: readonly string[], signal: () => AbortSignal): Promise<unknown>;
  /** Returns the servers to scan, one by one. */
  primaries(): Promise<Scanner[]>;
}

/** Lists the keys of one server. */
export interface Scanner {
  scan(cursor: string, pattern: string, count: number): Promise<{ cursor: string; keys: readonly string[] }>;
}

/** Sends a script by its hash. The full script is sent only if the server does not have it, for example after a restart. */
async function bySha(known: () => Promise<unknown>, full: () => Promise<unknown>): Promise<unknown> {
  try {
    return await known();
  } catch (error) {
    if (isError(error) && error.message.startsWith('NOSCRIPT')) return full().catch(refuse);
    return refuse(error);
  }
}

/** The server refused a command. The code is the first word of its reply, such as OOM, READONLY, NOAUTH, or CLUSTERDOWN. */
class RedisError extends Error {
  override readonly name = 'RedisError';
  readonly code: string;

  constructor(code: string, cause: Error) {
    super(`the server refused the command (${code}); see cause`, { cause });
    this.code = code;
  }
}

/**
 * Throws an error that has a code. Drivers leave the code in the message, and the message must not be shown, because it
 * may quote a command. ioredis also adds the command to the error, and with it the payload. It is removed, because loggers
 * print all properties of an error.
 */
function refuse(error: unknown): never {
  if (isError(error)) Reflect.deleteProperty(error, 'command');
  if (!isError(error) || 'code' in error) throw error;
  const code = /^[A-Z]{2,20}(?= )/.exec(error.message)?.[0];
  throw code === undefined ? error : new RedisError(code, error);
}

/** Members that only some clients or some releases of the package have. */
interface NodeRedisMore extends NodeRedisClient {
  readonly isReady?: boolean;
  readonly options?: { readonly keyPrefix?: unknown } | undefined;
  /** Only a cluster has it. */
  readonly masters?: readonly unknown[];
  sendCommand?(key: string, isReadonly: boolean, command: readonly string[]): Promise<unknown>;
  /** Present since release 5. */
  withTypeMapping?: unknown;
  nodeClient?(master: unknown): unknown;
  /** Only a sentinel has it. */
  acquire?(): unknown;
  withAbortSignal?(signal: AbortSignal): NodeRedisClient;
  scan(cursor: string, options: object): Promise<{ cursor: string | number; keys: readonly unknown[] }>;
}

export function nodeRedis(given: NodeRedisClient): Driver {
  const client = given as NodeRedisMore;
  /** While there is no connection, commands wait in the client. Only there can they still be aborted. */
  const withSignal = (signal: () => AbortSignal): NodeRedisClient =>
    client.isReady === false && client.withAbortSignal !== undefined ? client.withAbortSignal(signal()) : client;
  const scanner = (one: NodeRedisMore): Scanner => ({
    scan: async (cursor, pattern, count) => {
      const page = await one.scan(cursor, { MATCH: pattern, COUNT: count });
      return { cursor: String(page.cursor), keys: page.keys.map(textOf) };
    },
  });
  const mayAskReplicas = client.masters !== undefined || client.acquire !== undefined;
  const isCluster4 = client.masters !== undefined && client.withTypeMapping === undefined;
  return {
    keyPrefix: prefixOf(client.options?.keyPrefix),
    get: mayAskReplicas ? undefined : (key, signal) => withSignal(signal).get(key).catch(refuse),
    run: ({ sha, source }, key, args, signal) => {
      // Release 4 ignores the key of a script, and tries random servers until one accepts the script.
      const send = async (...command: string[]) => client.sendCommand?.(key, false, [...command, '1', key, ...args]);
      if (isCluster4) return bySha(() => send('EVALSHA', sha), () => send('EVAL', source)); // prettier-ignore
      const options = { keys: [key], arguments: [...args] };
      const target = withSignal(signal);
      return bySha(
        () => target.evalSha(sha, options),
        () => target.eval(source, options),
      );
    },
    primaries: async () => {
      const nodes = (client.masters ?? []).map(async (master) => client.nodeClient?.(master) as Promise<NodeRedisMore>);
      return (client.masters === undefined ? [client] : await Promise.all(nodes)).map(scanner);
    },
  };
}

interface IoRedisMore extends IoRedisClient {
  readonly options?: { readonly keyPrefix?: unknown } | undefined;
  /** Only a cluster has it. */
  nodes?(role: string): IoRedisMore[];
  scan(cursor: string, ...args: (string | number)[]): Promise<[string, unknown[]]>;
}

export function ioRedis(given: IoRedisClient): Driver {
  const client = given as IoRedisMore;
  const scanner = (one: IoRedisMore): Scanner => ({
    scan: async (from, pattern, count) => {
      const [cursor, keys] = await one.scan(from, 'MATCH', pattern, 'COUNT', count);
      return { cursor, keys: keys.map(textOf) };
    },
  });
  return {
    keyPrefix: prefixOf(client.options?.keyPrefix),
    get: client.nodes === undefined ? (key) => client.get(key).catch(refuse) : undefined,
    run: ({ sha, source }, key, args) =>
      bySha(
        () => client.evalsha(sha, 1, key, ...args),
        () => client.eval(source, 1, key, ...args),
      ),
    primaries: async () => (client.nodes?.('master') ?? [client]).map(scanner),
  };
}

/** Converts text from a server to a string. Some clients return it as bytes. */
export function textOf(reply: unknown): string {
  if (typeof reply === 'string') return reply;
  if (isBytes(reply)) return Buffer.from(reply).toString();
  throw new TypeError(`Redis has answered with ${typeof reply} where it has text.`);
}

function prefixOf(keyPrefix: unknown): string {
  return typeof keyPrefix === 'string' ? keyPrefix : isBytes(keyPrefix) ? Buffer.from(keyPrefix).toString() : '';
}
