import { createHash } from 'node:crypto';
import { isBytes, isError } from '../../realms.js';

/**
 * A client of the package `redis` (4 to 6), as far as {@link RedisStore} uses it: `createClient`, `createCluster` or
 * `createSentinel`, connected or about to be.
 */
export interface NodeRedisClient {
  /** Executes a script that the server knows. */
  evalSha(sha: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
  /** Executes a script, and makes it known to the server. */
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
  /** The value of a key. */
  get(key: string): Promise<unknown>;
}

/** A client of the package `ioredis` (5), as far as {@link RedisStore} uses it: `Redis` or `Cluster`. */
export interface IoRedisClient {
  /** Executes a script that the server knows. */
  evalsha(sha: string, keyCount: number, ...args: string[]): Promise<unknown>;
  /** Executes a script, and makes it known to the server. */
  eval(script: string, keyCount: number, ...args: string[]): Promise<unknown>;
  /** The value of a key. */
  get(key: string): Promise<unknown>;
}

/** A client of either package. */
export type RedisClient = NodeRedisClient | IoRedisClient;

/** A script, which runs on the server as one atomic command. It has one key, so that a cluster knows where. */
export interface Script {
  readonly source: string;
  readonly sha: string;
}

export function script(source: string): Script {
  return { source, sha: createHash('sha1').update(source).digest('hex') };
}

/** What the store asks of a client, whichever package it is of. */
export interface Driver {
  /** What the client puts before each key by itself. */
  readonly keyPrefix: string;
  /** The value of a key, where that certainly comes from a primary; absent where the client may ask a replica. */
  readonly get: ((key: string, signal: () => AbortSignal) => Promise<unknown>) | undefined;
  /** What the script answers with: numbers, text or bytes, as the client was told to give them. */
  run(script: Script, key: string, args: readonly string[], signal: () => AbortSignal): Promise<unknown>;
  /** The servers to be walked through, one by one. */
  primaries(): Promise<Scanner[]>;
}

/** One server, as far as its keys are listed. */
export interface Scanner {
  scan(cursor: string, pattern: string, count: number): Promise<{ cursor: string; keys: readonly string[] }>;
}

/** Scripts are sent by their hash; in full only to a server that has not seen them, as after a restart. */
async function bySha(known: () => Promise<unknown>, full: () => Promise<unknown>): Promise<unknown> {
  try {
    return await known();
  } catch (error) {
    if (isError(error) && error.message.startsWith('NOSCRIPT')) return full().catch(refuse);
    return refuse(error);
  }
}

/** What a server refused; the word that its answer begins with is the code: OOM, READONLY, NOAUTH, CLUSTERDOWN. */
class RedisError extends Error {
  override readonly name = 'RedisError';
  readonly code: string;

  constructor(code: string, cause: Error) {
    super(`the server refused the command (${code}); see cause`, { cause });
    this.code = code;
  }
}

/**
 * Drivers leave the code in the message, which is not to be shown: it may quote a command. And ioredis adds the command,
 * with it the payload: loggers print all that an error has.
 */
function refuse(error: unknown): never {
  if (isError(error)) Reflect.deleteProperty(error, 'command');
  if (!isError(error) || 'code' in error) throw error;
  const code = /^[A-Z]{2,20}(?= )/.exec(error.message)?.[0];
  throw code === undefined ? error : new RedisError(code, error);
}

/** What is only there on some of the package's clients, or in some of its releases. */
interface NodeRedisMore extends NodeRedisClient {
  readonly isReady?: boolean;
  readonly options?: { readonly keyPrefix?: unknown } | undefined;
  /** A cluster's. */
  readonly masters?: readonly unknown[];
  sendCommand?(key: string, isReadonly: boolean, command: readonly string[]): Promise<unknown>;
  /** From release 5 on. */
  withTypeMapping?: unknown;
  nodeClient?(master: unknown): unknown;
  /** A sentinel's. */
  acquire?(): unknown;
  withAbortSignal?(signal: AbortSignal): NodeRedisClient;
  scan(cursor: string, options: object): Promise<{ cursor: string | number; keys: readonly unknown[] }>;
}

export function nodeRedis(given: NodeRedisClient): Driver {
  const client = given as NodeRedisMore;
  /** While there is no connection, commands wait in the client: there one can still be taken back. */
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
      // Release 4 overlooks a script's key, and sends the script to servers by chance until one takes it.
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
  /** A cluster's. */
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

/** Text that a server sent, which some clients give as bytes. */
export function textOf(reply: unknown): string {
  if (typeof reply === 'string') return reply;
  if (isBytes(reply)) return Buffer.from(reply).toString();
  throw new TypeError(`Redis has answered with ${typeof reply} where it has text.`);
}

function prefixOf(keyPrefix: unknown): string {
  return typeof keyPrefix === 'string' ? keyPrefix : isBytes(keyPrefix) ? Buffer.from(keyPrefix).toString() : '';
}
