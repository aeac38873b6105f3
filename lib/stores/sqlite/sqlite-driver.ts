import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { SessionOptionsError } from '../../errors.js';
import { isError } from '../../realms.js';

/**
 * An open database, reduced to what {@link SqliteStore} uses: a `Database` of `libsql` or `better-sqlite3`, or a
 * `DatabaseSync` of `node:sqlite`. (The values are `never[]`, because each of them types the values differently.)
 *
 * @group Types
 */
export interface SqliteDatabase {
  /** Compiles one statement. */
  prepare(sql: string): {
    /** Executes the statement. `changes` is the number of changed rows. */
    run(...values: never[]): { readonly changes: number | bigint };
    /** Executes the statement. Returns the first row as an object with the column names as keys, or `undefined`. */
    get(...values: never[]): unknown;
    /** Executes the statement. Returns all rows. */
    all(...values: never[]): unknown[];
  };
  /** Executes statements without a result. */
  exec(sql: string): unknown;
}

/** A database that the store itself opened, and therefore closes. */
export interface OwnDatabase extends SqliteDatabase {
  close(): unknown;
}

/**
 * How long a statement waits for another process that writes to the same file, in milliseconds. The binding is
 * synchronous, so this process is blocked meanwhile. A write takes about 0.1 ms.
 */
const BUSY_TIMEOUT = 5_000;

/**
 * Opens a file for sessions. It uses a write-ahead log, so that readers and a writer do not wait for each other, and
 * syncs at checkpoints. After a power failure, the latest sessions may be missing, but the file is not corrupt.
 *
 * @param file - the path; the file is created if it does not exist, but its folder is not
 * @param loadBinding - returns the constructor of the binding
 * @throws SessionOptionsError if the binding is missing or the file cannot be opened
 */
export function openDatabase(file: string, loadBinding: () => unknown = loadLibsql): OwnDatabase {
  const Database = bindingFrom(loadBinding);
  let database: OwnDatabase | undefined;
  try {
    // libsql treats a name such as https://host as a remote database. A full path is always a file.
    database = new Database(file === ':memory:' ? file : resolve(file));
    database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT}`);
    database.exec('PRAGMA journal_mode = WAL');
    database.exec('PRAGMA synchronous = NORMAL');
    return database;
  } catch (error) {
    database?.close();
    throw new SessionOptionsError(
      'file',
      `cannot be opened as an SQLite database${codeOf(error)}; its folder must exist and be writable, see cause`,
      { cause: error },
    );
  }
}

/** Returns the code of an error in parentheses. Its message may quote data, so it remains in the cause only. */
export function codeOf(error: unknown): string {
  const code: unknown = isError(error) && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^\w{2,40}$/.test(code) ? ` (${code})` : '';
}

/** Loads libsql at run time instead of on import, so that it is not required if you pass a database of another binding. */
function loadLibsql(): unknown {
  // The package is CommonJS, which has `__filename`. In any other case, the app's folder is used.
  return createRequire(typeof __filename === 'string' ? __filename : resolve('package.json'))('libsql');
}

function bindingFrom(loadBinding: () => unknown): new (file: string) => OwnDatabase {
  let binding: unknown;
  try {
    binding = loadBinding();
  } catch (error) {
    throw new SessionOptionsError(
      'file',
      'needs the SQLite binding libsql: npm install libsql (without --omit=optional), or open a database with ' +
        `another binding and pass it as database${codeOf(error)}; see cause`,
      { cause: error },
    );
  }
  if (typeof binding !== 'function') throw new SessionOptionsError('file', 'needs the SQLite binding libsql 0.5');
  return binding as new (file: string) => OwnDatabase; // what libsql exports; its types are not required
}
