// Excess fields are refused where a payload is made, and right payloads compile.
import type { Request } from 'express';
import { bigintText, isoDate, mapOf, migration, session, setOf, urlText } from 'typed-session';
import * as v from 'valibot';
import { z } from 'zod';
import * as zm from 'zod/mini';
import { sessionSchema as schema } from './programs.js';

const secret = 's';
declare const cond: boolean;
declare const req: Request;
// migration misspelt
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P0 { const v0 = z.object({ user: z.string().optional() }), v1 = z.object({ userId: z.string().optional() }); migration(v0, v1, (old) => ({ userID: old.user })); }
// migration misspelt beside right
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P1 { const v0 = z.object({ user: z.string().optional() }), v1 = z.object({ userId: z.string().optional(), n: z.number().default(0) }); migration(v0, v1, (old) => ({ n: 1, userID: old.user })); }
// migration excess block body
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P2 { const v0 = z.object({ user: z.string().optional() }), v1 = z.object({ userId: z.string().optional(), n: z.number().default(0) }); migration(v0, v1, (old) => { if (old.user) return { n: 1, userID: old.user }; return { n: 0 }; }); }
// migration excess spread
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P3 { const v0 = z.object({ user: z.string().optional() }), v1 = z.object({ userId: z.string().optional() }); migration(v0, v1, (old) => ({ ...old, userId: old.user })); }
// migration excess nested
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P4 { const v0 = z.object({ user: z.string().optional() }), v1 = z.object({ user: z.object({ id: z.string().optional() }).optional() }); migration(v0, v1, (old) => ({ user: { iD: old.user } })); }
// migration excess nested array
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P5 { const v0 = z.object({ user: z.string().optional() }), v1 = z.object({ cart: z.array(z.object({ sku: z.string(), qty: z.number().optional() })) }); migration(v0, v1, (old) => ({ cart: [{ sku: old.user ?? '', qtty: 1 }] })); }
// migration excess constant
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P6 { const v0 = z.object({ user: z.string().optional() }), v1 = z.object({ userId: z.string().optional(), n: z.number().default(0) }); migration(v0, v1, (old) => { const out = { n: 1, userID: old.user }; return out; }); }
// migration excess union
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P7 { const v0 = z.object({ user: z.string().optional() }), v1 = z.discriminatedUnion('kind', [z.object({ kind: z.literal('a') }), z.object({ kind: z.literal('u'), userId: z.string() })]); migration(v0, v1, () => ({ kind: 'a', userId: 'x' })); }
// migration excess union name
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P8 { const v0 = z.object({ user: z.string().optional() }), v1 = z.discriminatedUnion('kind', [z.object({ kind: z.literal('a') }), z.object({ kind: z.literal('u'), userId: z.string(), at: z.number().optional() })]); migration(v0, v1, () => ({ kind: 'u', userId: 'x', att: 1 })); }
// migration named function misspelt
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P9 { const v0 = z.object({ user: z.string().optional() }), v1 = z.object({ userId: z.string().optional(), n: z.number().default(0) }); function step(old: z.infer<typeof v0>) { return { n: 1, userID: old.user }; } migration(v0, v1, step); }
// migration ok
// prettier-ignore
namespace P10 { const v0 = z.object({ user: z.string().optional() }), v1 = z.object({ userId: z.string().optional(), role: z.enum(['user', 'admin']).default('user'), at: isoDate.optional(), tags: setOf(z.string()).optional(), m: mapOf(z.string(), z.number()).optional(), any: z.json().optional(), u: z.unknown().optional(), cart: z.array(z.object({ sku: z.string(), opt: z.string().optional() })).default([]), rec: z.record(z.string(), z.object({ a: z.number() })).optional(), url: urlText.optional(), tup: z.tuple([z.number(), z.object({ k: z.string() })]).optional(), big: bigintText.optional(), brand: z.string().brand('B').optional() }); migration(v0, v1, (old) => ({ userId: old.user, role: 'user', at: new Date(), tags: new Set(['a']), m: new Map([['a', 1]]), any: { x: [1, { y: 2 }] }, u: { whatever: 1 }, cart: [{ sku: 'a' }, { sku: 'b', opt: 'c' }], rec: { x: { a: 1 } }, url: new URL('http://x'), tup: [1, { k: 'a' }], big: 5n })); migration(v0, v1, (old) => (old.user ? { userId: old.user, role: 'user', cart: [] } : { role: 'admin', cart: [] })); migration(v0, v1, () => { if (cond) throw new Error('x'); return { role: 'user', cart: [] }; }); migration(v1, v1, (old) => ({ ...old, userId: 'x' })); migration(v1, v1, (old) => old); migration(v0, v1, (old): z.infer<typeof v1> => ({ userId: old.user, role: 'user', cart: [] })); }
// migration loose ok
// prettier-ignore
namespace P11 { const v0 = z.object({ user: z.string().optional() }); migration(v0, z.looseObject({ a: z.string().optional() }), (old) => ({ a: 'x', b: old.user })); migration(v0, z.record(z.string(), z.unknown()), (old) => ({ a: 'x', b: old.user })); migration(v0, z.object({ a: z.number() }).catchall(z.string()) as never as z.ZodObject<{ a: z.ZodNumber }, z.core.$catchall<z.ZodNumber>>, () => ({ a: 1, b: 2 })); }
// migration recursive ok
// prettier-ignore
namespace P12 { const v0 = z.object({ user: z.string().optional() }); const Node = z.object({ v: z.number(), get next() { return Node.optional(); } }); migration(v0, z.object({ tree: Node.optional() }), () => ({ tree: { v: 1, next: { v: 2, next: { v: 3 } } } })); }
// migration union ok
// prettier-ignore
namespace P13 { const v0 = z.object({ user: z.string().optional() }), v1 = z.discriminatedUnion('kind', [z.object({ kind: z.literal('a') }), z.object({ kind: z.literal('u'), userId: z.string() })]); migration(v0, v1, ({ user }) => user === undefined ? { kind: 'a' } : { kind: 'u', userId: user }); }
// migration generic ok
// prettier-ignore
namespace P14 { function f<S extends z.ZodObject<{ a: z.ZodString }>>(s: S) { return migration(s, z.object({ a: z.string() }), (old) => ({ a: typeof old })); } }
// migration async
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P15 { const v0 = z.object({ user: z.string().optional() }), v1 = z.object({ userId: z.string().optional() }); migration(v0, v1, async (old) => ({ userId: old.user })); }
// become excess
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P16 { void req.session.become({ userID: 'a', role: 'user', cart: [] }); }
// become excess const
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P17 { const next = { userID: 'a', role: 'user' as const, cart: [] }; void req.session.become(next); }
// become excess spread
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P18 { const more = { userID: 'a' }; void req.session.become({ ...more, role: 'user', cart: [] }); }
// become session spread ok
// prettier-ignore
namespace P19 { void req.session.become({ ...req.session, userId: 'a' }); }
// become ok
// prettier-ignore
namespace P20 { void req.session.become({ userId: 'a', role: 'user', cart: ['a'] }); void req.session.become({ role: 'user', cart: [] }); declare const p: z.infer<typeof schema>; void req.session.become(p); req.session.become(p, () => {}); }
// become union excess
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P21 { const u = session({ schema: z.discriminatedUnion('kind', [z.object({ kind: z.literal('a') }), z.object({ kind: z.literal('u'), userId: z.string() })]), secret, initial: { kind: 'a' } }); const st = { kind: 'a' as const, userId: 'x' }; void u.of(req).become(st); }
// initial excess object
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P22 { session({ schema: z.object({ a: z.string().optional() }), secret, initial: { b: 'x' } }); }
// initial excess const
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P23 { const i = { a: 'x', b: 'x' }; session({ schema: z.object({ a: z.string().optional() }), secret, initial: i }); }
// initial excess function
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P24 { session({ schema: z.object({ a: z.string().optional() }), secret, initial: () => ({ a: 'a', b: 'x' }) }); }
// initial excess function const
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P25 { const make = () => ({ a: 'a', b: 'x' }); session({ schema: z.object({ a: z.string().optional() }), secret, initial: make }); }
// initial excess nested
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P26 { session({ schema: z.object({ a: z.object({ x: z.string().optional() }) }), secret, initial: () => ({ a: { y: 'y' } }) }); }
// initial ok
// prettier-ignore
namespace P27 { session({ schema: z.object({ a: z.enum(['x', 'y']) }), secret, initial: { a: 'x' } }); session({ schema: z.object({ a: z.enum(['x', 'y']).optional() }), secret, initial: undefined }); session({ schema: z.record(z.string(), z.number()), secret, initial: { a: 1 } }); session({ schema: z.looseObject({ a: z.string() }), secret, initial: { a: 'x', b: 1 } }); declare const p: { a: 'x' | 'y' } | (() => { a: 'x' | 'y' }); session({ schema: z.object({ a: z.enum(['x', 'y']) }), secret, initial: p }); }
// update excess
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P28 { void req.session.update((s) => { s.userID = 'a'; }); }
// update excess assign object
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P29 { void req.session.update((s) => ({ ...s, userID: 'x' })); }
// update returned payload
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P30 { void req.session.update((s) => ({ ...s, userId: 'x' })); }
// update expression bodies ok
// prettier-ignore
namespace P31 { void req.session.update((s) => { s.userId = 'a'; }); void req.session.update(async (s) => { s.userId = 'a'; void Promise.resolve(); }); void req.session.update((s) => void s.cart.push('x')); }
// take required in one state
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P32 { const u = session({ schema: z.discriminatedUnion('kind', [z.object({ kind: z.literal('a'), x: z.string().optional() }), z.object({ kind: z.literal('b'), x: z.string() })]), secret, initial: { kind: 'a' } }); void u.of(req).take('x'); }
// take missing in one, required in other
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P33 { const u = session({ schema: z.discriminatedUnion('kind', [z.object({ kind: z.literal('a') }), z.object({ kind: z.literal('b'), x: z.string() })]), secret, initial: { kind: 'a' } }); void u.of(req).take('x'); }
// take required
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P34 { const u = session({ schema: z.object({ x: z.string() }), secret, initial: { x: 'a' } }); void u.of(req).take('x'); }
// take tag
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P35 { const u = session({ schema: z.discriminatedUnion('kind', [z.object({ kind: z.literal('a') }), z.object({ kind: z.literal('b'), x: z.string() })]), secret, initial: { kind: 'a' } }); void u.of(req).take('kind'); }
// take record enum key
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P36 { const u = session({ schema: z.record(z.enum(['a', 'b']), z.int()), secret, initial: { a: 1, b: 1 } }); void u.of(req).take('a'); }
// take ok
// prettier-ignore
async function p37() { const u = session({ schema: z.discriminatedUnion('kind', [z.object({ kind: z.literal('a'), x: z.string().optional() }), z.object({ kind: z.literal('b'), x: z.string().default('') }), z.object({ kind: z.literal('c') })]), secret, initial: { kind: 'a' } }); { const x: string | undefined = await u.of(req).take('x'); void x; } { const x: number = await session({ schema: z.object({ x: z.number().catch(0) }), secret }).of(req).take('x'); void x; } { const x: number | undefined = await session({ schema: z.record(z.string(), z.number()), secret }).of(req).take('x'); void x; } { const x = await session({ schema: z.partialRecord(z.enum(['a', 'b']), z.number()), secret }).of(req).take('a'); const y: number | undefined = x; void y; } { const x: unknown = await session({ schema: z.looseObject({ a: z.string().optional() }), secret }).of(req).take('x'); void x; } { const x: string | undefined = await session({ schema: z.looseObject({ a: z.string().optional() }), secret }).of(req).take('a'); void x; } { const x: unknown = await session({ schema: z.object({ a: z.unknown().optional(), b: z.any().optional() }), secret }).of(req).take('a'); void x; } { const x: string = await session({ schema: z.object({ x: z.string().prefault('a') }), secret }).of(req).take('x'); void x; } { const x: Date | undefined = await session({ schema: z.object({ x: isoDate.optional() }), secret }).of(req).take('x'); void x; } { const x: number = await session({ schema: zm.object({ x: zm.catch(zm.number(), 0) }), secret }).of(req).take('x'); void x; } { const x: number = await session({ schema: z.object({ x: z.number().catch(0).readonly() }), secret }).of(req).take('x'); void x; } await session({ schema: v.object({ x: v.fallback(v.number(), 0) }), secret, initial: { x: 1 } }).of(req).become({ x: 1 }); }
void p37;
// take loose required
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P38 { void session({ schema: z.looseObject({ a: z.string() }), secret, initial: { a: '' } }).of(req).take('a'); }
// catch ok
// prettier-ignore
namespace P39 { session({ schema: z.object({ n: z.number().catch(0) }), secret }); session({ schema: z.object({ n: z.number().catch(0), o: z.object({ x: z.string() }).catch({ x: '' }), u: z.string().optional() }), secret }); session({ schema: zm.object({ n: zm.catch(zm.number(), 0) }), secret }); session({ schema: z.object({ n: z.number().catch(0).readonly() }), secret }); session({ schema: z.object({ n: z.number().catch(0).brand('x') }), secret }); session({ schema: z.object({ n: z.number().catch(0) }).readonly(), secret }); session({ schema: z.object({ n: z.number().catch(0) }).and(z.object({ m: z.number().catch(0) })), secret }); session({ schema: z.looseObject({ n: z.number().catch(0) }), secret }); session({ schema: z.union([z.object({ n: z.number().catch(0) }), z.object({ m: z.string() })]), secret }); }
// catch and required
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P40 { session({ schema: z.object({ n: z.number().catch(0), m: z.string() }), secret }); }
// unknownFields
// prettier-ignore
namespace P41 { session({ schema, secret, unknownFields: 'keep' }); session({ schema, secret, unknownFields: 'drop' }); session({ schema, secret, unknownFields: undefined }); }
// unknownFields bad
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P42 { session({ schema, secret, unknownFields: 'strip' }); }
// unknownFields bool
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P43 { session({ schema, secret, unknownFields: true }); }
