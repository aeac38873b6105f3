import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SessionOptionsError } from '../../lib/errors.js';
import { openDatabase } from '../../lib/stores/sqlite/sqlite-driver.js';
import type { SqliteStoreOptions } from '../../lib/stores/sqlite/sqlite-options.js';
import { SqliteStore } from '../../lib/stores/sqlite/sqlite-store.js';
import { aRecord } from './samples.js';
import { aDatabase, aFile, aStore, ask, folder } from './sqlite-samples.js';

describe('SqliteStore', () => {
  describe('options', () => {
    const file = ':memory:';
    const database = {};
    it.each<[string, unknown, RegExp]>([
      ['no options', undefined, /^options: must be an object/],
      ['neither file nor database', {}, /^file: give either/],
      ['both file and database', { file, database }, /^file: give either/],
      ['an empty file name', { file: '' }, /^file: must be the path/],
      ['a file name that is no text', { file: 5 }, /^file: must be the path/],
      ['a database that is none', { database }, /^database: must be an open database/],
      ['null as database', { database: null }, /^database: must be an open database/],
      ['a table name with a quote', { file, table: 'a"b' }, /^table: must be a name/],
      ['an empty table name', { file, table: '' }, /^table: must be a name/],
      ['a table name that begins with a digit', { file, table: '1a' }, /^table: must be a name/],
      ['a table name of 64 letters', { file, table: 'a'.repeat(64) }, /^table: must be a name/],
      ["a table name that is SQLite's own", { file, table: 'sqlite_x' }, /^table: must be a name/],
      ['a table name that is no text', { file, table: null }, /^table: must be a name/],
      ['a negative pruneInterval', { file, pruneInterval: -1 }, /^pruneInterval: must be whole milliseconds/],
      ['a broken pruneInterval', { file, pruneInterval: 0.5 }, /^pruneInterval: must be whole milliseconds/],
      ['an endless pruneInterval', { file, pruneInterval: Infinity }, /^pruneInterval: must be whole milliseconds/],
      ['an unknown option', { file, tabel: 'x' }, /^tabel: SqliteStore has no such option/],
    ])('refuses %s and names the option', (_, options, message) => {
      const wrong = options as SqliteStoreOptions; // what a JavaScript user may pass
      expect(() => new SqliteStore(wrong)).toThrow(SessionOptionsError);
      expect(() => new SqliteStore(wrong)).toThrow(message);
    });

    it('says what to install where the binding is missing', () => {
      const missing = () => {
        const error = new Error("Cannot find module 'libsql'\nRequire stack:\n- /app/index.js");
        throw Object.assign(error, { code: 'MODULE_NOT_FOUND' });
      };
      expect(() => openDatabase(':memory:', missing)).toThrow(SessionOptionsError);
      expect(() => openDatabase(':memory:', missing)).toThrow(
        /^file: needs .* npm install libsql .* \(MODULE_NOT_FOUND\); see cause\. See/,
      );
    });

    it('refuses a binding that is something else', () => {
      expect(() => openDatabase(':memory:', () => ({}))).toThrow(/^file: needs the SQLite binding libsql/);
    });

    it('does not make a folder', () => {
      const missing = join(folder, 'missing');
      expect(() => new SqliteStore({ file: join(missing, 'sessions.db') })).toThrow(/^file: cannot be opened/);
      expect(existsSync(missing)).toBe(false);
    });

    it('takes a name that looks like a remote database for a file', () => {
      expect(() => new SqliteStore({ file: 'https://db.invalid/x' })).toThrow(/^file: cannot be opened/);
    });

    it('refuses a file that is no database, and leaves it as it is', () => {
      const file = aFile();
      writeFileSync(file, 'not a database '.repeat(100));
      expect(() => new SqliteStore({ file })).toThrow(/^file: cannot be opened as an SQLite database/);
    });

    it('refuses a database that answers by callbacks or promises', () => {
      const statement = { run: () => ({ changes: 0 }), all: () => [], get: () => Promise.resolve({ columns: '' }) };
      const database = { prepare: () => statement, exec: () => undefined };
      expect(() => new SqliteStore({ database })).toThrow(/^database: must be a synchronous database/);
    });

    it('refuses a database that is closed', () => {
      const database = openDatabase(':memory:');
      database.close();
      expect(() => new SqliteStore({ database })).toThrow(/^database: is not usable as a session store/);
    });
  });

  describe('the table', () => {
    it('is refused where a newer release made it, and is not changed', () => {
      const file = aFile();
      aStore({ file });
      const database = aDatabase(file);
      database.exec(
        'DROP INDEX sessions_expires_at; DROP INDEX sessions_principal; ALTER TABLE sessions ADD COLUMN form INTEGER',
      );
      expect(() => new SqliteStore({ file })).toThrow(/^table: "sessions" has other columns .* newer release/);
      expect(ask(database, "SELECT count(*) FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")).toBe(0);
    });

    it('is refused where it belongs to something else', () => {
      const database = aDatabase();
      database.exec('CREATE TABLE sessions (sid TEXT PRIMARY KEY, sess TEXT, expire INTEGER)');
      expect(() => new SqliteStore({ database })).toThrow(/^table: .*found: sid TEXT,sess TEXT,expire INTEGER/);
    });

    it('keeps its sessions apart from those of another table in the same file', async () => {
      const file = aFile();
      const web = aStore({ file, table: 'web' });
      const admin = aStore({ file, table: 'admin' });
      await web.create('a', aRecord());
      expect(await admin.read('a')).toBeUndefined();
      expect(await admin.create('a', aRecord())).toBe(true);
    });

    it('may be named by a word of SQL', async () => {
      const store = aStore({ file: ':memory:', table: 'Order' });
      await store.create('a', aRecord());
      expect(await store.size()).toBe(1);
    });

    it('holds the principal in a column of its own', async () => {
      const database = aDatabase();
      const store = aStore({ database });
      await store.create('a', aRecord({ principal: 'ada' }));
      expect(ask(database, 'SELECT principal FROM sessions')).toBe('ada');
      await store.update('a', aRecord({ revision: 2, expiresAt: Date.now() - 1 }), 1);
      expect(ask(database, 'SELECT principal FROM sessions')).toBeNull();
      await store.create('a', aRecord({ principal: 'eve' }));
      expect(ask(database, 'SELECT principal FROM sessions')).toBe('eve');
    });
  });
});
