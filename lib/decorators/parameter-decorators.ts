import { SessionOptionsError } from '../errors.js';
import { classGuards, getGuards } from '../guards/declared-guards.js';
import type { Guard } from '../guards/guard.js';
import { loadingGuard, sessionGuard, sessionValue } from '../guards/session-guard.js';
import type { Session } from '../sessions/session.js';
import type {
  FieldValue,
  Found,
  KnownFields,
  RegisteredPredicate,
  RegisteredSchema,
  RegisteredValues,
  SessionField,
} from '../schema/types.js';
import { defer } from '../timers.js';
import { likeMethod, withGuard, type Callable } from './guarded-method.js';
import type { Refused } from './types.js';

/** What one parameter of a method is given, and what has to hold before. */
interface Parameter {
  readonly guard: Guard;
  /** The field that is its value; `undefined` for the session itself. */
  readonly field: string | undefined;
}

const parameters = new WeakMap<object, Map<PropertyKey, Parameter[]>>();

/**
 * A parameter decorator of the legacy dialect that gives a value of type `T`; the compiler refuses a parameter whose type
 * promises more.
 */
export type SessionParameterDecorator<T> = <P extends object, K extends string | symbol, I extends number>(
  prototype: P,
  name: K,
  index: I & Takes<P, K, I, T>,
) => void;

type Takes<P, K, I extends number, T> = K extends keyof P
  ? P[K] extends (...args: infer A) => unknown
    ? [T] extends [A[I]]
      ? unknown
      : Refused<'The type of this parameter promises what its decorator does not check: ask for that too, or promise less'>
    : unknown
  : Refused<'The compiler cannot check the parameters of a private or protected method: make the method public'>;

/**
 * Gives a method's parameter the session, in the legacy dialect (`experimentalDecorators`): the standard one has no
 * parameter decorators. Asked for something, it asks as {@link RequireSession} does, and the session is narrowed; asked
 * for nothing, it hands out any session, a new one too.
 *
 * The method or its class has to have another decorator of this library. Its other parameters get the request, the
 * response and `next`, in this order.
 *
 * @example
 * ```ts
 * import type { Request, Response } from 'express';
 * import { CurrentSession, RequireSession, SessionValue, type Session } from 'typed-session';
 *
 * export class AccountController {
 *   @RequireSession('userId')
 *   me(@SessionValue('userId') userId: string, @CurrentSession() session: Session, req: Request, res: Response) {
 *     res.json({ userId, isNew: session.isNew, path: req.path });
 *   }
 * }
 * ```
 * @throws SessionOptionsError
 */
export function CurrentSession<
  const R extends readonly (SessionField<RegisteredSchema> | RegisteredValues | RegisteredPredicate)[],
>(...required: R & KnownFields<RegisteredSchema, R>): SessionParameterDecorator<Session & Found<RegisteredSchema, R>> {
  return parameter({ guard: required.length === 0 ? loadingGuard : sessionGuard(required), field: undefined });
}

/**
 * Gives a method's parameter a field of the session, in the legacy dialect; see {@link CurrentSession}. A request without
 * it gets `SessionRequiredError`: the value is neither `undefined` nor `null`.
 * @throws SessionOptionsError
 */
export function SessionValue<F extends SessionField<RegisteredSchema>>(
  field: F,
): SessionParameterDecorator<NonNullable<FieldValue<RegisteredSchema, F>>> {
  return parameter({ guard: sessionGuard([field]), field });
}

function parameter(one: Parameter) {
  return (prototype: object, name: PropertyKey, index: number): void => {
    const ofClass = parameters.get(prototype) ?? new Map<PropertyKey, Parameter[]>();
    const ofMethod = ofClass.get(name) ?? [];
    ofMethod[index] = one;
    ofClass.set(name, ofMethod);
    parameters.set(prototype, ofClass);
    defer(refuseAlone, prototype, name);
  };
}

/** Only a decorator of the method or the class can fill a parameter: the compiler undoes what one of its own does to the method. */
function refuseAlone(prototype: object, name: PropertyKey): void {
  const method: unknown = Reflect.get(prototype, name);
  const owner = typeof prototype === 'function' ? prototype : prototype.constructor;
  if (classGuards(owner).length > 0 || (typeof method === 'function' && getGuards(method).length > 0)) return;
  throw new SessionOptionsError(
    `${owner.name}.${String(name)}`,
    'a parameter decorator needs @RequireSession() or another decorator of this library on the method or its class',
  );
}

/** A method whose decorated parameters are filled; the others get the arguments in their order. */
export function withParameters(owner: object, name: PropertyKey, method: Callable): Callable {
  const wanted = parameters.get(owner)?.get(name);
  if (wanted === undefined || getGuards(method).length > 0) return method;
  const filled = likeMethod(method, (unfilled) => {
    return function (this: unknown, ...args: unknown[]): unknown {
      const [request] = args;
      const rest = [...args];
      // The guards before it have checked the request and loaded its session.
      const values = Array.from(wanted, (one) => (one ? sessionValue(request as object, one.field) : rest.shift()));
      return unfilled.call(this, ...values, ...rest);
    };
  });
  const given = wanted.filter((one) => one !== undefined);
  // Express takes a handler of four parameters for an error handler: only those count that it fills.
  Object.defineProperty(filled, 'length', { value: Math.max(0, method.length - given.length), configurable: true });
  return given.reduce((behind, { guard }) => withGuard(behind, guard), filled);
}
