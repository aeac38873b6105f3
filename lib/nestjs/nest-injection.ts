import type { Refused } from '../guards/decorator-fits.js';
import type { SessionIdentity } from '../guards/narrowing.js';
import type { Register, SessionSchema } from '../schema/payload-types.js';

/**
 * A decorator of Nest for a constructor parameter or a property. The compiler refuses one whose type does not accept what is
 * injected. (It cannot see the type of a private property, nor the parameters of a private constructor.)
 */
export type InjectionDecorator<T> = <
  Target extends object,
  Name extends string | symbol | undefined,
  Index extends number = number,
>(
  target: Target,
  name: Name & IntoProperty<Target, Name, T>,
  index?: Index & IntoParameter<Target, Name, Index, T>,
) => void;

type IntoProperty<Target, Name, T> = Name extends keyof Target ? Accepts<Target[Name], T> : unknown;

type IntoParameter<Target, Name, Index extends number, T> = Name extends undefined
  ? Target extends abstract new (...args: infer Args) => unknown
    ? Accepts<Args[Index], T>
    : unknown
  : unknown;

/** Without a registered schema, the compiler knows nothing about the session. A middleware may also have another schema. */
type Accepts<Declared, T> = [T] extends [Declared]
  ? unknown
  : Declared extends (
        T extends SessionIdentity<SessionSchema, string>
          ? SessionIdentity<SessionSchema, string>
          : Register extends { schema: unknown }
            ? never
            : object
      )
    ? unknown
    : Refused<'The type of this parameter or property does not accept what is injected into it: a Session, or a SessionMiddleware'>;
