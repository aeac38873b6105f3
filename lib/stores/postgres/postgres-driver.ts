import { isError } from '../../realms.js';

/**
 * The result of one statement, reduced to what {@link PostgresStore} uses.
 *
 * @group Types
 */
export interface PostgresResult {
  /** How many rows the statement returned or changed. */
  readonly rowCount: number | null;
  /** The rows, as objects with the column names as keys. */
  readonly rows: readonly unknown[];
}

/**
 * A connection of a {@link PostgresPool}, checked out for one command.
 *
 * @group Types
 */
export interface PostgresClient {
  /** Sends one statement. */
  query(text: string, values?: unknown[]): Promise<PostgresResult>;
  /** Returns the connection to its pool. With `true`, the pool closes it. */
  release(broken?: boolean): void;
  /** Listens for errors of the connection. */
  on(event: 'error', listener: (error: Error) => void): unknown;
  /** Removes a listener. */
  removeListener(event: 'error', listener: (error: Error) => void): unknown;
}

/**
 * A `Pool` of `pg`, reduced to what {@link PostgresStore} uses.
 *
 * @group Types
 */
export interface PostgresPool {
  /** Checks a connection out of the pool. */
  connect(): Promise<PostgresClient>;
  /** Listens for errors of idle connections. */
  on(event: 'error', listener: (error: Error) => void): unknown;
  /** The number of connections in the pool. */
  readonly totalCount: number;
}

/**
 * How often a statement is tried if the server rolls it back because of other transactions. This happens if the default
 * isolation level of the database is stricter than PostgreSQL's default. Each try sees what the others have committed.
 */
const TRIES = 20;

/** Serialization failure and deadlock. Nothing was changed, and the same statement may succeed now. */
const TRY_AGAIN = new Set<unknown>(['40001', '40P01']);

/**
 * The SQLSTATE classes of errors that concern the statement: wrong data, constraints, rollbacks, unknown names, and
 * missing privileges. After any other error, the connection may be broken, or its server may be shutting down or may have
 * become a read-only replica. So the connection is closed, and the next command gets another one.
 */
const HARMLESS = /^(?:22|23|40|42)/;

/** The pools that have our listener. */
const listening = new WeakSet<PostgresPool>();

function ignore(): void {
  // A command in progress rejects by itself, and the next one gets a new connection.
}

/**
 * Keeps the process alive when an idle connection breaks, as all of them do when the server restarts. The pool has already
 * removed the connection, but it emits an `error`, and an `error` event without a listener ends the process.
 */
export function surviveLostConnections(pool: PostgresPool): void {
  if (listening.has(pool)) return;
  listening.add(pool);
  pool.on('error', ignore);
}

/**
 * Sends one statement on its own connection, and returns the connection to the pool.
 *
 * The statement has no name, so it is not prepared on the connection. Behind PgBouncer, the next statement may use another
 * connection. After the signal is aborted, nothing is sent any more. A connection that has not responded by then is
 * closed, because it may hang.
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

/** Checks a connection out of the pool while `use` runs. */
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
    client.removeListener('error', ignore); // before the pool adds its listener for idle connections
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

/** No connection was available within `connectionTimeoutMillis`: all are in use, or the server does not accept one. */
class NoConnectionError extends Error {
  override readonly name = 'NoConnectionError';
}

/** Throws an error with a distinct name for a timeout, which the pool and the driver report as an `Error` without a code. */
function noConnection(error: unknown): never {
  if (codeOf(error) !== undefined || !isError(error)) throw error;
  throw new NoConnectionError('the pool gave no connection in time; see cause', { cause: error });
}

/** Returns the SQLSTATE of an error from the server, or the code of an error from Node. */
export function codeOf(error: unknown): string | undefined {
  return isError(error) && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
