import { type } from 'arktype';
import { expectError, expectType } from 'tsd';
import {
  bigintText,
  defineSession,
  expiring,
  isoDate,
  mapOf,
  migration,
  session,
  setOf,
  urlText,
  type Payload,
} from 'typed-session';
import * as v from 'valibot';
import { z } from 'zod';

const secret = 's';
declare const req: Parameters<ReturnType<typeof session>>[0];

// Codecs have the types of what code works with.
const coded = z.object({
  at: isoDate.optional(),
  account: bigintText.optional(),
  home: urlText.optional(),
  tags: setOf(z.enum(['a', 'b'])).optional(),
  seen: mapOf(z.string(), isoDate).optional(),
  code: expiring(z.string(), { after: 60_000 }),
  userId: z.string().brand('UserId').optional(),
});
const codes = session({ schema: coded, secret });
const loaded = codes.of(req);
expectType<Date | undefined>(loaded.at);
expectType<bigint | undefined>(loaded.account);
expectType<URL | undefined>(loaded.home);
expectType<Set<'a' | 'b'> | undefined>(loaded.tags);
expectType<Map<string, Date> | undefined>(loaded.seen);
expectType<(string & z.core.$brand<'UserId'>) | undefined>(loaded.userId);
expectError((loaded.userId = 'ann'));
expectError((loaded.tags = new Set(['c'])));

// A field that expires is typed as one that may be absent, and may be taken.
expectType<string | undefined>(loaded.code);
expectType<Promise<string | undefined>>(loaded.take('code'));
expectError(expiring(z.string()));
expectError(expiring(z.string(), {}));
expectError(expiring(z.string(), { after: '10m' }));

// What a field's metadata says of it is typed.
z.string().meta({ sensitive: true });
z.string().meta({ sensitive: 'encrypted' });
expectError(z.string().meta({ sensitive: 'hidden' }));

// Each migration is typed by the schema that it starts from and the one that it leads to.
const v0 = z.object({ user: z.object({ id: z.string() }).optional() });
const v1 = z.object({ userId: z.string().optional(), seen: z.int().default(0) });
const v2 = z.object({ userId: z.string().optional(), seen: isoDate.optional() });
const toV1 = migration(v0, v1, (old) => {
  expectType<string | undefined>(old.user?.id);
  return { userId: old.user?.id, seen: 0 };
});
const toV2 = migration(v1, v2, ({ userId }) => ({ userId, seen: new Date() }));
// Literals stay literals in what a step returns, and a state can be chosen.
const roles = z.object({ role: z.enum(['user', 'admin']), list: z.array(z.string()) });
migration(v0, roles, (old) => ({ role: old.user === undefined ? 'user' : 'admin', list: [] }));
const states = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('guest') }),
  z.object({ kind: z.literal('user'), userId: z.string() }),
]);
migration(v0, states, ({ user }) => (user === undefined ? { kind: 'guest' } : { kind: 'user', userId: user.id }));
expectError(migration(v0, states, () => ({ kind: 'user' })));
expectError(migration(v0, roles, () => ({ role: 'root', list: [] })));
expectError(migration(v0, v1, () => ({ userId: 'ann' })));
expectError(migration(v0, v1, (old) => ({ userId: old.userId, seen: 0 })));
expectError(migration(v1, v2, ({ userId }) => ({ userId, seen: 'today' })));

const account = defineSession({ schema: v2, version: 2, migrations: { 1: toV1, 2: toV2 } });
expectType<typeof v2>(account.schema);
expectType<Date | undefined>(session({ ...account, secret }).of(req).seen);
expectError(defineSession({ schema: v2, version: 2, migrations: { 1: toV1 } })); // none leads to version 2
expectError(defineSession({ schema: v2, version: 1, migrations: { 1: toV1 } })); // it leads to another schema
expectError(defineSession({ schema: v1, version: 1 }));

// A schema of another library that follows Standard Schema.
const bought = v.object({ userId: v.optional(v.string()), cart: v.optional(v.array(v.string()), []) });
const bySV = session({ schema: bought, secret });
expectType<string | undefined>(bySV.of(req).userId);
expectType<string[]>(bySV.of(req).cart);
expectType<Promise<string[]>>(bySV.of(req).take('cart'));
expectError(bySV.of(req).nope);
expectError(bySV.requireSession('nope'));
expectError(session({ schema: v.object({ userId: v.string() }), secret })); // no first payload
session({ schema: v.object({ userId: v.string() }), secret, initial: { userId: '' } });
const byArk = session({ schema: type({ 'userId?': 'string' }), secret });
expectType<string | undefined>(byArk.of(req).userId);
expectError(byArk.of(req).nope);

// Shapes.
declare const both: Payload<
  z.ZodIntersection<z.ZodObject<{ a: z.ZodOptional<z.ZodString> }>, z.ZodObject<{ b: z.ZodOptional<z.ZodNumber> }>>
>;
expectType<{ a?: string | undefined } & { b?: number | undefined }>(both);
const loose = session({ schema: z.looseObject({ a: z.string().optional() }), secret });
expectType<string | undefined>(loose.of(req).a);
expectType<unknown>(loose.of(req)['anything']);
const record = session({ schema: z.record(z.string(), z.int()), secret });
expectType<number | undefined>(record.of(req)['anything']);
expectError(session({ schema: z.string(), secret }));
expectError(session({ schema: z.object({ save: z.string().optional() }), secret }));
const fixed = session({ schema: z.object({ userId: z.string().optional() }).readonly(), secret });
expectError((fixed.of(req).userId = 'ann'));
