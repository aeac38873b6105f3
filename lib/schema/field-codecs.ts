import {
  NEVER,
  array,
  codec,
  custom,
  string,
  tuple,
  url,
  type ZodArray,
  type ZodCodec,
  type ZodCustom,
  type ZodString,
  type ZodTuple,
  type ZodURL,
} from 'zod';
import type { SomeType, output } from 'zod/v4/core';
import { isDate, isMap, isSet, isUrl } from '../realms.js';

/**
 * A `Date` in code, and an ISO 8601 string in the store. The string has the format of `JSON.stringify`, so dates that
 * express-session has stored can be read as well.
 *
 * @example
 * ```ts
 * import { isoDate } from 'typed-session';
 * import { z } from 'zod';
 *
 * export const schema = z.object({ lastLogin: isoDate.optional() });
 * ```
 * @group Schema
 */
export const isoDate: ZodCodec<ZodString, ZodCustom<Date, Date>> = codec(
  string(),
  // Not zod's date(), which refuses a Date from another realm.
  custom<Date>().check(({ value, issues }) => {
    if (isDate(value) && !Number.isNaN(value.getTime())) return;
    issues.push({ code: 'invalid_type', expected: 'date', input: value });
  }),
  {
    decode: (text, context) => {
      const moment = new Date(text);
      if (!Number.isNaN(moment.getTime()) && moment.toISOString() === text) return moment;
      context.issues.push({ code: 'invalid_format', format: 'datetime', input: text });
      return NEVER;
    },
    encode: (moment) => moment.toISOString(),
  },
);

/**
 * A `bigint` in code, and its decimal digits in the store.
 *
 * @example
 * ```ts
 * import { bigintText } from 'typed-session';
 * import { z } from 'zod';
 *
 * export const schema = z.object({ accountNo: bigintText.optional() });
 * ```
 * @group Schema
 */
export const bigintText: ZodCodec<ZodString, ZodCustom<bigint, bigint>> = codec(
  string().regex(/^-?\d+$/),
  custom<bigint>((value) => typeof value === 'bigint'),
  { decode: BigInt, encode: String },
);

/**
 * A `URL` in code, and its text in the store. If you change a part of it, such as `searchParams`, the change is detected.
 *
 * @example
 * ```ts
 * import { urlText } from 'typed-session';
 * import { z } from 'zod';
 *
 * export const schema = z.object({ returnTo: urlText.optional() });
 * ```
 * @group Schema
 */
export const urlText: ZodCodec<ZodURL, ZodCustom<URL, URL>> = codec(url(), custom<URL>(isUrl), {
  decode: (text) => new URL(text),
  encode: (address) => address.href,
});

/**
 * A `Set` in code, and an array in the store. The items may have their own codecs.
 *
 * @example
 * ```ts
 * import { setOf } from 'typed-session';
 * import { z } from 'zod';
 *
 * export const schema = z.object({ seen: setOf(z.string()).optional() });
 * ```
 * @group Schema
 */
export function setOf<T extends SomeType>(item: T): ZodCodec<ZodArray<T>, ZodCustom<Set<output<T>>, Set<output<T>>>> {
  return codec(array(item), custom<Set<output<T>>>(isSet), {
    decode: (list) => new Set(list),
    encode: (set) => [...set] as never, // its items are output<T>, which T encodes
  });
}

/**
 * A `Map` in code, and an array of pairs in the store. The keys and values may have their own codecs.
 *
 * @example
 * ```ts
 * import { isoDate, mapOf } from 'typed-session';
 * import { z } from 'zod';
 *
 * export const schema = z.object({ lastSeen: mapOf(z.string(), isoDate).optional() });
 * ```
 * @group Schema
 */
export function mapOf<K extends SomeType, V extends SomeType>(
  key: K,
  value: V,
): ZodCodec<ZodArray<ZodTuple<[K, V]>>, ZodCustom<Map<output<K>, output<V>>, Map<output<K>, output<V>>>> {
  return codec(array(tuple([key, value])), custom<Map<output<K>, output<V>>>(isMap), {
    decode: (pairs) => new Map(pairs as [output<K>, output<V>][]), // the pairs are decoded
    encode: (map) => [...map] as never, // its entries are decoded pairs, which the tuple encodes
  });
}
