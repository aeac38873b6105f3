// The principal is stored as text or a number, and sessions are found by its type.
import { type } from 'arktype';
import type express from 'express';
import type { Request } from 'express';
import {
  bigintText,
  expiring,
  isoDate,
  session,
  setOf,
  type SessionRequestOf,
  type SessionMiddleware,
  type SessionSchema,
} from 'typed-session';
import * as v from 'valibot';
import { z } from 'zod';
import { adminSchema, sessionSchema as schema } from './programs.js';

const secret = 's';
declare const app: express.Express;
declare const req: Request;
// principal object
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P0 { session({ schema: z.object({ p: z.object({ id: z.string() }).optional() }), secret, principal: 'p' }); }
// principal array
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P1 { session({ schema: z.object({ p: z.array(z.string()).optional() }), secret, principal: 'p' }); }
// principal boolean
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P2 { session({ schema: z.object({ p: z.boolean().optional() }), secret, principal: 'p' }); }
// principal set
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P3 { session({ schema: z.object({ p: setOf(z.string()).optional() }), secret, principal: 'p' }); }
// principal union
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P4 { session({ schema: z.object({ p: z.union([z.string(), z.object({ a: z.string() })]).optional() }), secret, principal: 'p' }); }
// principal any
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P5 { session({ schema: z.object({ p: z.any() }), secret, principal: 'p' }); }
// principal unknown
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P6 { session({ schema: z.object({ p: z.unknown() }), secret, principal: 'p' }); }
// principal null
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P7 { session({ schema: z.object({ p: z.null().optional() }), secret, principal: 'p' }); }
// principal union schema one object
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P8 { session({ schema: z.union([z.object({ k: z.literal('a'), p: z.string() }), z.object({ k: z.literal('b'), p: z.object({ x: z.string() }) })]), secret, initial: { k: 'a', p: 'x' }, principal: 'p' }); }
// principal misspelt
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P9 { session({ schema: z.object({ p: z.string().optional() }), secret, principal: 'P' }); }
// principal codec to number from object
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P10 { session({ schema: z.object({ p: z.codec(z.object({ n: z.number() }), z.number(), { decode: ({ n }) => n, encode: (n) => ({ n }) }).optional() }), secret, principal: 'p' }); }
// principal valibot object
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P11 { session({ schema: v.object({ p: v.optional(v.object({ a: v.string() })) }), secret, principal: 'p' }); }
// principal ok
// prettier-ignore
namespace P12 { class ObjectId { constructor(readonly hex: string) {} toHexString() { return this.hex; } } const objectId = z.codec(z.string(), z.instanceof(ObjectId), { decode: (h) => new ObjectId(h), encode: (o) => o.toHexString() }); session({ schema: z.object({ p: z.string().optional() }), secret, principal: 'p' }); session({ schema: z.object({ p: z.uuid().nullable().default(null) }), secret, principal: 'p' }); session({ schema: z.object({ p: z.number().nullish() }), secret, principal: 'p' }); session({ schema: z.object({ p: z.int().brand('Id').optional() }), secret, principal: 'p' }); session({ schema: z.object({ p: z.string().brand('Id').optional() }), secret, principal: 'p' }); session({ schema: z.object({ p: z.enum(['a', 'b']).optional() }), secret, principal: 'p' }); session({ schema: z.object({ p: z.literal('a').optional() }), secret, principal: 'p' }); session({ schema: z.object({ p: bigintText.optional() }), secret, principal: 'p' }); session({ schema: z.object({ p: objectId.optional() }), secret, principal: 'p' }); session({ schema: z.object({ p: isoDate.optional() }), secret, principal: 'p' }); session({ schema: z.object({ p: z.union([z.string(), z.number()]).optional() }), secret, principal: 'p' }); session({ schema: z.object({ p: z.string().catch('') }), secret, principal: 'p' }); session({ schema: z.object({ p: expiring(z.string(), { after: 5 }) }), secret, principal: 'p' }); session({ schema: z.object({ p: z.templateLiteral(['u-', z.number()]).optional() }), secret, principal: 'p' }); session({ schema: z.union([z.object({ k: z.literal('a') }), z.object({ k: z.literal('b'), p: z.string() })]), secret, initial: { k: 'a' }, principal: 'p' }); session({ schema: z.record(z.string(), z.string()), secret, principal: 'p' }); session({ schema: z.looseObject({ p: z.string().optional() }), secret, principal: 'p' }); session({ schema: v.object({ p: v.optional(v.string()) }), secret, principal: 'p' }); session({ schema: type({ 'p?': 'string' }), secret, principal: 'p' }); session({ schema: z.object({ p: z.string().optional() }).readonly(), secret, principal: 'p' }); session({ schema: z.object({ p: z.string().optional() }), secret, principal: undefined }); session<z.ZodObject<{ p: z.ZodOptional<z.ZodString> }>>({ schema: z.object({ p: z.string().optional() }), secret, principal: 'p', initial: {} }); session({ schema: z.object({ p: z.coerce.string().optional() }), secret, principal: 'p' }); }
// list number of text
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P13 { const s = session({ schema: z.object({ userId: z.string().optional() }), secret, principal: 'userId' }); void s.list(3); }
// revoke number of text
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P14 { const s = session({ schema: z.object({ userId: z.string().optional() }), secret, principal: 'userId' }); void s.revoke(3); }
// list text of number
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P15 { const s = session({ schema: z.object({ userId: z.number().optional() }), secret, principal: 'userId' }); void s.list('3'); }
// list undefined
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P16 { const s = session({ schema: z.object({ userId: z.string().optional() }), secret, principal: 'userId' }); void s.list(req.session.userId); }
// list ok
// prettier-ignore
namespace P17 { class ObjectId { constructor(readonly hex: string) {} toHexString() { return this.hex; } } const objectId = z.codec(z.string(), z.instanceof(ObjectId), { decode: (h) => new ObjectId(h), encode: (o) => o.toHexString() }); void session({ schema: z.object({ userId: z.string().optional() }), secret, principal: 'userId' }).list('x'); void session({ schema: z.object({ userId: z.number().optional() }), secret, principal: 'userId' }).list(3); void session({ schema: z.object({ userId: z.string().brand('x').optional() }), secret, principal: 'userId' }).list('x'); void session({ schema: z.object({ userId: bigintText.optional() }), secret, principal: 'userId' }).list(3n); void session({ schema: z.object({ userId: objectId.optional() }), secret, principal: 'userId' }).revoke(new ObjectId('x').toHexString()); declare const any: SessionMiddleware<z.ZodObject<{ userId: z.ZodOptional<z.ZodString> }>>; void any.list('x'); void any.revoke('x', { only: 'k' }); declare const generic: SessionMiddleware<SessionSchema>; void generic.list('x'); const asAny: SessionMiddleware<typeof schema> = session({ schema, secret, principal: 'userId' }); }
// loose values
// prettier-ignore
namespace P18 { const l = session({ schema: z.looseObject({ a: z.string().optional() }), secret }); l.requireSession({ a: 'x', b: 1 }); app.get('/', l.requireSession({ b: 1 }), (rq) => { const b: 1 = l.of(rq).b; void b; }); class C { @l.RequireSession({ b: 1, c: 'x' }) m(rq: SessionRequestOf<typeof l, { b: 1 }>) { return rq; } } void C; }
// loose values object
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P19 { const l = session({ schema: z.looseObject({ a: z.string().optional() }), secret }); l.requireSession({ b: { c: 1 } }); }
// loose value wrong known
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P20 { const l = session({ schema: z.looseObject({ a: z.string().optional() }), secret }); l.requireSession({ a: 3 }); }
// generic guards
// prettier-ignore
namespace P21 { function byField<S extends typeof schema | typeof adminSchema>(m: SessionMiddleware<S>) { return m.requireSession(); } function byUser<S extends z.ZodObject<{ userId: z.ZodOptional<z.ZodString> }>>(m: SessionMiddleware<S>) { app.get('/', m.requireSession('userId'), (rq, rs) => { rs.json(m.of(rq)); }); return m.RequireSession('userId'); } function anyMw<S extends SessionSchema>(m: SessionMiddleware<S>) { return m.requireSession(); } function make<S extends z.ZodObject<{ userId: z.ZodOptional<z.ZodString> }>>(s: S) { return s; } }
// generic session
// prettier-ignore
namespace P22 { function make<S extends z.ZodObject>(s: S, initial: z.output<S>) { return { s, initial }; } }
