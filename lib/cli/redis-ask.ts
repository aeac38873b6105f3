/** Sends a command to one server, and returns its reply. */
export type Ask = (...command: string[]) => Promise<unknown>;

/** The clients of `redis` and `ioredis`, as far as they are used here. */
export interface AnyRedis {
  /** Only ioredis has it. */
  call?(...command: string[]): Promise<unknown>;
  sendCommand?(command: string[]): Promise<unknown>;
  /** Only a cluster of ioredis has it. */
  nodes?(role: string): AnyRedis[];
  /** Only a cluster of `redis` has them. */
  readonly masters?: readonly unknown[];
  nodeClient?(master: unknown): unknown;
}

/** Finds out how to send commands with a client of either package: to its server, or to one primary of its cluster. */
export async function askerOf(client: AnyRedis): Promise<Ask> {
  const [master] = client.masters ?? [];
  const node = client.nodes?.('master')[0] ?? (master === undefined ? undefined : await client.nodeClient?.(master));
  const one = (node ?? client) as AnyRedis; // a client of a server of the cluster
  return async (...command) => (one.call === undefined ? one.sendCommand?.(command) : one.call(...command));
}
