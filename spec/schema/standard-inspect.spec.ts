import { scope, type } from 'arktype';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { session, SessionOptionsError, type SessionSchema } from 'typed-session';
import type { StandardSchema } from '../../lib/schema/payload-types.js';
import { withoutLink } from '../support/message.js';

const secret = 'only for a spec, and 32 bytes long at least';
const start = (schema: SessionSchema, more: object = {}) => session({ schema, secret, ...more }); // the types refuse most of these

function refusal(schema: SessionSchema): Error | undefined {
  try {
    start(schema);
    return undefined;
  } catch (error) {
    return error as Error; // it is a SessionOptionsError, as the test asserts
  }
}

const text = v.string();
const twice = v.pipe(text, v.transform((value) => `${value}!`)); // prettier-ignore
const toNumber = v.pipe(text, v.decimal(), v.transform(Number));
const toDate = v.pipe(text, v.isoTimestamp(), v.transform((value) => new Date(value)), v.date()); // prettier-ignore
class Money {
  readonly amount = 5;
}

const node = v.object({
  at: v.optional(v.date()),
  get child(): v.GenericSchema {
    return v.optional(v.lazy(() => node));
  },
});
const cyclic = scope({ node: { 'child?': 'node', 'at?': 'Date' } }).export();
/** A library that keeps its parts to itself: the text of a number, as a number. */
const opaque: StandardSchema<object, object> & { readonly fields: object } = {
  fields: { n: {} },
  '~standard': {
    version: 1,
    vendor: 'of a spec',
    validate(value) {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return { issues: [{}] };
      const { n } = value as { n?: unknown };
      if (n === undefined) return { value: {} };
      return typeof n === 'string' ? { value: { n: Number(n) } } : { issues: [{ path: ['n'] }] };
    },
  },
};

