import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { SessionOptionsError } from '../../errors.js';
import { isError } from '../../realms.js';

/**
 * An open database, as far as {@link SqliteStore} uses it: a `Database` of `libsql` or `better-sqlite3`, or a
 * `DatabaseSync` of `node:sqlite`. (`never[]`, because each of them types the values of a statement in its own way.)
 */
export interface SqliteDatabase {
  /** Compiles one statement. */
  prepare(sql: string): {
    /** Executes the statement; `changes` is the number of rows that it changed. */
    run(...values: never[]): { readonly changes: number | bigint };
    /** Executes the statement; the first row of its result, by column names, or `undefined`. */
    get(...values: never[]): unknown;
  };
  /** Executes statements that give no result. */
  exec(sql: string): unknown;
}

/** A database that the store itself opened, and therefore closes. */
export interface OwnDatabase extends SqliteDatabase {
  close(): unknown;
}

/**
 * How long a statement waits for another process that writes to the same file, in milliseconds. The binding is
 * synchronous, so this process waits with it; a write takes some 0.1 ms.
 */
const BUSY_TIMEOUT = 5_000;

/**
 * Opens a file for sessions: with a write-ahead log, so that readers and a writer do not wait for one another, synced
 * at checkpoints. After a loss of power the last sessions may be missing; the file is never corrupt.
 *
 * @param file - the path; the file is created where there is none, its folder is not
 * @param loadBinding - gives the binding's constructor
 * @throws SessionOptionsError where the binding is missing or the file cannot be opened
 */
export function openDatabase(file: string, loadBinding: () => unknown = loadLibsql): OwnDatabase {
  const Database = bindingFrom(loadBinding);
  let database: OwnDatabase | undefined;
  try {
    // libsql would take a name such as https://host for a remote database; a full path is always a file
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

/** The code of an error, in parentheses; its message, which may quote what it was about, stays with the cause. */
export function codeOf(error: unknown): string {
  const code: unknown = isError(error) && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^\w{2,40}$/.test(code) ? ` (${code})` : '';
}

/** At run time and not on import, so that nobody needs libsql who brings a database of another binding. */
function loadLibsql(): unknown {
  // `__filename` is there in CommonJS, which is what the package holds; elsewhere the app's folder has to do.
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
  return binding as new (file: string) => OwnDatabase; // what libsql exports; its own types are not needed to compile
}
