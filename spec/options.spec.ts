import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { MemoryStore, session, SessionOptionsError } from 'typed-session';
import { z } from 'zod';
import { withoutLink } from './support/message.js';

const schema = z.object({ userId: z.string().optional() });
const good = { schema, secret: 's' };

/** Calls session() as plain JavaScript would, and gives the option that its error names. */
function refused(options: unknown): SessionOptionsError {
  try {
    session(options as typeof good);
  } catch (error) {
    if (error instanceof SessionOptionsError) return error;
    throw error;
  }
  throw new Error('was accepted');
}

const privateKey = createPrivateKey(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));

const cases: readonly (readonly [what: string, options: unknown, option: string])[] = [
  ['no options', undefined, 'options'],
  ['null', null, 'options'],
  ['an unknown option', { ...good, saveUninitialised: false }, 'saveUninitialised'],
  ['no secret', { schema }, 'secret'],
  ['a secret that is undefined', { ...good, secret: undefined }, 'secret'],
  ['an empty secret', { ...good, secret: '' }, 'secret'],
  ['no secret in the array', { ...good, secret: [] }, 'secret'],
  ['an empty secret in the array', { ...good, secret: ['a', ''] }, 'secret'],
  ['an empty Buffer', { ...good, secret: Buffer.alloc(0) }, 'secret'],
  ['a number as secret', { ...good, secret: 5 }, 'secret'],
  ['a private key as secret', { ...good, secret: privateKey }, 'secret'],
  ['no schema', { secret: 's' }, 'schema'],
  ['a schema that is a shape', { ...good, schema: { userId: z.string() } }, 'schema'],
  ['a schema that is null', { ...good, schema: null }, 'schema'],
  ['a schema of no object', { ...good, schema: z.string().default('x') }, 'schema'],
  ['a schema that refuses {}', { ...good, schema: z.object({ a: z.string(), b: z.number() }) }, 'initial'],
  [
    'an initial payload that the schema refuses',
    { schema: z.object({ a: z.string() }), secret: 's', initial: { a: 1 } },
    'initial',
  ],
  ['an initial payload with a field too many', { ...good, initial: { nope: 1 } }, 'initial'],
  ['a reserved field', { ...good, schema: z.object({ cookie: z.string().optional() }) }, 'schema'],
  [
    'a reserved field in a union',
    {
      ...good,
      initial: { k: 1 },
      schema: z.union([z.object({ k: z.literal(1) }), z.object({ k: z.literal(2), save: z.string() })]),
    },
    'schema',
  ],
  [
    'a reserved field in an intersection',
    { ...good, schema: z.intersection(z.object({}), z.object({ id: z.string().optional() })) },
    'schema',
  ],
  ['a date without a codec', { ...good, schema: z.object({ at: z.date().optional() }) }, 'schema'],
  [
    'a Map deep inside',
    { ...good, schema: z.object({ a: z.array(z.object({ m: z.map(z.string(), z.string()) })).default([]) }) },
    'schema',
  ],
  ['a one-way transform', { ...good, schema: z.object({ n: z.string().transform(Number).optional() }) }, 'schema'],
  ['an async refinement', { ...good, schema: schema.refine(() => Promise.resolve(true)) }, 'schema'],
  ['a name with a space', { ...good, name: 'a b' }, 'name'],
  ['an empty name', { ...good, name: '' }, 'name'],
  ['a name with a semicolon', { ...good, name: 'a;b' }, 'name'],
  ['a number as name', { ...good, name: 1 }, 'name'],
  ['an unknown cookie option', { ...good, cookie: { samesite: 'lax' } }, 'cookie.samesite'],
  ['a cookie that is true', { ...good, cookie: true }, 'cookie'],
  ["sameSite 'none' without secure", { ...good, cookie: { sameSite: 'none' } }, 'cookie.sameSite'],
  ["sameSite 'none' with secure 'auto'", { ...good, cookie: { sameSite: 'none', secure: 'auto' } }, 'cookie.sameSite'],
  ['an unknown sameSite', { ...good, cookie: { sameSite: 'Lax ' } }, 'cookie.sameSite'],
  ['partitioned without secure', { ...good, cookie: { partitioned: true } }, 'cookie.partitioned'],
  ['secure that is text', { ...good, cookie: { secure: 'true' } }, 'cookie.secure'],
  ['httpOnly that is a number', { ...good, cookie: { httpOnly: 1 } }, 'cookie.httpOnly'],
  ['an unknown priority', { ...good, cookie: { priority: 'urgent' } }, 'cookie.priority'],
  ['a relative path', { ...good, cookie: { path: 'app' } }, 'cookie.path'],
  ['a path with a semicolon', { ...good, cookie: { path: '/a;b' } }, 'cookie.path'],
  ['a domain with a space', { ...good, cookie: { domain: 'a b.example' } }, 'cookie.domain'],
  ['a domain that is a number', { ...good, cookie: { domain: 7 } }, 'cookie.domain'],
  ['a negative maxAge', { ...good, cookie: { maxAge: -1 } }, 'cookie.maxAge'],
  ['a maxAge that is NaN', { ...good, cookie: { maxAge: NaN } }, 'cookie.maxAge'],
  ['an encode that throws', { ...good, cookie: { encode: () => { throw new Error(); } } }, 'cookie.encode'], // prettier-ignore
  ['an encode whose value no cookie can have', { ...good, cookie: { encode: (value: string) => `${value}\r\nX: 1` } }, 'cookie.encode'], // prettier-ignore
  ['an encode that cannot be undone', { ...good, cookie: { encode: btoa } }, 'cookie.encode'],
  ['a maxAge that is text', { ...good, cookie: { maxAge: '1h' } }, 'cookie.maxAge'],
  ['expires that is a number', { ...good, cookie: { expires: 5 } }, 'cookie.expires'],
  ['expires that is no date', { ...good, cookie: { expires: new Date('x') } }, 'cookie.expires'],
  ['__Host- without secure', { ...good, name: '__Host-s' }, 'cookie.secure'],
  ['__Secure- without secure', { ...good, name: '__Secure-s' }, 'cookie.secure'],
  ['__Host- with a path', { ...good, name: '__Host-s', cookie: { secure: true, path: '/a' } }, 'cookie.path'],
  [
    '__Host- with a domain',
    { ...good, name: '__Host-s', cookie: { secure: true, domain: 'a.example' } },
    'cookie.domain',
  ],
  ['a negative idleTimeout', { ...good, idleTimeout: -5 }, 'idleTimeout'],
  ['an idleTimeout that is NaN', { ...good, idleTimeout: NaN }, 'idleTimeout'],
  ['an idleTimeout without end', { ...good, idleTimeout: Infinity }, 'idleTimeout'],
  ['an absoluteTimeout of 0', { ...good, absoluteTimeout: 0 }, 'absoluteTimeout'],
  ['a negative touchAfter', { ...good, touchAfter: -1 }, 'touchAfter'],
  ['a storeTimeout of 0', { ...good, storeTimeout: 0 }, 'storeTimeout'],
  ['a storeTimeout too long for a timer', { ...good, storeTimeout: 2 ** 31 }, 'storeTimeout'],
  ['an unknown load', { ...good, load: 'lazy' }, 'load'],
  ['an unknown onInvalid', { ...good, onInvalid: 'ignore' }, 'onInvalid'],
  ['an unknown conflict', { ...good, conflict: 'retry' }, 'conflict'],
  ['an unknown onEnded', { ...good, onEnded: 'ignore' }, 'onEnded'],
  ['a merge that is no function', { ...good, merge: { userId: true } }, 'merge.userId'],
  ['a merge for no field', { ...good, merge: { nope: () => 1 } }, 'merge.nope'],
  ['a principal that is no field', { ...good, principal: 'nope' }, 'principal'],
  ['a principal with a default', { ...good, schema: z.object({ user: z.string().default('') }), principal: 'user' }, 'principal'], // prettier-ignore
  ['a principal that initial sets', { ...good, initial: { userId: 'u' }, principal: 'userId' }, 'principal'],
  ['a principal that is a number', { ...good, principal: 1 }, 'principal'],
  ['an onError that is text', { ...good, onError: 'log' }, 'onError'],
  ['a store that is none', { ...good, store: {} }, 'store'],
  ['a store that lacks a method', { ...good, store: Object.assign(new MemoryStore(), { touch: undefined }) }, 'store'],
  ['an express-session store that lacks a method', { ...good, store: { get() {}, set() {} } }, 'store'],
  ["express-session's old name for name", { ...good, key: 'sid' }, 'key'],
  ['a genid that is no function', { ...good, genid: 'uuid' }, 'genid'],
  ['a proxy that is a number', { ...good, proxy: 1 }, 'proxy'],
  ['a rolling that is text', { ...good, rolling: 'yes' }, 'rolling'],
  ['a resave that is text', { ...good, resave: 'false' }, 'resave'],
  ['a saveUninitialized that is a number', { ...good, saveUninitialized: 0 }, 'saveUninitialized'],
  ['an unknown unset', { ...good, unset: 'delete' }, 'unset'],
  ['an encode that is no function', { ...good, cookie: { encode: 'base64' } }, 'cookie.encode'],
];