describe('session(…) refuses a schema of another library at start-up', () => {
  it.each<[string, SessionSchema, string]>([
    ['v.date()', v.object({ at: v.optional(v.date()) }), 'at holds what JSON cannot (date)'],
    ['v.bigint()', v.object({ n: v.optional(v.bigint()) }), 'n holds what JSON cannot (bigint)'],
    ['a bigint literal', v.object({ n: v.optional(v.literal(5n)) }), 'n holds what JSON cannot (bigint)'],
    ['v.map()', v.object({ m: v.optional(v.map(text, text)) }), 'm holds what JSON cannot (map)'],
    ['v.set()', v.object({ s: v.optional(v.set(text)) }), 's holds what JSON cannot (set)'],
    ['v.instance()', v.object({ u: v.optional(v.instance(URL)) }), 'u holds what JSON cannot (instance)'],
    ['a Date in a list', v.object({ a: v.optional(v.array(v.object({ at: v.date() }))) }), 'a[0].at holds what'],
    ['a Date in a tuple', v.object({ a: v.optional(v.tuple([text, v.date()])) }), 'a[1] holds what JSON cannot (date)'],
    ['a Date in a record', v.object({ a: v.optional(v.record(text, v.date())) }), 'a[*] holds what JSON cannot (date)'],
    ['a Date in a record as the payload', v.record(text, v.date()), '[*] holds what JSON cannot (date)'],
    ['a Date in a union', v.object({ a: v.optional(v.union([text, v.date()])) }), 'a holds what JSON cannot (date)'],
    ['a Date in a variant', v.variant('k', [v.object({ k: v.literal('a') }), v.object({ k: v.literal('b'), at: v.date() })]), 'at holds what JSON cannot (date)'],
    ['a Date in an intersection', v.intersect([v.object({}), v.object({ at: v.optional(v.date()) })]), 'at holds what'],
    ['a Date in a recursive schema', node, 'at holds what JSON cannot (date)'],
    ['a Date beside other fields', v.objectWithRest({ a: v.optional(text) }, v.date()), '[*] holds what JSON cannot (date)'],
    ['a transform to a Date', v.object({ at: v.optional(toDate) }), 'at holds what JSON cannot (instance of Date)'],
    ['a transform to a promise', v.object({ a: v.optional(v.pipe(text, v.transform((t) => Promise.resolve(t)))) }), 'a holds what JSON cannot (instance of Promise)'],
    ['a Date, or text', v.object({ at: v.optional(v.union([v.date(), v.pipe(text, v.transform((t) => t.slice(0, 3)))])) }), 'at holds what JSON cannot (instance of Date)'],
    ['a transform of an object with a Date', v.pipe(v.object({ d: v.optional(v.date()) }), v.transform((x) => ({ ...x }))), 'd holds what JSON cannot (instance of Date)'],
    ['a transform of a list with Dates', v.object({ d: v.optional(v.pipe(v.array(v.object({ at: v.date() })), v.transform((x) => x))) }), 'd[0].at holds what JSON cannot (instance of Date)'],
    ['a transform of a Map', v.object({ d: v.optional(v.pipe(v.object({ m: v.map(text, text) }), v.transform((x) => x))) }), 'd.m holds what JSON cannot (instance of Map)'],
    ['a morph of an object with a Date', type({ 'd?': type({ at: 'Date' }).pipe((x) => x) }), 'd.at holds what JSON cannot (instance of Date)'],
    ['a transform to a number', v.object({ n: v.optional(toNumber) }), 'n is transformed one way only, so it could be loaded but never stored'],
    ['a transform in a list', v.object({ a: v.optional(v.array(v.object({ n: toNumber })), []) }), 'a[0].n is transformed one way only'],
    ['a transform that adds', v.object({ a: v.optional(twice) }), 'a is transformed one way only, so it would be transformed again at each load'],
    ['a transform of an object', v.object({ a: v.optional(v.pipe(v.object({ n: v.number() }), v.transform(({ n }) => n))) }), 'a is transformed one way only, so it could be loaded but never stored'],
    ['a transform of the payload', v.pipe(v.object({ n: v.optional(v.number(), 0) }), v.transform(({ n }) => ({ n: n + 1 }))), 'payload is transformed one way only, so it would be'],
    ['Date', type({ 'at?': 'Date' }), 'at holds what JSON cannot (Date)'],
    ['a Date with a bound', type({ 'at?': "Date > d'2020-01-01'" }), 'at holds what JSON cannot (Date)'],
    ['bigint', type({ 'n?': 'bigint' }), 'n holds what JSON cannot (bigint)'],
    ['a bigint as a literal', type({ 'n?': '5n' }), 'n holds what JSON cannot (bigint)'],
    ['symbol', type({ 's?': 'symbol' }), 's holds what JSON cannot (symbol)'],
    ['Map', type({ 'm?': 'Map' }), 'm holds what JSON cannot (Map)'],
    ['URL', type({ 'u?': 'URL' }), 'u holds what JSON cannot (URL)'],
    ['a class', type({ 'm?': type.instanceOf(Money) }), 'm holds what JSON cannot (a class)'],
    ['Date[]', type({ 'a?': type({ at: 'Date' }).array() }), 'a[0].at holds what JSON cannot (Date)'],
    ['a tuple with a Date', type({ 'a?': ['string', 'Date'] }), 'a[1] holds what JSON cannot (Date)'],
    ['an index of Dates', type({ '[string]': 'Date' }), '[*] holds what JSON cannot (Date)'],
    ['string | Date', type({ 'a?': 'string | Date' }), 'a holds what JSON cannot (Date)'],
    ['a union of objects, one with a Date', type({ 'a?': 'string' }).or({ b: 'Date' }), 'b holds what JSON cannot (Date)'],
    ['a cyclic type', cyclic.node, 'at holds what JSON cannot (Date)'],
    ['string.date.parse', type({ 'at?': 'string.date.parse' }), 'at holds what JSON cannot (instance of Date)'],
    ['string.numeric.parse', type({ 'n?': 'string.numeric.parse' }), 'n is transformed one way only, so it could be loaded but never stored'],
    ['a morph that adds', type({ 'a?': ['string', '=>', (a) => `${a}!`] }), 'a is transformed one way only, so it would be transformed again at each load'],
    ['a morph in a list', type({ 'a?': type({ n: 'string.numeric.parse' }).array() }), 'a[0].n is transformed one way only'],
    ['a morph of the payload', type({ n: 'number = 0' }).pipe(({ n }) => ({ n: n + 1 })), 'payload is transformed one way only'],
    ['a transform of a library that is not known', opaque, 'n is transformed one way only, so it could be loaded but never stored'],
  ])('with %s: %#', (_, schema, message) => {
    const error = refusal(schema);
    expect(error).toBeInstanceOf(SessionOptionsError);
    expect(error?.message.startsWith(`schema: ${message}`), error?.message).toBe(true);
    expect(withoutLink(error?.message ?? '')).toMatch(
      /: (declare it as text or a number|validate it as what is stored), or make the whole schema with zod, and use a codec$/,
    );
  }); // prettier-ignore

  it.each<[string, SessionSchema]>([
    ['v.array()', v.array(text)],
    ['v.string()', text],
    ['v.any()', v.any()],
    ['v.unknown()', v.unknown()],
    ['v.custom()', v.custom(() => true)],
    ['v.optional(v.object())', v.optional(v.object({})) as never],
    ['a union with text', v.union([v.object({}), text]) as never],
    ['string[]', type('string[]')],
    ['unknown', type('unknown') as never],
  ] as [string, SessionSchema][])('with %s, whose values are no objects', (_, schema) => {
    const refused = expect(() => start(schema, { initial: {} }));
    refused.toThrow(SessionOptionsError);
    refused.toThrow('a session has fields, so its schema must be an object or a union of objects');
  });

  it.each<[string, SessionSchema]>([
    ['an object', v.object({ p: v.optional(v.object({ id: text })) })],
    ['a list', v.object({ p: v.optional(v.array(text)) })],
    ['a list that is not empty', v.object({ p: v.optional(v.pipe(v.array(text), v.minLength(1))) })],
    ['a boolean', v.object({ p: v.optional(v.boolean()) })],
    ['true', v.object({ p: v.optional(v.literal(true)) })],
    ['null alone', v.object({ p: v.optional(v.null()) })],
    ['text or an object', v.object({ p: v.optional(v.union([text, v.object({ id: text })])) })],
    ['anything', v.object({ p: v.optional(v.unknown()) })],
    ['an object in one state', v.union([v.object({ p: v.optional(text) }), v.object({ k: text, p: v.object({}) })])],
    ['an object of arktype', type({ 'p?': { id: 'string' } })],
    ['a list of arktype', type({ 'p?': 'string[] > 0' })],
    ['a boolean of arktype', type({ 'p?': 'boolean' })],
    ['text or a boolean of arktype', type({ 'p?': 'string | boolean' })],
  ])('with a principal that is %s', (_, schema) => {
    const refused = expect(() => start(schema, { principal: 'p' }));
    refused.toThrow(SessionOptionsError);
    refused.toThrow('principal: must name a field that is stored as a string, a number, or a bigint');
  }); // prettier-ignore
});

