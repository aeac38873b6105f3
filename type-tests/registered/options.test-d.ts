import type { Request } from 'express';
import { expectError, expectType } from 'tsd';
import { MemoryStore, session, type SessionMiddleware } from 'typed-session';
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
    return { maxAge: 5, domain: req.hostname };
  },
  principal: 'userId',
  merge: {
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
expectError(session({ schema: sessionSchema, secret, resave: false }));
expectError(session({ schema: sessionSchema, secret, principal: 'nope' }));
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

// No field may be named like a member of req.session.
expectError(session({ schema: z.object({ id: z.string().optional() }), secret }));
expectError(session({ schema: z.object({ save: z.boolean().default(true) }), secret }));
expectError(session({ schema: z.object({ cookie: z.unknown().optional() }), secret }));

// Several middlewares, each with its own schema.
const admin = session({ schema: z.object({ rights: z.array(z.string()).default([]) }), secret, name: 'admin' });
declare const request: Request;
expectType<string[]>(admin.of(request).rights);
expectType<string[]>((await admin.load(request)).rights);
admin.require('rights');
expectError(admin.require('userId'));
expectError(admin.of(request).userId);

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