describe('session() refuses at start-up, naming the option:', () => {
  it.each(cases)('%s', (_, options, option) => {
    const error = refused(options);
    expect(error.option).toBe(option);
    expect(error.message.startsWith(`${option}: `)).toBe(true);
    expect(error.code).toBe('SESSION_OPTIONS');
  });

  it('and never the secret itself', () => {
    expect(refused({ ...good, secret: ['my secret text', ''] }).message).not.toContain('my secret');
  });

  it('and says what to do', () => {
    expect(refused({ ...good, schema: z.object({ at: z.date().optional() }) }).message).toContain('isoDate');
    expect(refused({ ...good, schema: z.object({ a: z.string() }) }).message).toMatch(
      /make a optional, give a default, or pass initial/,
    );
    expect(withoutLink(refused({ ...good, initial: { userId: 'u' }, principal: 'userId' }).message)).toBe(
      'principal: must be absent from a new session, which belongs to nobody: give the field userId no default, and leave it out of initial',
    );
    expect(refused({ ...good, store: { read() {}, create() {} } }).message).toContain('update, touch, delete');
  });
});

describe('session() accepts', () => {
  it('every kind of secret', () => {
    for (const secret of ['s', Buffer.from('s'), new Uint8Array([1]), ['new', 'old']]) {
      expect(() => session({ schema, secret })).not.toThrow();
    }
  });

  it('a schema that refuses {} with an initial payload, or a function that makes it', () => {
    const strict = z.object({ kind: z.literal('anonymous') });
    expect(() => session({ schema: strict, secret: 's', initial: { kind: 'anonymous' } })).not.toThrow();
    expect(() =>
      session({ schema: strict, secret: 's', initial: () => ({ kind: 'anonymous' }) as const }),
    ).not.toThrow();
  });

  it('a __Host- cookie that keeps the rules', () => {
    expect(() => session({ ...good, name: '__Host-session', cookie: { secure: true } })).not.toThrow();
  });

  it('options that are undefined, as if they were left out', () => {
    expect(() =>
      session({
        ...good,
        store: undefined,
        name: undefined,
        cookie: undefined,
        idleTimeout: undefined,
        merge: undefined,
      }),
    ).not.toThrow();
  });
});
