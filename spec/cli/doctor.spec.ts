import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import express from 'express';
import { session, type SessionStore } from 'typed-session';
import { fromExpressSessionStore } from 'typed-session/express-session';
import { SqliteStore } from 'typed-session/sqlite';
import { sessionCookie } from 'typed-session/testing';
import expressSession from 'express-session';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { clockFinding } from '../../lib/cli/doctor/clock-finding.js';
import { child, folder } from './command.js';
import { onModule } from './modules.js';

const secret = randomBytes(32).toString('base64url');
const schema = z.object({ userId: z.string().optional(), cart: z.array(z.string()).default([]) });

function sqlite(): SqliteStore {
  const store = new SqliteStore({ file: join(folder(), 'sessions.db') });
  onTestFinished(() => store.close());
  return store;
}

const options = { schema, secret, name: 'shop', principal: 'userId' } as const;

function inProduction(): void {
  vi.stubEnv('NODE_ENV', 'production');
  onTestFinished(() => void vi.unstubAllEnvs());
}

describe('typed-session doctor', () => {
  it('finds nothing wrong with sound sessions, and ends with 0', async () => {
    const sessions = session({ ...options, store: sqlite() });
    await sessionCookie(sessions, { userId: 'u1' });
    const { code, out } = await onModule({ sessions }, ['doctor', 'MODULE']);
    expect(out).toContain('shop (sessions of ');
    for (const line of [
      /✔ options .*idle deadline 1 day, absolute deadline 30 days/,
      /✔ secret .*1 secret/,
      /✔ schema .*2 fields/,
    ])
      expect(out).toMatch(line);
    for (const line of [
      /✔ principal .*userId/,
      /✔ store .*SqliteStore/,
      /✔ reachable .*a read takes/,
      /✔ sqlite .*write-ahead/,
      /✔ sessions .*all of 1 sampled/,
    ])
      expect(out).toMatch(line);
    expect(out).toContain('no problem, 0 warnings\n');
    expect(code).toBe(0);
  });

  it('finds sessions in a default export, in an object, behind a promise, and mounted in an app', async () => {
    const sessions = session({ ...options, store: sqlite() });
    const app = express();
    const router = express.Router();
    router.use(sessions);
    app.use('/shop', router);
    for (const exports of [
      { default: sessions },
      { services: { sessions } },
      { ready: Promise.resolve(sessions) },
      { app },
    ]) {
      expect((await onModule(exports, ['doctor', 'MODULE'])).out).toContain('shop (');
    }
  });

  it('says what a module exports instead, and what to do about it', async () => {
    const { code, err } = await onModule({ openSessions: () => undefined }, ['doctor', 'MODULE']);
    expect(err).toContain('exports no sessions (it exports openSessions)');
    expect(err).toContain('export const sessions = openSessions(…)');
    expect(code).toBe(1);
  });

  it('recognizes sessions that another copy of the package made', async () => {
    const methods = { list: () => [], revoke: () => 0, migrateAll: () => undefined, of: () => undefined };
    expect((await onModule({ sessions: methods }, ['doctor', 'MODULE'])).err).toContain('another installed copy');
  });

  it('ends with 2 if there is no such file', async () => {
    expect(await onModule({}, ['doctor', 'nowhere.js'])).toMatchObject({ code: 2 });
  });

  it('reports an option that session() refuses, by its name', async () => {
    const importModule = async () => ({ sessions: session({ ...options, idleTimout: 3 } as never) });
    const { code, out } = await onModule({}, ['doctor', 'MODULE'], { importModule });
    expect(out).toMatch(/✖ options .*idleTimout.*did you mean idleTimeout/);
    expect(code).toBe(1);
  });

  it('warns of a weak secret, and never prints it', async () => {
    const { code, out } = await onModule({ sessions: session({ ...options, secret: 'too short', store: sqlite() }) }, [
      'doctor',
      'MODULE',
    ]);
    expect(out).toMatch(/▲ secret .*9 bytes.*\n.*npx typed-session secret/);
    expect(out).not.toContain('too short');
    expect(code).toBe(0);
  });

  it('ends with 1 for a warning under --strict', async () => {
    const sessions = session({ schema, secret, store: sqlite() });
    const { code, out } = await onModule({ sessions }, ['doctor', '--strict', 'MODULE']);
    expect(out).toMatch(/▲ principal .*the schema has userId.*\n.*→ principal: 'userId'/);
    expect(code).toBe(1);
  });

  it('refuses a MemoryStore and an insecure cookie in production', async () => {
    inProduction();
    const sessions = session({ ...options, cookie: { secure: false, httpOnly: false } });
    const { code, out } = await onModule({ sessions }, ['doctor', 'MODULE']);
    expect(out).toMatch(/✖ store .*MemoryStore/);
    expect(out).toMatch(/✖ cookie .*secure is false in production/);
    expect(out).toMatch(/▲ cookie .*httpOnly is false/);
    expect(code).toBe(1);
  });

  it('imports the module as in production with --production', async () => {
    const env: NodeJS.ProcessEnv = {};
    await onModule({ sessions: session({ ...options, store: sqlite() }) }, ['doctor', '--production', 'MODULE'], {
      env,
    });
    expect(env['NODE_ENV']).toBe('production');
  });

  it.each([
    [false, /ℹ proxy .*trust proxy is not set/],
    [true, /▲ proxy .*any client can claim/],
    [1, /✔ proxy .*trust proxy is set/],
  ])('looks at an exported app: trust proxy %s', async (trusted, line) => {
    const app = express().set('trust proxy', trusted);
    const { out } = await onModule({ app, sessions: session({ ...options, store: sqlite() }) }, ['doctor', 'MODULE']);
    expect(out).toMatch(line);
  });

  it('reports a store that does not answer in time, and asks it nothing else', async () => {
    const store = { ...hanging(), constructor: { name: 'RedisStore' } };
    const { code, out } = await onModule({ sessions: session({ ...options, store }) }, [
      'doctor',
      '--timeout',
      '20',
      'MODULE',
    ]);
    expect(out).toMatch(/✖ reachable .*no answer within 20 ms/);
    expect(code).toBe(1);
  });

  it('reports the kind of an error of the store, and not its message', async () => {
    const read = async (): Promise<never> =>
      Promise.reject(Object.assign(new Error('password hunter2'), { code: 'ECONNREFUSED' }));
    const { out } = await onModule({ sessions: session({ ...options, store: { ...hanging(), read } }) }, [
      'doctor',
      'MODULE',
    ]);
    expect(out).toContain('ECONNREFUSED');
    expect(out).not.toContain('hunter2');
  });

  it('counts the stored sessions that do not fit the schema, by path, and prints no value', async () => {
    const store = sqlite();
    const former = session({ schema: z.object({ cart: z.string().default('') }), secret, store, name: 'shop' });
    await sessionCookie(former, { cart: 'three pencils' });
    const { out } = await onModule({ sessions: session({ ...options, store }) }, ['doctor', 'MODULE']);
    expect(out).toMatch(/▲ sessions .*1 of 1 sampled session do not fit the schema: cart \(invalid_type\) ×1/);
    expect(out).not.toContain('pencils');
  });

  it('says what a store that was made for express-session lacks', async () => {
    const store = fromExpressSessionStore(new expressSession.MemoryStore());
    const { out } = await onModule({ sessions: session({ ...options, store }) }, ['doctor', 'MODULE']);
    expect(out).toMatch(/▲ principal .*cannot find sessions by it/);
    expect(out).toMatch(/▲ store .*made for express-session/);
  });

  it('prints one line of JSON with --json', async () => {
    const { out } = await onModule({ sessions: session({ ...options, store: sqlite() }) }, [
      'doctor',
      '--json',
      'MODULE',
    ]);
    expect(JSON.parse(out)).toMatchObject({
      problems: 0,
      warnings: 0,
      sessions: [{ name: 'shop', export: 'sessions' }],
    });
  });

  it('runs as a process on a TypeScript module, and keeps what the app prints out of its result', async () => {
    const env = { SESSION_SECRET: secret, SESSION_FILE: join(folder(), 'sessions.db') };
    const { code, out, err } = await child(['doctor', '--json', 'spec/cli/fixtures/sessions.ts'], { env });
    expect({ code, report: JSON.parse(out) }).toMatchObject({ code: 0, report: { problems: 0 } });
    expect(err).toContain('the app prints what it likes');
  });
});

describe('the comparison of clocks', () => {
  it.each([
    [0, 'ok'],
    [5_000, 'warning'],
    [-5_000, 'warning'],
    [120_000, 'problem'],
  ])('judges a server that is %i ms ahead: %s', async (ahead, level) => {
    expect(await clockFinding(async () => Date.now() + ahead)).toMatchObject({ level });
  });
});

/** A store whose reads never end. */
function hanging(): SessionStore {
  const never = async (): Promise<never> => new Promise(() => undefined);
  return { read: never, create: never, update: never, touch: never, delete: never };
}
