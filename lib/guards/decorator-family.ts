import type {
  FieldValue,
  Found,
  KnownFields,
  RegisteredPredicate,
  RegisteredSchema,
  RegisteredValues,
  SessionField,
} from '../schema/payload-types.js';
import type { Session } from '../sessions/session.js';
import type { Place } from './decorator-fits.js';
import type {
  RequireSessionDecorator,
  RequireSessionDecorators,
  SessionMethodDecorator,
  SessionParameterDecorator,
} from './decorator-types.js';
import type { AnonymousOptions, GuardArguments } from './express-types.js';
import type { Guard } from './guard.js';
import { allowingGuard, anonymousGuard, sessionGuard, successGuard } from './built-in-guards.js';

declare module './express-types.js' {
  interface EntryPoints {
    /** `req.session` is the main entry point's. */
    main: true;
  }
}

/**
 * The decorators of controllers. Plain classes, NestJS, and routing-controllers each have one family, whose members require
 * and do the same.
 *
 * @group Types
 */
export interface DecoratorFamily<At extends Place = 'first'> {
  /** Declares what a method, or every method of a class, requires of the session; see {@link RequireSessionDecorators}. */
  readonly RequireSession: RequireSessionDecorators<At>;
  /**
   * Lets only requests pass for which nobody is signed in: a login page; see {@link requireAnonymous}. For methods and for
   * classes. Any other request gets a `SessionPresentError` (403).
   * @param options - `onPresent`: responds instead, such as `redirect('/account')`
   */
  readonly RequireAnonymous: (options?: AnonymousOptions) => RequireSessionDecorator<[], At>;
  /**
   * Takes back what the decorators of the class and of its base classes require: of one method, or of all methods of a
   * subclass. What the method's own decorators require stays. A subclass can loosen what its base class requires by this
   * decorator, and in no other way.
   */
  readonly AllowAnonymous: () => RequireSessionDecorator<[], At>;
  /**
   * Gives the session a new id when the method has succeeded, that is when its response is below 400: a login, a change of
   * rights (OWASP Session Management Cheat Sheet, "Renew the Session ID After Any Privilege Level Change"). The payload
   * is kept. If the option `principal` rotates the session as well, or the method itself does, it is rotated once.
   * @param required - what the method requires of the session, as {@link RequireSession} takes it; default: nothing
   * @throws SessionOptionsError when the class is defined, for any other argument
   */
  readonly RotateSession: <const R extends GuardArguments>(
    ...required: R & KnownFields<RegisteredSchema, R>
  ) => SessionMethodDecorator<R, At>;
  /**
   * Ends the session when the method has succeeded, that is when its response is below 400, and clears its cookie, all
   * before that response is sent: a logout.
   * @param required - what the method requires of the session, as {@link RequireSession} takes it; default: nothing
   * @throws SessionOptionsError when the class is defined, for any other argument
   */
  readonly DestroySession: <const R extends GuardArguments>(
    ...required: R & KnownFields<RegisteredSchema, R>
  ) => SessionMethodDecorator<R, At>;
  /**
   * Passes the session to a parameter. With arguments, it requires what {@link RequireSession} would, and the session is
   * narrowed. Without arguments, it passes any session, a new one too.
   * @throws SessionOptionsError when the class is defined, for any other argument
   */
  readonly CurrentSession: <
    const R extends readonly (SessionField<RegisteredSchema> | RegisteredValues | RegisteredPredicate)[],
  >(
    ...required: R & KnownFields<RegisteredSchema, R>
  ) => SessionParameterDecorator<Session & Found<RegisteredSchema, R>>;
  /**
   * Passes a field of the session to a parameter. It is required: the value is neither `undefined` nor `null`, and a request
   * without it gets a `SessionRequiredError` (401).
   * @throws SessionOptionsError when the class is defined, if the argument is no field
   */
  readonly SessionValue: <F extends SessionField<RegisteredSchema>>(
    field: F,
  ) => SessionParameterDecorator<NonNullable<FieldValue<RegisteredSchema, F>>>;
}

/** How a framework makes decorators of guards. */
export interface DecoratorHost {
  /** Makes a decorator that puts a guard before a method or, unless `classes` is `false`, before all methods of a class. */
  readonly decorate: (guard: Guard, options?: { readonly classes?: boolean }) => unknown;
  /**
   * Makes a decorator that passes the session, or one field of it, to a parameter, and puts a guard before its method.
   * @param guard - `undefined` if nothing is required
   */
  readonly parameter: (guard: Guard | undefined, field?: string) => unknown;
}

const METHODS = { classes: false };

/** The decorators of one framework. */
export function decoratorFamily<At extends Place>({ decorate, parameter }: DecoratorHost): DecoratorFamily<At> {
  const family = {
    RequireSession: Object.assign(
      (...required: unknown[]) => decorate(sessionGuard(required, { by: '@RequireSession' })),
      {
        readonly: (...required: unknown[]) =>
          decorate(sessionGuard(required, { readonly: true, by: '@RequireSession.readonly' }), METHODS),
      },
    ),
    RequireAnonymous: (...given: unknown[]) => decorate(anonymousGuard(given, '@RequireAnonymous')),
    AllowAnonymous: (...given: unknown[]) => decorate(allowingGuard(given)),
    RotateSession: (...required: unknown[]) => decorate(successGuard('rotate', required), METHODS),
    DestroySession: (...required: unknown[]) => decorate(successGuard('destroy', required), METHODS),
    CurrentSession: (...required: unknown[]) =>
      parameter(required.length > 0 ? sessionGuard(required, { by: '@CurrentSession' }) : undefined),
    SessionValue: (field: string) => parameter(sessionGuard([field], { by: '@SessionValue' }), field),
  } satisfies Record<keyof DecoratorFamily, unknown>;
  return family as unknown as DecoratorFamily<At>; // decorators of both dialects; what they narrow only the compiler sees
}
