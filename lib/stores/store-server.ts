/** Where a store of this library keeps its sessions, for tools that check the server itself. */
export interface StoreServer {
  readonly kind: 'redis' | 'postgres' | 'mongo' | 'sqlite';
  /** The client, pool, collection, or database that the store uses. */
  readonly client: object;
  /** The prefix of its keys, or the name of its table or collection. */
  readonly place: string;
}

const servers = new WeakMap<object, StoreServer>();

/** Remembers the server of a store. */
export function rememberServer(store: object, server: StoreServer): void {
  servers.set(store, server);
}

/** The server of a store; `undefined` if the store is not one of ours, or has no server. */
export function serverOf(store: object): StoreServer | undefined {
  return servers.get(store);
}
