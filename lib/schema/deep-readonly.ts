/**
 * A `Date` without the methods that change it.
 *
 * @group Types
 */
export type ReadonlyDate = Pick<Date, Exclude<keyof Date, `set${string}`>>;

/**
 * A `URL` that cannot be changed, and whose parameters cannot be changed.
 *
 * @group Types
 */
export interface ReadonlyURL extends Readonly<Omit<URL, 'searchParams'>> {
  /** The query parameters, without the methods that change them. */
  readonly searchParams: Omit<URLSearchParams, 'append' | 'delete' | 'set' | 'sort'>;
}

/**
 * A value that cannot be changed, at any depth. Methods that change a Date, a Map, a Set, or a URL are omitted. Brands
 * are kept. An instance of a class with private fields keeps its type.
 *
 * @group Types
 */
export type DeepReadonly<T> = T extends Unchangeable
  ? T
  : T extends ReadonlyMap<infer K, infer V>
    ? ReadonlyMap<DeepReadonly<K>, DeepReadonly<V>>
    : T extends ReadonlySet<infer V>
      ? ReadonlySet<DeepReadonly<V>>
      : T extends Date
        ? WithBrand<T, Date, ReadonlyDate>
        : T extends URL
          ? WithBrand<T, URL, ReadonlyURL>
          : T extends object
            ? ReadonlyObject<T>
            : T;

type Unchangeable = string | number | bigint | boolean | symbol | null | undefined | ((...args: never[]) => unknown);

/** Keeps what `T` has in addition to `Class`, such as a brand. */
type WithBrand<T, Class, Readable> = Class extends T ? Readable : Readable & Readonly<Omit<T, keyof Class>>;

/** Leaves a class with private fields as it is: a mapped type loses them, so it is not assignable to the class. */
type ReadonlyObject<T extends object> = T extends readonly (infer Element)[]
  ? Element[] extends T
    ? readonly DeepReadonly<Element>[]
    : ReadonlyProperties<T> // a tuple
  : { [K in keyof T]: T[K] } extends T
    ? ReadonlyProperties<T>
    : T;

type ReadonlyProperties<T> = { readonly [K in keyof T]: DeepReadonly<T[K]> };
