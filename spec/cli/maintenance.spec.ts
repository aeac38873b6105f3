import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { defineSession, migration, session, MemoryStore, type SessionStore } from 'typed-session';
import { SqliteStore } from 'typed-session/sqlite';
import { sessionCookie } from 'typed-session/testing';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { folder } from './command.js';
import { onModule } from './modules.js';

const secret = randomBytes(32).toString('base64url');
const v0 = z.object({ userId: z.string().optional(), views: z.number().default(0) });
const v1 = z.object({ userId: z.string().optional(), visits: z.number().default(0) });

function sqlite(): SqliteStore {
  const store = new SqliteStore({ file: join(folder(), 'sessions.db'), pruneInterval: 0 });
  onTestFinished(() => store.close());
  return store;
}

const before = (store: SessionStore) => session({ schema: v0, secret, store, name: 'shop', principal: 'userId' });

function after(store: SessionStore) {
  const migrations = { 1: migration(v0, v1, ({ views, ...rest }) => ({ ...rest, visits: views })) };
  return session({
    ...defineSession({ schema: v1, version: 1, migrations }),
    secret,
    store,
    name: 'shop',
    principal: 'userId',
  });
}

/** A store with sessions of three users. */
async function filled(count: number): Promise<SqliteStore> {
  const store = sqlite();
  const sessions = before(store);
  for (let at = 0; at < count; at++) await sessionCookie(sessions, { userId: `u${at % 3}`, views: at });
  return store;
}

