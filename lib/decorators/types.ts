/** Any method at all. */
export type Method = (this: never, ...args: never[]) => unknown;

/** Any class at all. */
export type AnyClass = abstract new (...args: never[]) => object;

/** The context that the standard dialect hands over with a class or a method. */
export type ContextOf<T> = T extends AnyClass ? ClassDecoratorContext : ClassMethodDecoratorContext;

/** A decorator of methods, for both dialects. */
export interface SessionMethodDecorator {
  /** The standard (TC39) dialect. */
  <M extends Method>(method: M, context: ClassMethodDecoratorContext): M;
  /** The legacy dialect (`experimentalDecorators`). */
  <M extends Method>(target: object, name: string | symbol, descriptor: TypedPropertyDescriptor<M>): void;
}

/** A decorator of methods and of classes, for both dialects. */
export interface SessionDecorator {
  /** The standard (TC39) dialect; a class in the legacy dialect (`experimentalDecorators`), which has no context. */
  <T extends Method | AnyClass>(target: T, context?: ContextOf<T>): T;
  /** A method in the legacy dialect (`experimentalDecorators`). */
  <M extends Method>(target: object, name: string | symbol, descriptor: TypedPropertyDescriptor<M>): void;
}
