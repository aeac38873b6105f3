import { isError } from '../../realms.js';

/** The result of one statement, as far as {@link PostgresStore} looks at it. */
export interface PostgresResult {
  /** How many rows the statement found or changed. */
  readonly rowCount: number | null;
  /** The rows, by column names. */
  readonly rows: readonly unknown[];
}

/** A connection of a {@link PostgresPool}, taken out for one command. */
export interface PostgresClient {
  /** Sends one statement. */
  query(text: string, values?: unknown[]): Promise<PostgresResult>;
  /** Gives the connection back to its pool; `true` throws it away. */
  release(broken?: boolean): void;
  /** Listens to a connection that breaks. */
  on(event: 'error', listener: (error: Error) => void): unknown;
  /** Ends what `on` began. */
  removeListener(event: 'error', listener: (error: Error) => void): unknown;
}

/** A `Pool` of `pg`, as far as {@link PostgresStore} uses it. */
export interface PostgresPool {
  /** Takes a connection out of the pool. */
  connect(): Promise<PostgresClient>;
  /** Listens to connections that break while nobody uses them. */
  on(event: 'error', listener: (error: Error) => void): unknown;
  /** How many connections there are. */
  readonly totalCount: number;
}

/**
 * How often a statement is tried that the server rolled back because of others. That happens where the database's
 * default isolation is stricter than PostgreSQL's own; each try meets what the others have done by then.
 */
const TRIES = 20;

/** Serialization failure and deadlock: nothing was done, and the same statement may succeed now. */
const TRY_AGAIN = new Set<unknown>(['40001', '40P01']);

/**
 * The SQLSTATE classes of errors that are about the statement: wrong data, constraints, rolled back, unknown names and
 * missing rights. After any other one the connection may be broken, or lead to a server that is shutting down or has
 * become a read-only replica, so the next command gets another.
 */
const HARMLESS = /^(?:22|23|40|42)/;

/** Pools that have our listener. */
const heard = new WeakSet<PostgresPool>();

function ignore(): void {
  // the command that is under way is told through its own promise, and the next one connects anew
}

/**
 * Keeps the process alive when an idle connection breaks, as all do when the server restarts: the pool has removed it
 * already, but emits an `error`, which ends a process where nobody listens.
 */
export function surviveLostConnections(pool: PostgresPool): void {
  if (heard.has(pool)) return;
  heard.add(pool);
  pool.on('error', ignore);
}

/**
 * Sends one statement on a connection of its own, and gives that back.
 *
 * Without a name, so that nothing is prepared on the connection: behind PgBouncer the next statement may be sent on
 * another one. Once the signal is aborted, nothing is sent any more; a connection whose answer is still to come is
 * thrown away, since it may hang.
 */
export async function execute(
  pool: PostgresPool,
  text: string,
  values: unknown[],
  signal?: AbortSignal,
): Promise<PostgresResult> {
  for (let tries = 1; ; tries++) {
    try {
      return await withClient(pool, (client) => client.query(text, values), signal);
    } catch (error) {
      if (tries === TRIES || !TRY_AGAIN.has(codeOf(error))) throw error;
    }
  }
}

/**
 * Takes a connection out of the pool for the length of `use`.
 */
export async function withClient<T>(
  pool: PostgresPool,
  use: (client: PostgresClient) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  signal?.throwIfAborted();
  const client = await pool.connect().catch(noConnection);
  if (signal?.aborted === true) {
    client.release();
    signal.throwIfAborted();
  }
  let out = true;
  const release = (broken: boolean): void => {
    if (!out) return;
    out = false;
    signal?.removeEventListener('abort', abandon);
    client.removeListener('error', ignore); // before the pool listens, which tells apart who is idle
    client.release(broken);
  };
  const abandon = (): void => release(true);
  client.on('error', ignore); // the pool listens to idle connections only
  signal?.addEventListener('abort', abandon);
  try {
    const result = await use(client);
    release(false);
    return result;
  } catch (error) {
    release(!HARMLESS.test(codeOf(error) ?? ''));
    throw error;
  }
}

/** There was no connection within `connectionTimeoutMillis`: all are taken, or the server does not accept one. */
class NoConnectionError extends Error {
  override readonly name = 'NoConnectionError';
}

/** What the pool and the driver say of time that has run out is an `Error` without a code. */
function noConnection(error: unknown): never {
  if (codeOf(error) !== undefined || !isError(error)) throw error;
  throw new NoConnectionError('the pool gave no connection in time; see cause', { cause: error });
}

/** The SQLSTATE of an error that the server sent, or the code of one that Node met. */
export function codeOf(error: unknown): string | undefined {
  return isError(error) && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
