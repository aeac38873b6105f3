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

/** The context that the standard dialect passes with a class or a method. */
export type ContextOf<T> = T extends AnyClass
  ? ClassDecoratorContext
  : T extends Method
    ? ClassMethodDecoratorContext
    : ContextOfClass<T>;

/** The context of a class whose constructor is private, which TypeScript types as one of any class. */
type ContextOfClass<T> = Omit<ClassDecoratorContext, 'addInitializer'> & { readonly [of]?: T };
declare const of: unique symbol;
