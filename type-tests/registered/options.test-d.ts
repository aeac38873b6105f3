import type { Request } from 'express';
import { expectError, expectType } from 'tsd';
import { MemoryStore, session, type ReservedField, type SessionMiddleware } from 'typed-session';
import { z } from 'zod';
import * as mini from 'zod/mini';
import { sessionSchema } from './schema.js';

const secret = 's';

// Everything is inferred from the schema.
expectType<SessionMiddleware<typeof sessionSchema>>(session({ schema: sessionSchema, secret }));
session({
  schema: sessionSchema,
  secret: ['new', Buffer.from('old')],
  store: new MemoryStore(),
  cookie: (req) => {
    expectType<Request>(req);
    expectType<string | undefined>(req.session.userId);
    return { maxAge: 5, domain: req.hostname };
  },
  principal: 'userId',
  carryOver: ['cart'],
  merge: {
    lastLogin: (base, mine, theirs) => {
      expectType<Date | undefined>(base);
      return mine ?? theirs;
    },
    cart: (base, mine, theirs) => {
      expectType<{ sku: string; qty: number }[]>(base);
      return [...mine, ...theirs];
    },
  },
  onInvalid: ({ data, issues }) => {
    expectType<Readonly<Record<string, unknown>> | undefined>(data);
    return issues.length > 1 ? undefined : { role: 'user' as const, nickname: null, cart: [] };
  },
  onError: (error, req) => {
    expectType<Error>(error);
    expectType<Request>(req);
  },
});

expectError(session({ schema: sessionSchema }));
expectError(session({ schema: sessionSchema, secret: 5 }));
expectError(session({ schema: sessionSchema, secret: undefined }));
session({
  schema: sessionSchema,
  secret,
  resave: false,
  saveUninitialized: false,
  rolling: true,
  unset: 'destroy',
  proxy: true,
});
session({ schema: sessionSchema, secret, genid: (req) => req.path, cookie: { sameSite: 'auto' } });
session({ schema: z.object({ constructor: z.string().optional() }), secret });
expectError(session({ schema: sessionSchema, secret, resave: 'no' }));
expectError(session({ schema: sessionSchema, secret, unset: 'forget' }));
expectError(session({ schema: sessionSchema, secret, genid: () => 5 }));
expectError(session({ schema: sessionSchema, secret, key: 'sid' }));
expectError(session({ schema: sessionSchema, secret, principal: 'nope' }));
expectError(session({ schema: sessionSchema, secret, principal: 'id' }));
expectError(session({ schema: sessionSchema, secret, principal: 'userId', carryOver: ['kart'] }));
expectError(session({ schema: sessionSchema, secret, onInvalid: 'ignore' }));
expectError(session({ schema: sessionSchema, secret, onInvalid: () => ({ role: 'root' }) }));
expectError(session({ schema: sessionSchema, secret, cookie: () => ({ sameSite: 'lux' }) }));
expectError(session({ schema: sessionSchema, secret, merge: { cart: (a: string) => a } }));
expectError(session({ secret }));
expectError(session());
expectError(session({ schema: sessionSchema, secret, merge: { nope: () => 1 } }));
expectError(session({ schema: sessionSchema, secret, merge: { role: () => 'root' } }));
expectError(session({ schema: sessionSchema, secret, cookie: { sameSite: 'lux' } }));
expectError(session({ schema: sessionSchema, secret, cookie: { maxage: 5 } }));
expectError(session({ schema: sessionSchema, secret, idleTimeout: '1h' }));
expectError(session({ schema: sessionSchema, secret, store: {} }));
expectError(session({ schema: { userId: z.string() }, secret }));
expectError(session({ schema: z.string(), secret }));

// A schema that refuses {} needs a first payload.
const strict = z.object({ kind: z.literal('anonymous'), seen: z.date().optional() });
expectError(session({ schema: strict, secret }));
session({ schema: strict, secret, initial: { kind: 'anonymous' } });
session({ schema: strict, secret, initial: () => ({ kind: 'anonymous' as const }) });
expectError(session({ schema: strict, secret, initial: { kind: 'other' } }));
session({ schema: sessionSchema, secret, initial: { role: 'admin', nickname: null, cart: [] } });
expectError(session({ schema: z.looseObject({ a: z.string() }), secret }));
expectError(session({ schema: mini.object({ a: mini.string() }), secret }));
session({ schema: mini.object({ a: mini.string() }), secret, initial: { a: '' } });
// These accept {}, each in its way.
session({ schema: z.object({}), secret });
session({ schema: z.object({ a: z.string() }).partial(), secret });
session({ schema: z.strictObject({ a: z.string().optional() }), secret });
session({ schema: z.looseObject({ a: z.string().optional() }), secret });
session({ schema: z.record(z.string(), z.unknown()), secret });
session({ schema: z.object({ a: z.string().default('') }).refine(({ a }) => a !== 'x'), secret });
// take is for what it can put back to something.
const taking = session({ schema: strict, secret, initial: { kind: 'anonymous' } });
declare const anyRequest: Request;
expectError(taking.of(anyRequest).take('kind'));
expectType<Promise<Date | undefined>>(taking.of(anyRequest).take('seen'));

// No field may be named like a member of req.session.
expectError(session({ schema: z.object({ id: z.string().optional() }), secret }));
expectError(session({ schema: z.object({ save: z.boolean().default(true) }), secret }));
expectError(session({ schema: z.object({ cookie: z.unknown().optional() }), secret }));
expectError(session({ schema: z.object({ then: z.string().optional() }), secret }));
expectError(session({ schema: z.object({ take: z.string() }), secret, initial: { take: '' } }));
expectError(session({ schema: mini.object({ id: mini.optional(mini.string()) }), secret }));
const ids = z.union([z.object({ a: z.string().optional() }), z.object({ id: z.string().optional() })]);
expectError(session({ schema: ids, secret }));
expectType<'id' | 'cookie'>({} as Extract<ReservedField, 'id' | 'cookie' | 'userId'>);

// Several middlewares, each with its own schema.
const admin = session({ schema: z.object({ rights: z.array(z.string()).default([]) }), secret, name: 'admin' });
declare const request: Request;
expectType<string[]>(admin.of(request).rights);
expectType<string[]>((await admin.load(request)).rights);
admin.requireSession('rights');
expectError(admin.requireSession('userId'));
expectError(admin.of(request).userId);
expectError((admin.of(request).rights = 'all'));
const guest = session({ schema: z.object({ visits: z.int().default(0) }), secret, name: 'guest' });
expectType<number>(guest.of(request).visits);
expectType<Promise<number>>(guest.of(request).take('visits'));
expectError(guest.of(request).rights);
expectError(guest.requireSession('rights'));
expectType<string | undefined>(request.session.userId); // the registered one

// A union narrows by its tag.
const states = session({
  schema: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('anonymous') }),
    z.object({ kind: z.literal('user'), userId: z.string() }),
  ]),
  secret,
  initial: { kind: 'anonymous' },
});
const state = states.of(request);
expectError(state.userId);
if (state.kind === 'user') expectType<string>(state.userId);

// zod/mini is zod.
const small = session({ schema: mini.object({ views: mini._default(mini.number(), 0) }), secret });
expectType<number>(small.of(request).views);
