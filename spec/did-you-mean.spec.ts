import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cached, MemoryStore, requireSession, session } from 'typed-session';
import { RedisStore } from 'typed-session/redis';
import { SqliteStore } from 'typed-session/sqlite';
import { z } from 'zod';
import { didYouMean } from '../lib/did-you-mean.js';

const schema = z.object({ n: z.int().default(0) });
const options = { schema, secret: 'Vq3ZsT7nJx0LpR5uYb2WkGd9FhMc6Ea1' };

describe('an unknown option', () => {
  it.each<[string, () => unknown]>([
    ['did you mean rolling?', () => session({ ...options, roling: true } as never)],
    ['did you mean saveUninitialized?', () => session({ ...options, saveUninitialised: true } as never)],
    ['did you mean secret?', () => session({ ...options, secrets: [] } as never)],
    ['did you mean idleTimeout?', () => session({ ...options, idletimeout: 1 } as never)],
    ['did you mean httpOnly?', () => session({ ...options, cookie: { httponly: true } } as never)],
    ['did you mean sameSite?', () => session({ ...options, cookie: { smaeSite: true } } as never)],
    ['did you mean maxSessions?', () => new MemoryStore({ maxSession: 5 } as never)],
    ['did you mean prefix?', () => new RedisStore({ client: {}, perfix: 'x' } as never)],
    ['did you mean table?', () => new SqliteStore({ file: ':memory:', tabel: 'x' } as never)],
    ['did you mean onMissing?', () => requireSession({ onMising: () => undefined } as never)],
    ['did you mean ttl?', () => cached(new MemoryStore(), { tll: 5 } as never)],
  ])('is an error that asks: %s', (question, make) => {
    expect(make).toThrow(question);
  });

  it.each(['onMissing', 'onForbidden'])('is no question where %s stands among the values of a guard', (handler) => {
    const mixed = { role: 'admin', [handler]: () => undefined } as never;
    expect(() => requireSession(mixed)).toThrow(/must be in a separate object/);
  });

  it('is an error that asks in list(), revoke() and migrateAll() too', async () => {
    const sessions = session({ ...options, schema: z.object({ userId: z.string().optional() }), principal: 'userId' });
    await expect(sessions.list('1', { curent: {} } as never)).rejects.toThrow('did you mean current?');
    await expect(sessions.revoke('1', { exept: {} } as never)).rejects.toThrow('did you mean except?');
    await expect(sessions.migrateAll({ pagesize: 1 } as never)).rejects.toThrow('did you mean pageSize?');
  });

  it('is not guessed at if no name is like it', () => {
    expect(() => session({ ...options, colour: 'blue' } as never)).toThrow(
      /^colour: is not an option of session\(\)\. See/,
    );
  });
});

it('a name with one slip is recognised: a letter left out, added, replaced, or swapped', () => {
  const known = ['absoluteTimeout', 'principal', 'onInvalid', 'migrations', 'storeTimeout'];
  fc.assert(
    fc.property(fc.constantFrom(...known), fc.nat(), fc.constantFrom('drop', 'add', 'replace', 'swap'), (name, n, slip) => {
      const at = n % (name.length - 1);
      const [before, rest] = [name.slice(0, at), name.slice(at)];
      const slipped = {
        drop: before + rest.slice(1),
        add: `${before}x${rest}`,
        replace: `${before}x${rest.slice(1)}`,
        swap: `${before}${rest.charAt(1)}${rest.charAt(0)}${rest.slice(2)}`,
      }[slip];
      expect(didYouMean(slipped, known)).toBe(` (did you mean ${name}?)`);
    }),
  ); // prettier-ignore
});