describe('session(…) accepts a schema of another library', () => {
  it.each<[string, SessionSchema]>([
    ['with a number, or text that becomes one', v.object({ n: v.optional(v.union([v.number(), toNumber])) })],
    ['with text that becomes a boolean', v.object({ b: v.optional(v.union([v.boolean(), v.pipe(v.picklist(['yes', 'no']), v.transform((t) => t === 'yes'))])) })],
    ['with a list, or one item that becomes a list', v.object({ a: v.optional(v.union([v.array(text), v.pipe(text, v.transform((t) => [t]))])) })],
    ['with a Date that becomes text', v.object({ at: v.optional(v.pipe(v.union([text, v.date()]), v.transform((at) => (at instanceof Date ? at.toISOString() : at)))) })],
    ['of arktype with a number, or text that becomes one', type({ 'n?': 'number | string.numeric.parse' })],
    ['with a transform of anything', v.object({ d: v.optional(v.pipe(v.any(), v.transform((x: unknown) => x))) })],
    ['that trims', v.object({ a: v.optional(v.pipe(text, v.trim())) })],
    ['that changes case', v.object({ a: v.optional(v.pipe(text, v.toLowerCase())) })],
    ['with a brand', v.object({ a: v.optional(v.pipe(text, v.brand('A'))) })],
    ['that is readonly', v.pipe(v.object({ a: v.optional(v.pipe(v.array(text), v.readonly())) }), v.readonly())],
    ['with a transform that does not add', v.object({ a: v.optional(v.pipe(text, v.transform((t) => t.slice(0, 3)))) })],
    ['with a transform through a Date', v.object({ a: v.optional(v.pipe(text, v.isoTimestamp(), v.transform((t) => new Date(t)), v.transform((d) => d.toISOString()))) })],
    ['with a transform that throws', v.object({ a: v.optional(v.pipe(text, v.transform((t) => { if (t !== 'mine') throw new Error('mine'); return t; }))) })],
    ['with a fallback', v.object({ a: v.fallback(text, 'x') })],
    ['with a default that is never the same', v.object({ a: v.optional(v.number(), () => Math.random()) })],
    ['with anything in a field', v.object({ a: v.optional(v.unknown()), b: v.optional(v.any()), c: v.optional(v.custom<{ x: 1 }>(() => true)) })],
    ['that is loose', v.looseObject({ a: v.optional(text) })],
    ['that is recursive', v.object({ tree: v.optional(v.lazy(() => v.object({ name: text }))) })],
    ['with a lazy field that looks at its value', v.object({ a: v.optional(v.lazy((input) => ((input as string).length > 3 ? text : v.string()))) })],
    ['of arktype that trims', type({ 'a?': 'string.trim' })],
    ['of arktype with defaults', type({ a: 'string = "x"', list: type('string[]').default(() => []) })],
    ['of arktype with objects, lists and unions', type({ 'a?': { b: 'number' }, 'c?': '(string | number)[]', 'd?': "'a' | 'b' | null | true", 'e?': 'unknown', 'f?': 'object' })],
    ['of arktype with a check', type({ 'a?': 'string' }).narrow(() => true)],
  ])('%s', (_, schema) => {
    expect(() => start(schema)).not.toThrow();
  }); // prettier-ignore

  it.each<[string, SessionSchema]>([
    ['text', v.object({ p: v.optional(text) })],
    ['text, and null for visitors', v.union([v.object({ p: v.optional(v.null()) }), v.object({ k: text, p: text })])],
    ['a UUID', v.object({ p: v.optional(v.pipe(text, v.uuid())) })],
    ['a number or null', v.object({ p: v.optional(v.nullable(v.number())) })],
    ['one of several words', v.object({ p: v.optional(v.picklist(['a', 'b'])) })],
    ['text with a check of the app that no example passes', v.object({ p: v.optional(v.pipe(text, v.startsWith('user_'))) })],
    ['text of arktype', type({ 'p?': 'string' })],
    ['one of several words of arktype', type({ 'p?': "'a' | 'b'" })],
    ['text or a number of arktype', type({ 'p?': 'string | number' })],
  ])('with a principal that is %s', (_, schema) => {
    expect(() => start(schema, { principal: 'p' })).not.toThrow();
  }); // prettier-ignore
});
