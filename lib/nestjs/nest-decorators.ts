import { createParamDecorator, Inject, type ExecutionContext } from '@nestjs/common';
import type { SessionParameterDecorator } from '../decorators/parameter-decorators.js';
import type {
  RequireSessionDecorator,
  RequireSessionDecorators,
  SessionMethodDecorator,
} from '../decorators/require-session.js';
import { allowingGuard, anonymousGuard, sessionGuard, sessionValue, successGuard } from '../guards/session-guard.js';
import type { AnonymousOptions } from '../express/express-guards.js';
import type { GuardOptions } from '../express/missing.js';
import type { Guard } from '../guards/guard.js';
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
import type { SessionMiddleware } from '../middleware.js';
import type { InjectionDecorator } from './nest-injection.js';
import { guardDecorator } from './nest-guards.js';
import { SESSION, SESSIONS } from './nest-tokens.js';

/**
 * `@RequireSession(…)` of typed-session, as a guard of Nest's: for methods and for controllers. What lacks what is asked for
 * gets an `UnauthorizedException`, or what `onMissing` does.
 *
 * @throws SessionOptionsError, where the class is defined, where it is asked for something else
 * @example
 * ```ts
 * import { Controller, Get } from '@nestjs/common';
 * import { RequireSession, SessionValue } from 'typed-session/nestjs';
 *
 * @Controller('account')
 * @RequireSession('userId')
 * export class AccountController {
 *   @Get()
 *   show(@SessionValue('userId') userId: string) {
 *     return { userId };
 *   }
 * }
 * ```
 */
export const RequireSession: RequireSessionDecorators<'any'> = Object.assign(
  (...required: unknown[]) => guardDecorator(sessionGuard(required)),
  { readonly: (...required: unknown[]) => guardDecorator(sessionGuard(required, { readonly: true })) },
) as unknown as RequireSessionDecorators<'any'>; // Nest has the legacy dialect alone, and passes no standard contexts

/** `@RequireAnonymous()` as a guard of Nest's: who is signed in gets a `ForbiddenException`, or what `onPresent` does. */
export function RequireAnonymous(options?: AnonymousOptions): RequireSessionDecorator<[], 'any'> {
  return guardDecorator(anonymousGuard(options)) as unknown as RequireSessionDecorator<[], 'any'>; // as above
}

/** Takes back what the controller, or its base class, asks for: of one method, or of a whole subclass. */
export function AllowAnonymous(): RequireSessionDecorator<[], 'any'> {
  return guardDecorator(allowingGuard()) as unknown as RequireSessionDecorator<[], 'any'>; // as above
}

/** Gives the session a new id when the method has succeeded: when its response is below 400. */
export function RotateSession<
  const R extends readonly (SessionField<RegisteredSchema> | RegisteredValues | RegisteredPredicate | GuardOptions)[],
>(...required: R & KnownFields<RegisteredSchema, R>): SessionMethodDecorator<R, 'any'> {
  return guardDecorator(successGuard('rotate', required)) as unknown as SessionMethodDecorator<R, 'any'>; // as above
}

/** Ends the session when the method has succeeded, before its response goes out: a logout. */
export function DestroySession<
  const R extends readonly (SessionField<RegisteredSchema> | RegisteredValues | RegisteredPredicate | GuardOptions)[],
>(...required: R & KnownFields<RegisteredSchema, R>): SessionMethodDecorator<R, 'any'> {
  return guardDecorator(successGuard('destroy', required)) as unknown as SessionMethodDecorator<R, 'any'>; // as above
}

const given = createParamDecorator(async (field: string | undefined, context: ExecutionContext) => {
  return sessionValue(context.switchToHttp().getRequest(), field);
});

/** A parameter that is given the session or a field, behind a guard of its method: `onMissing` and `Reflector` know of it. */
function parameter(guard: Guard | undefined, field?: string): SessionParameterDecorator<unknown> {
  return (prototype, name, index) => {
    given(field)(prototype, name, index);
    if (guard !== undefined) guardDecorator(guard)(prototype, name, Object.getOwnPropertyDescriptor(prototype, name));
  };
}

/**
 * Gives a parameter the session; asked for something, it asks as {@link RequireSession} does, and the session is narrowed.
 *
 * @throws SessionOptionsError
 * @example
 * ```ts
 * import { Controller, Get } from '@nestjs/common';
 * import type { Session } from 'typed-session';
 * import { CurrentSession } from 'typed-session/nestjs';
 *
 * @Controller('cart')
 * export class CartController {
 *   @Get()
 *   show(@CurrentSession() session: Session) {
 *     return { isNew: session.isNew };
 *   }
 * }
 * ```
 */
export function CurrentSession<
  const R extends readonly (SessionField<RegisteredSchema> | RegisteredValues | RegisteredPredicate)[],
>(...required: R & KnownFields<RegisteredSchema, R>): SessionParameterDecorator<Session & Found<RegisteredSchema, R>> {
  return parameter(required.length === 0 ? undefined : sessionGuard(required));
}

/**
 * Gives a parameter a field of the session. A request without it gets an `UnauthorizedException`: the value is neither
 * `undefined` nor `null`.
 * @throws SessionOptionsError
 */
export function SessionValue<F extends SessionField<RegisteredSchema>>(
  field: F,
): SessionParameterDecorator<NonNullable<FieldValue<RegisteredSchema, F>>> {
  return parameter(sessionGuard([field]), field);
}

/**
 * Injects the request's session, typed: the class that it is injected into is request-scoped then.
 *
 * @example
 * ```ts
 * import { Injectable } from '@nestjs/common';
 * import type { Session } from 'typed-session';
 * import { InjectSession } from 'typed-session/nestjs';
 *
 * @Injectable()
 * export class CartService {
 *   constructor(@InjectSession() readonly session: Session) {}
 * }
 * ```
 */
export function InjectSession(): InjectionDecorator<Session> {
  return Inject(SESSION);
}

/** Injects the middleware, for what is not about one request: `list`, `revoke`, `migrateAll`. */
export function InjectSessionMiddleware(): InjectionDecorator<SessionMiddleware<RegisteredSchema>> {
  return Inject(SESSIONS);
}
