// What is given to session() and to migrations is what the schema says, and the right options compile.
import { migration, session, type SessionMiddleware, type SessionOptions } from 'typed-session';
import * as v from 'valibot';
import { z } from 'zod';
import './programs.js';

const secret = 's';
const schema = z.object({ a: z.string() });
const states = z.discriminatedUnion('k', [
  z.object({ k: z.literal('a'), p: z.null() }),
  z.object({ k: z.literal('b'), p: z.string() }),
]);
const signed = z.union([
  z.object({ signedIn: z.literal(false), userId: z.null() }),
  z.object({ signedIn: z.literal(true), userId: z.string() }),
]);
const records = z.object({ r: z.record(z.string(), z.object({ a: z.string() })).default({}) });
const tooMuch = { a: 'x', b: 1 };
type Tree = string | number | boolean | null | Tree[] | { [key: string]: Tree };
declare const tree: v.GenericSchema<Tree>;
class Money {
  n = 1;
}
class Euro extends Money {
  code = 'EUR';
}
const money = z.codec(z.number(), z.instanceof(Money), { decode: () => new Money(), encode: ({ n }) => n });
declare const declared: SessionOptions<typeof schema>;
export const uses = [secret, schema, states, signed, records, tooMuch, tree, money, declared, Euro];

// initial of a state
// prettier-ignore
namespace P0 { session({ schema: states, secret, initial: { k: 'a', p: null } }); session({ ...{ schema: states }, secret, initial: { k: 'a', p: null } }); session({ schema: signed, secret, initial: { signedIn: false, userId: null } }); }
// initial with an empty list
// prettier-ignore
namespace P1 { const cart = z.object({ cart: z.array(z.string()) }); session({ schema: cart, secret, initial: { cart: [] } }); session({ schema: cart, secret, initial: () => ({ cart: [] }) }); }
// initial with too much
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P2 { session({ schema, secret, initial: { a: 'x', b: 1 } }); }
// initial that returns too much
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P3 { session({ schema, secret, initial: () => ({ a: 'x', b: 1 }) }); }
// initial in a constant with too much
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P4 { session({ schema, secret, initial: tooMuch }); }
// initial of a state with too much
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P5 { session({ schema: states, secret, initial: { k: 'a', p: null, x: 1 } }); }
// initial that returns a state with too much
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P6 { session({ schema: states, secret, initial: () => ({ k: 'a' as const, p: null, x: 1 }) }); }
// initial that lacks a field
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P7 { session({ schema, secret, initial: {} }); }
// initial and a migration with an instance of a subclass
// prettier-ignore
namespace P8 { session({ schema: z.object({ price: money }), secret, initial: { price: new Euro() } }); migration(schema, z.object({ price: money }), () => ({ price: new Euro() })); }
// migration to a record
// prettier-ignore
namespace P9 { migration(schema, records, () => ({ r: { key: { a: 'x' } } })); }
// migration with too much in a record
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P10 { migration(schema, records, () => ({ r: { key: { a: 'x', b: 1 } } })); }
// valibot with JSON of any shape
// prettier-ignore
namespace P11 { session({ schema: v.object({ d: v.optional(tree) }), secret }); session({ schema: v.object({ d: v.optional(v.record(v.string(), tree), {}) }), secret }); }
// valibot with a date
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P12 { session({ schema: v.object({ d: v.optional(v.date()) }), secret }); }
// valibot with a bigint in a list of objects
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P13 { session({ schema: v.object({ d: v.optional(v.array(v.object({ at: v.bigint() }))) }), secret }); }
// declared options
// prettier-ignore
namespace P14 { session(declared); session({ ...declared, onMissing: (error, _req, _res, next) => { next(error); } }); }
// declared options and middleware
// prettier-ignore
namespace P15 { const options: SessionOptions<typeof schema> = { schema, secret, initial: { a: 'x' } }; const sessions: SessionMiddleware<typeof schema> = session(options); void sessions; }
// declared options without what must be
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P16 { const options: SessionOptions<typeof schema> = { schema, initial: { a: 'x' } }; void options; }
