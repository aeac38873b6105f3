import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { afterAll } from 'vitest';
import type { ExpressSessionStore } from 'typed-session';
import session from 'typed-session/express-session';
import { existingStore } from '../servers/suite.js';

// They take the session module, and have no types of their own.
const load = createRequire(import.meta.url) as (
  name: string,
) => (of: unknown) => new (options: object) => ExpressSessionStore & { startInterval?: () => void };
const FileStore = load('session-file-store')(session);
const Memory = load('memorystore')(session);
const Sqlite = load('better-sqlite3-session-store')(session);

const folder = mkdtempSync(join(tmpdir(), 'typed-session-stores-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

existingStore('session-file-store', {
  addsField: '__lastAccess',
  open: () => {
    const path = join(folder, 'files');
    const store = new FileStore({ path, retries: 0, logFn: () => undefined, reapInterval: -1 });
    return Promise.resolve({ store, close: () => undefined });
  },
});

const memory = new Memory({}); // each has sessions of its own
existingStore('memorystore', { open: () => Promise.resolve({ store: memory, close: () => undefined }) });

existingStore('better-sqlite3-session-store', {
  open: () => {
    const client = new Database(join(folder, 'sessions.db'));
    const store = new Sqlite({ client, expired: { clear: false } });
    return Promise.resolve({ store, close: () => client.close() });
  },
});
