/** Any method at all. */
export type Method = (this: never, ...args: never[]) => unknown;

/** Any class whose constructor can be called. */
export type AnyClass = abstract new (...args: never[]) => object;

/** Any class, also one whose constructor is private or protected. */
export interface ClassLike {
  /** What its instances inherit. */
  readonly prototype: object;
}

/** A class, as it is called: which parameters it has is checked where it is. */
export type Class = new (...args: unknown[]) => object;

/**
 * `unknown` if a decorator stands before one of `Kind`, by the context of the standard dialect; otherwise what to do. The legacy
 * dialect passes the name of a property in its place.
 */
export type ContextOf<C, Kind extends string> = C extends { readonly kind: Kind }
  ? unknown
  : Refused<'A session decorator is for methods: make this property or accessor a method'>;

/** A context of the standard dialect, or the name of a property in the legacy one. */
export type AnyContext = { readonly kind: string } | string | symbol;

/** What the compiler prints instead of a type that it refuses. An object: of an index and mere text it would make `never`. */
export interface Refused<Advice extends string> {
  /** What to do. */
  readonly advice: Advice;
}

/** `Fitting` for a descriptor of the legacy dialect that holds a method. */
export type MethodOf<M, Fitting> = M extends Method
  ? Fitting
  : Refused<'A session decorator is for methods: make this property or accessor a method'>;
