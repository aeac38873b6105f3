import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { writeFileSync } from 'node:fs';
import expressSession from 'express-session';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { child, command, folder } from './command.js';

const FileStore = createRequire(import.meta.url)('session-file-store')(expressSession);

/** Writes sessions with session-file-store, and returns its folder. */
async function files(payloads: readonly object[], cookie: object = { originalMaxAge: 60_000 }): Promise<string> {
  const path = folder();
  const store = new FileStore({ path, reapInterval: -1, logFn: () => undefined });
  for (const [at, payload] of payloads.entries()) {
    await promisify(store.set.bind(store))(`id-${at}`, { cookie, ...payload });
  }
  return path;
}

/** The schema that the printed TypeScript declares. */
function compiled(code: string): z.ZodObject {
  const body = code
    .replace(/^import.*$/m, '')
    .replace('export const sessionSchema =', 'return')
    .replace(/^declare module[^]*/m, '');
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the code is what the command printed
  return new Function('z', body)(z);
}

const sessions = Array.from({ length: 20 }, (_, at) => ({
  userId: randomUUID(),
  views: at,
  lastLogin: new Date(at).toISOString(),
  ...(at % 2 === 0 && { passport: { user: { id: at, name: `name-of-${at}` } } }),
  cart: [{ sku: `sku-${at}`, qty: at, price: at / 3 }],
  flash: at % 4 === 0 ? { error: ['wrong password of somebody'] } : {},
  returnTo: at === 3 ? null : `/path/${at}`,
  'oauth2:github': { state: 'secret-state' },
}));

describe('typed-session schema infer', () => {
  it('proposes a schema that all of the sessions fit, with the number of sessions that have each field', async () => {
    const { code, out } = await command(['schema', 'infer', await files(sessions)]);
    expect(code).toBe(0);
    for (const line of ['userId: z.uuid().optional(), // in 20 of 20', 'views: z.int().optional(), // in 20 of 20'])
      expect(out).toContain(line);
    for (const line of ['lastLogin: z.iso.datetime().optional()', 'returnTo: z.string().nullable().optional()'])
      expect(out).toContain(line);
    expect(out).toContain("'oauth2:github': z.object({");
    expect(out).toContain('}).optional(), // in 10 of 20');
    expect(out).toContain('// - lastLogin: texts of dates. If handlers assign a Date, use isoDate of typed-session');
    const schema = compiled(out);
    for (const payload of sessions) expect(schema.parse(payload)).toEqual(payload);
    expect(schema.parse({})).toEqual({});
  });

  it('says so if nothing would be lost, and prints JavaScript with --js', async () => {
    const { out } = await command(['schema', 'infer', await files([{ views: 1 }]), '--js']);
    expect(out).toContain('// Nothing would be lost.');
    expect(out).toMatch(/views: z\.number\(\)\.optional\(\), \/\/ in 1 of 1\n\}\);\n$/);
  });

  it('prints no value, whatever the sessions contain', async () => {
    const { out, err } = await command(['schema', 'infer', await files(sessions)]);
    for (const value of ['name-of', 'sku-', 'wrong password', '/path/', 'secret-state', sessions[0]!.userId]) {
      expect(out + err).not.toContain(value);
    }
  });

  it('proposes a record for an object whose keys are data, and prints none of them', async () => {
    const payloads = sessions.map(({ userId }, at) => ({
      byUser: { [userId]: 1 },
      byName: Object.fromEntries(
        [`anna${'abcdefghijklmnopqrst'.charAt(at)}`, `bert${'abcdefghijklmnopqrst'.charAt(at)}`].map((name) => [
          name,
          at % 2 ? 'x' : 1,
        ]),
      ),
      [`ada${at}@example.com`]: true,
    }));
    const { out } = await command(['schema', 'infer', await files(payloads)]);
    expect(out).toContain('byUser: z.record(z.string(), z.int()).optional()');
    expect(out).toMatch(/byName: z\.record\(z\.string\(\), z\.union\(/);
    expect(out).toContain('20 sessions have fields whose names look like data');
    for (const key of ['anna', 'bert', 'ada', sessions[0]!.userId]) expect(out).not.toContain(key);
  });

  it('lists what would be lost: unreadable values, reserved names, mixed kinds, and long lives', async () => {
    const path = await files([{ id: 'x', mixed: 1 }, { mixed: 'one' }], { originalMaxAge: 90 * 24 * 60 * 60 * 1000 });
    writeFileSync(join(path, 'broken.json'), '{"cookie":');
    writeFileSync(join(path, 'foreign.json'), '{"not":"a session"}');
    const { out } = await command(['schema', 'infer', path]);
    expect(out).toContain('// - 2 stored values cannot be read as a session');
    expect(out).toContain('// - id (1 session): req.session has a member of this name');
    expect(out).toMatch(/^ {2}\/\/ id: z\.string\(\)/m);
    expect(out).toContain('// - mixed: values of 2 kinds');
    expect(out).toContain('// - 2 sessions have a cookie that lives for more than 30 days');
  });

  it('prints one line of JSON with --json', async () => {
    const { out } = await command(['schema', 'infer', await files(sessions), '--json']);
    expect(JSON.parse(out)).toMatchObject({
      sessions: 20,
      unreadable: 0,
      fields: { userId: 20, passport: 10 },
      losses: [expect.stringContaining('lastLogin')],
    });
  });

  it('reads at most as many sessions as --limit says', async () => {
    const { out } = await command(['schema', 'infer', await files(sessions), '--limit', '5', '--json']);
    expect(JSON.parse(out)).toMatchObject({ sessions: 5 });
  });

  it('ends with 1 if nothing is stored, and with 2 if the source is none', async () => {
    expect(await command(['schema', 'infer', folder()])).toMatchObject({
      code: 1,
      err: expect.stringContaining('no session is stored there'),
    });
    expect(await command(['schema', 'infer', 'nowhere'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('neither a URL'),
    });
    expect(await command(['schema', 'infer', 'mysql://localhost'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('mysql:// is not supported'),
    });
  });

  it('writes only the TypeScript to the standard output of the process', async () => {
    const { code, out } = await child(['schema', 'infer', await files(sessions)]);
    expect(code).toBe(0);
    expect(out).toMatch(/^\/\/ Proposed by typed-session schema infer from 20 stored sessions/);
    expect(out).toMatch(/\}\n$/);
  });
});
