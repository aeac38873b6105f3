/** A `Date` without the methods that change it. */
export type ReadonlyDate = Pick<Date, Exclude<keyof Date, `set${string}`>>;

/** A `URL` that cannot be changed, and whose parameters cannot be changed. */
export interface ReadonlyURL extends Readonly<Omit<URL, 'searchParams'>> {
  /** The parameters of the query, to be read. */
  readonly searchParams: Omit<URLSearchParams, 'append' | 'delete' | 'set' | 'sort'>;
}

/**
 * A value that is not to be changed, at any depth. Methods that change a Date, a Map, a Set, or a URL are left out; brands
 * are kept; an instance of a class with private fields keeps its type.
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

/** What `T` has beyond `Class`, such as a brand, stays. */
type WithBrand<T, Class, Readable> = Class extends T ? Readable : Readable & Readonly<Omit<T, keyof Class>>;

/** A mapped type loses the private fields of a class, and would not be assignable to the class. */
type ReadonlyObject<T extends object> = T extends readonly (infer Element)[]
  ? Element[] extends T
    ? readonly DeepReadonly<Element>[]
    : ReadonlyProperties<T> // a tuple
  : { [K in keyof T]: T[K] } extends T
    ? ReadonlyProperties<T>
    : T;

type ReadonlyProperties<T> = { readonly [K in keyof T]: DeepReadonly<T[K]> };
