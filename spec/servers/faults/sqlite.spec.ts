import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SqliteStore } from 'typed-session/sqlite';
import { serve, type Client } from '../../support/app.js';
import { noUnhandledRejections } from './bench.js';
import { faultyShop, listenerOf } from './shop.js';

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'typed-session-sqlite-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** An app on a file, with a lock waited for no longer than `busy` milliseconds. */
async function aShop(file: string, busy = 20): Promise<{ client: Client; database: Database.Database }> {
  const database = new Database(file);
  for (const pragma of [`busy_timeout = ${busy}`, 'journal_mode = WAL', 'synchronous = NORMAL']) database.exec(`PRAGMA ${pragma}`); // prettier-ignore
  const store = new SqliteStore({ database, pruneInterval: 0 });
  onTestFinished(async () => {
    await store.close();
    database.close();
  });
  return { client: await serve(listenerOf(faultyShop(store))), database };
}

/** Another process that holds the lock for writing until it is ended. */
async function lockElsewhere(file: string): Promise<() => Promise<void>> {
  const script = `
    const database = new (require('libsql'))(process.argv[1]);
    database.exec('BEGIN IMMEDIATE');
    console.log('locked');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['-e', script, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const end = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };
  onTestFinished(end);
  await once(child.stdout, 'data');
  return end;
}

/** A small disk, where one can be mounted. */
function aSmallDisk(): string | undefined {
  const folder = newFolder();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  onTestFinished(() => {
    execFileSync('umount', ['-l', folder]);
  });
  return folder;
}

/** Puts things into the cart until the store refuses one; gives those that were answered with success. */
async function putUntilRefused(client: Client): Promise<string[]> {
  const put: string[] = [];
  for (let at = 0; at < 1_000; at++) {
    const sku = `${at}-${'x'.repeat(500)}`;
    const { status, text, cookies } = await client.get(`/put?sku=${sku}`);
    if (status !== 200) {
      expect({ status, cookies }).toEqual({ status: 503, cookies: [] });
      expect(text).toContain('(SQLITE_FULL)');
      return put;
    }
    put.push(sku);
  }
  throw new Error('the disk is not full');
}

describe('an SQLite file', () => {
  noUnhandledRejections();

  it('that another process keeps locked: reads go on, a write is a 503, and nothing is lost', async () => {
    const file = join(newFolder(), 'sessions.db');
    const { client } = await aShop(file);
    await client.get('/login');
    await client.get('/view');
    const jar = new Map(client.jar);
    const unlock = await lockElsewhere(file);
    expect((await client.get('/account')).status).toBe(200);
    for (const path of ['/view', '/put?sku=tea', '/login?as=eve', '/logout']) {
      const { status, text, cookies } = await client.get(path);
      expect({ path, status, cookies }).toEqual({ path, status: 503, cookies: [] });
      expect(text).toContain('(SQLITE_BUSY)');
    }
    expect(client.jar).toEqual(jar);
    await unlock();
    expect(await client.json('/')).toEqual({ views: 1, userId: 'ada', cart: [] });
    expect(await client.json('/view')).toBe(2);
  });

  it('on a disk that is full: reads go on, a write is a 503, and nothing that was answered is lost', async () => {
    const disk = aSmallDisk();
    const { client, database } = await aShop(join(disk ?? newFolder(), 'sessions.db'));
    await client.get('/login');
    const filler = join(disk ?? '', 'filler');
    if (disk === undefined) {
      database.exec('PRAGMA max_page_count = 20'); // no disk can be mounted here: a file that may grow no further fails alike
    } else {
      expect(() => { for (;;) appendFileSync(filler, Buffer.alloc(4096)); }).toThrow('ENOSPC'); // prettier-ignore
    }
    const put = await putUntilRefused(client);
    expect((await client.get('/account')).status).toBe(200);
    expect(await client.json('/')).toEqual({ views: 0, userId: 'ada', cart: put });
    if (disk === undefined) database.exec('PRAGMA max_page_count = 1000000');
    else rmSync(filler);
    expect(await client.json('/view')).toBe(1);
    expect(await client.json('/')).toEqual({ views: 1, userId: 'ada', cart: put });
  });

  it('that was closed: a 503', async () => {
    const store = new SqliteStore({ file: join(newFolder(), 'sessions.db') });
    const client = await serve(listenerOf(faultyShop(store)));
    await client.get('/view');
    await store.close();
    expect((await client.get('/view')).status).toBe(503);
  });
});
