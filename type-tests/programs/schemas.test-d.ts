// A schema is an object or a union of objects, and what it holds can be stored.
import { type } from 'arktype';
import { mapOf, session } from 'typed-session';
import * as v from 'valibot';
import { z } from 'zod';
import * as zm from 'zod/mini';
import './programs.js';

const secret = 's';
// schema array
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P0 { session({ schema: z.array(z.string()), secret, initial: [] }); }
// schema array no initial
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P1 { session({ schema: z.array(z.string()), secret }); }
// schema array default
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P2 { session({ schema: z.array(z.string()).default([]), secret }); }
// schema tuple
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P3 { session({ schema: z.tuple([z.string()]), secret, initial: ['a'] }); }
// schema any
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P4 { session({ schema: z.any(), secret, initial: {} }); }
// schema any no initial
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P5 { session({ schema: z.any(), secret }); }
// schema unknown
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P6 { session({ schema: z.unknown(), secret, initial: {} }); }
// schema custom
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P7 { session({ schema: z.custom<{ a?: string }>(), secret, initial: {} }); }
// schema custom no initial
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P8 { session({ schema: z.custom<{ a?: string }>(() => true), secret }); }
// schema instanceof
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P9 { class K { a? = 1; } session({ schema: z.instanceof(K), secret, initial: new K() }); }
// schema string
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P10 { session({ schema: z.string(), secret, initial: '' }); }
// schema date
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P11 { session({ schema: z.date(), secret, initial: new Date() }); }
// schema map
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P12 { session({ schema: z.map(z.string(), z.string()), secret, initial: new Map() }); }
// schema set
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P13 { session({ schema: z.set(z.string()), secret, initial: new Set() }); }
// schema mapOf
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P14 { session({ schema: mapOf(z.string(), z.string()), secret, initial: new Map() }); }
// schema object keyword
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P15 { session({ schema: z.object({ a: z.string() }).or(z.array(z.string())), secret, initial: { a: 'x' } }); }
// schema union string
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P16 { session({ schema: z.union([z.object({ a: z.string().optional() }), z.string()]), secret }); }
// schema optional
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P17 { session({ schema: z.object({ a: z.string().optional() }).optional(), secret }); }
// schema nullable
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P18 { session({ schema: z.object({ a: z.string().optional() }).nullable(), secret }); }
// schema json
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P19 { session({ schema: z.json(), secret, initial: {} }); }
// schema function
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P20 { session({ schema: z.custom<() => void>(), secret, initial: () => {} }); }
// schema promise
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P21 { session({ schema: z.promise(z.object({})), secret }); }
// schema never
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P22 { session({ schema: z.never(), secret }); }
// schema lazy array
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P23 { session({ schema: z.lazy(() => z.array(z.string())), secret, initial: [] }); }
// schema transform to array
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P24 { session({ schema: z.object({ a: z.string().optional() }).transform((o) => [o.a]), secret }); }
// schema codec whole to class
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P25 { class Acc { constructor(readonly a: string) {} #p = 1; get p() { return this.#p; } } session({ schema: z.codec(z.string(), z.instanceof(Acc), { decode: (t) => new Acc(t), encode: (a) => a.a }), secret, initial: new Acc('x') }); }
// schema preprocess string
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P26 { session({ schema: z.preprocess((x) => x, z.string()), secret, initial: 'x' }); }
// schema mini array
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P27 { session({ schema: zm.array(zm.string()), secret, initial: [] }); }
// schema mini any
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P28 { session({ schema: zm.any(), secret, initial: {} }); }
// schema mini custom
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P29 { session({ schema: zm.custom<{ a?: string }>(), secret, initial: {} }); }
// schema valibot array
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P30 { session({ schema: v.array(v.string()), secret, initial: [] }); }
// schema valibot any
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P31 { session({ schema: v.any(), secret, initial: {} }); }
// schema valibot map
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P32 { session({ schema: v.map(v.string(), v.string()), secret, initial: new Map() }); }
// schema arktype array
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P33 { session({ schema: type('string[]'), secret, initial: [] }); }
// schema arktype string
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P34 { session({ schema: type('string'), secret, initial: '' }); }
// schema arktype object keyword
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P35 { session({ schema: type('object'), secret, initial: {} }); }
// schema arktype Date
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P36 { session({ schema: type('Date'), secret, initial: new Date() }); }
// schema undefined
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P37 { session({ schema: undefined as never as undefined, secret }); }
// schemas ok
// prettier-ignore
namespace P38 { session({ schema: z.object({}), secret }); session({ schema: z.record(z.string(), z.int()), secret }); session({ schema: z.record(z.string(), z.unknown()), secret }); session({ schema: z.record(z.string(), z.any()), secret }); session({ schema: z.partialRecord(z.enum(['a', 'b']), z.int()), secret }); session({ schema: z.record(z.enum(['a', 'b']), z.int()), secret, initial: { a: 1, b: 2 } }); session({ schema: z.looseObject({ a: z.string().optional() }), secret }); session({ schema: z.strictObject({ a: z.string().optional() }), secret }); session({ schema: z.object({ a: z.string().optional() }).catchall(z.string()), secret }); session({ schema: z.object({ a: z.string().optional() }).readonly(), secret }); session({ schema: z.object({ a: z.string().optional() }).brand('S'), secret }); session({ schema: z.object({ a: z.string().optional() }).refine((x) => x.a !== 'b'), secret }); session({ schema: z.lazy(() => z.object({ a: z.string().optional() })), secret }); session({ schema: z.object({ a: z.string().optional() }).pipe(z.object({ a: z.string().optional() })), secret }); session({ schema: z.intersection(z.object({ a: z.string().optional() }), z.object({ b: z.string().optional() })), secret }); session({ schema: z.object({ a: z.string().optional() }).and(z.record(z.string(), z.unknown())), secret }); session({ schema: z.object({ a: z.string().optional() }).catch({}), secret }); session({ schema: z.object({ a: z.any().optional(), b: z.unknown().optional(), c: z.custom<{ x: 1 }>().optional(), d: z.json().optional() }), secret }); session({ schema: zm.object({ a: zm.optional(zm.string()) }), secret }); session({ schema: zm.union([zm.object({ a: zm.string() }), zm.object({ b: zm.string() })]), secret, initial: { a: 'x' } }); session({ schema: v.object({ a: v.optional(v.string()) }), secret }); session({ schema: v.union([v.object({ a: v.string() }), v.object({ b: v.string() })]), secret, initial: { a: 'x' } }); session({ schema: v.record(v.string(), v.number()), secret }); session({ schema: v.pipe(v.object({ a: v.optional(v.string()) }), v.check((x) => x.a !== 'b')), secret }); session({ schema: v.object({ a: v.optional(v.unknown()), b: v.optional(v.any()), c: v.optional(v.pipe(v.string(), v.trim())), d: v.nullable(v.picklist(['a', 'b'])), e: v.optional(v.array(v.object({ x: v.number() })), []) }), secret, initial: { d: null, e: [] } }); session({ schema: type({ 'a?': 'string' }), secret }); session({ schema: type({ 'a?': 'string', 'b?': { x: 'number' }, 'c?': 'unknown', 'd?': '(string|number)[]' }), secret }); session({ schema: type({ a: 'string' }).or({ b: 'string' }), secret, initial: { a: 'x' } }); }
// schema class of codec whole
// prettier-ignore
namespace P39 { session({ schema: z.codec(z.object({ a: z.string() }), z.object({ b: z.string() }), { decode: ({ a }) => ({ b: a }), encode: ({ b }) => ({ a: b }) }), secret, initial: { b: 'x' } }); }
// valibot date
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P40 { session({ schema: v.object({ at: v.optional(v.date()) }), secret }); }
// valibot date nested
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P41 { session({ schema: v.object({ at: v.optional(v.array(v.object({ x: v.date() })), []) }), secret }); }
// valibot map
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P42 { session({ schema: v.object({ at: v.optional(v.map(v.string(), v.string())) }), secret }); }
// valibot set
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P43 { session({ schema: v.object({ at: v.optional(v.set(v.string())) }), secret }); }
// valibot bigint
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P44 { session({ schema: v.object({ at: v.optional(v.bigint()) }), secret }); }
// valibot symbol
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P45 { session({ schema: v.object({ at: v.optional(v.symbol()) }), secret }); }
// valibot instance
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P46 { session({ schema: v.object({ at: v.optional(v.instance(URL)) }), secret }); }
// valibot file
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P47 { session({ schema: v.object({ at: v.optional(v.blob()) }), secret }); }
// valibot function
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P48 { session({ schema: v.object({ at: v.optional(v.function()) }), secret }); }
// valibot transform type
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P49 { session({ schema: v.object({ at: v.optional(v.pipe(v.string(), v.transform(Number))) }), secret }); }
// valibot transform date
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P50 { session({ schema: v.object({ at: v.optional(v.pipe(v.string(), v.transform((t) => new Date(t)))) }), secret }); }
// valibot transform nested
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P51 { session({ schema: v.object({ o: v.optional(v.object({ at: v.pipe(v.string(), v.transform(Number)) })) }), secret }); }
// valibot transform whole
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P52 { session({ schema: v.pipe(v.object({ a: v.optional(v.string()) }), v.transform((o) => ({ b: o.a }))), secret }); }
// valibot union date
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P53 { session({ schema: v.union([v.object({ a: v.string() }), v.object({ b: v.date() })]), secret, initial: { a: 'x' } }); }
// valibot nullish date
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P54 { session({ schema: v.object({ at: v.nullish(v.date()) }), secret }); }
// arktype Date
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P55 { session({ schema: type({ 'at?': 'Date' }), secret }); }
// arktype Date nested
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P56 { session({ schema: type({ 'o?': { at: 'Date' } }), secret }); }
// arktype Map
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P57 { session({ schema: type({ 'o?': 'Map' }), secret }); }
// arktype bigint
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P58 { session({ schema: type({ 'o?': 'bigint' }), secret }); }
// arktype date parse
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P59 { session({ schema: type({ 'o?': 'string.date.parse' }), secret }); }
// arktype numeric parse
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P60 { session({ schema: type({ 'o?': 'string.numeric.parse' }), secret }); }
// arktype morph
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P61 { session({ schema: type({ 'o?': type('string').pipe((s) => s.length) }), secret }); }
// arktype default ok
// prettier-ignore
namespace P62 { session({ schema: type({ o: 'string = "x"', 'n?': 'number|null' }), secret }); }
// schema object default
// prettier-ignore
namespace P63 { const s = session({ schema: z.object({ a: z.string().optional() }).default({}), secret, principal: 'a' }); s.requireSession('a'); session({ schema: z.object({ a: z.string() }).prefault({ a: 'x' }), secret, initial: { a: 'x' } }); session({ schema: z.discriminatedUnion('k', [z.object({ k: z.literal('a') }), z.object({ k: z.literal('b'), p: z.string() })]).default({ k: 'a' }), secret, initial: { k: 'a' } }); }
// schema object default without initial
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P64 { session({ schema: z.object({ a: z.string() }).default({ a: 'x' }), secret }); }
// schema object default with a reserved field
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P65 { session({ schema: z.object({ id: z.string().optional() }).default({}), secret }); }
// guard value of a list
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P66 { session({ schema: z.object({ tags: z.array(z.string()).default([]) }), secret }).requireSession({ tags: ['a'] }); }