describe('typed-session migrate', () => {
  it('counts with --dry-run, then migrates, then finds nothing to do', async () => {
    const store = await filled(12);
    const exports = { sessions: after(store) };
    expect((await onModule(exports, ['migrate', 'MODULE', '--dry-run'])).out).toBe(
      '12 sessions seen, 12 would be migrated\n',
    );
    expect((await onModule(exports, ['migrate', 'MODULE'])).out).toBe('12 sessions seen, 12 migrated\n');
    expect(await onModule(exports, ['migrate', 'MODULE', '--json'])).toMatchObject({
      code: 0,
      out: '{"done":true,"seen":12,"migrated":0,"refused":0}\n',
    });
  });

  it('ends with 1 if the schema refuses a session, which stays as it is', async () => {
    const store = await filled(3);
    const strict = session({
      ...defineSession({
        schema: v1,
        version: 1,
        migrations: { 1: migration(v0, v1, () => ({ visits: 'no' }) as never) },
      }),
      secret,
      store,
      name: 'shop',
    });
    const { code, out } = await onModule({ strict }, ['migrate', 'MODULE']);
    expect(out).toContain('3 sessions refused by the schema or a migration');
    expect(code).toBe(1);
  });

  it('stops after a page at Ctrl-C, and prints the command that continues it', async () => {
    const exports = { sessions: after(await filled(12)) };
    const stopped = await onModule(exports, ['migrate', 'MODULE', '--page-size', '5'], { signal: AbortSignal.abort() });
    expect(stopped.out).toContain('5 sessions seen, 5 migrated\n');
    const [, cursor = ''] = /To continue: npx typed-session migrate \S+ --cursor '(.*)'/.exec(stopped.out) ?? [];
    expect(stopped.code).toBe(1);
    const { out } = await onModule(exports, ['migrate', 'MODULE', '--cursor', cursor]);
    expect(out).toBe('7 sessions seen, 7 migrated\n');
  });

  it('says where to continue if the store fails on the way', async () => {
    const store = await filled(12);
    const { scan } = store;
    const failing = vi.spyOn(store, 'scan');
    failing.mockImplementation(async (cursor, limit) => {
      if (cursor !== undefined) throw Object.assign(new Error('private'), { code: 'ECONNRESET' });
      return scan.call(store, cursor, limit);
    });
    const { code, err } = await onModule({ sessions: after(store) }, ['migrate', 'MODULE', '--page-size', '5']);
    expect(err).toMatch(/ECONNRESET[^]*To continue: npx typed-session migrate \S+ --cursor 'shop:/);
    expect(err).not.toContain('private');
    expect(code).toBe(1);
  });

  it('draws a progress bar on a terminal, on the standard error', async () => {
    const exports = { sessions: after(await filled(4)) };
    const { out, err } = await onModule(exports, ['migrate', 'MODULE'], { isInteractive: true });
    expect(err).toMatch(/█+ 100 % of 4 {2}4 migrated/);
    expect(out).toBe('4 sessions seen, 4 migrated\n');
  });

  it('asks which sessions are meant if the module has several', async () => {
    const store = sqlite();
    const exports = { a: before(store), b: session({ schema: v0, secret, store, name: 'admin' }) };
    const { code, err } = await onModule(exports, ['migrate', 'MODULE']);
    expect(err).toContain('choose one with --name shop or --name admin');
    expect(code).toBe(2);
    expect((await onModule(exports, ['migrate', 'MODULE', '--name', 'admin'])).code).toBe(0);
    expect((await onModule(exports, ['migrate', 'MODULE', '--name', 'admni'])).err).toContain('did you mean admin?');
  });
});

describe('typed-session prune', () => {
  it('counts expired sessions with --dry-run, and removes them', async () => {
    const store = await filled(5);
    vi.useFakeTimers({ now: Date.now() + 25 * 60 * 60 * 1000, toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const exports = { sessions: before(store) };
    expect((await onModule(exports, ['prune', 'MODULE', '--dry-run'])).out).toBe(
      '5 expired sessions would be removed\n',
    );
    expect((await onModule(exports, ['prune', 'MODULE'])).out).toBe('5 expired sessions removed\n');
    expect((await onModule(exports, ['prune', 'MODULE', '--json'])).out).toBe('{"prunes":true,"removed":0}\n');
  });

  it('says that there is nothing to do if the server removes expired sessions', async () => {
    const { read, create, update, touch, delete: remove } = new MemoryStore();
    const { code, out } = await onModule({ sessions: before({ read, create, update, touch, delete: remove }) }, [
      'prune',
      'MODULE',
    ]);
    expect(out).toContain('Nothing to do');
    expect(code).toBe(0);
  });
});

describe('typed-session revoke', () => {
  it('ends the sessions of a principal, and no others', async () => {
    const store = await filled(9);
    const sessions = before(store);
    expect((await onModule({ sessions }, ['revoke', 'MODULE', '--principal', 'u1', '--dry-run'])).out).toBe(
      '3 sessions would be ended\n',
    );
    expect((await onModule({ sessions }, ['revoke', 'MODULE', '--principal', 'u1'])).out).toBe('3 sessions ended\n');
    expect(await store.size()).toBe(6);
    expect((await onModule({ sessions }, ['revoke', 'MODULE', '--principal', 'u1', '--json'])).out).toBe(
      '{"done":true,"revoked":0}\n',
    );
  });

  it('finds a principal that is a number by its text', async () => {
    const sessions = session({
      schema: z.object({ user: z.int().optional() }),
      secret,
      store: sqlite(),
      principal: 'user',
    });
    await sessionCookie(sessions, { user: 42 });
    expect((await onModule({ sessions }, ['revoke', 'MODULE', '--principal', '42'])).out).toBe('1 session ended\n');
  });

  it('ends all sessions with --all --yes, and leaves those of another middleware', async () => {
    const store = await filled(12);
    const admin = session({ schema: v0, secret, store, name: 'admin' });
    await sessionCookie(admin, { views: 1 });
    const sessions = before(store);
    expect((await onModule({ sessions }, ['revoke', 'MODULE', '--all', '--dry-run'])).out).toBe(
      '12 sessions would be ended\n',
    );
    expect((await onModule({ sessions }, ['revoke', 'MODULE', '--all', '--yes', '--page-size', '5'])).out).toBe(
      '12 sessions ended\n',
    );
    expect(await store.size()).toBe(1);
  });

  it('continues a run of --all that was stopped', async () => {
    const exports = { sessions: before(await filled(12)) };
    const args = ['revoke', 'MODULE', '--all', '--yes', '--page-size', '5', '--json'];
    const stopped = JSON.parse((await onModule(exports, args, { signal: AbortSignal.abort() })).out);
    expect(stopped).toMatchObject({ done: false, revoked: 5 });
    expect(JSON.parse((await onModule(exports, [...args, '--cursor', stopped.cursor])).out)).toEqual({
      done: true,
      revoked: 7,
    });
  });

  it.each([
    ['neither --principal nor --all', []],
    ['both', ['--principal', 'u1', '--all', '--yes']],
    ['--all without --yes', ['--all']],
    ['an empty principal', ['--principal', '']],
    ['a page size that is no number', ['--all', '--yes', '--page-size', 'many']],
  ])('is called wrongly with %s, and ends nothing', async (_, args) => {
    const store = await filled(3);
    expect(await onModule({ sessions: before(store) }, ['revoke', 'MODULE', ...args])).toMatchObject({ code: 2 });
    expect(await store.size()).toBe(3);
  });

  it('says what the option principal is for if it is not set', async () => {
    const sessions = session({ schema: v0, secret, store: sqlite() });
    const { code, err } = await onModule({ sessions }, ['revoke', 'MODULE', '--principal', 'u1']);
    expect(err).toContain('principal');
    expect(code).toBe(1);
  });
});
