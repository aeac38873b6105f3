import { createParamDecorator, Inject, type ExecutionContext } from '@nestjs/common';
import { decoratorFamily, type DecoratorFamily } from '../guards/decorator-family.js';
import type { RequireSessionDecorators } from '../guards/decorator-types.js';
import type { Guard } from '../guards/guard.js';
import { sessionValue } from '../guards/built-in-guards.js';
import type { SessionMiddleware } from '../middleware.js';
import type { RegisteredSchema } from '../schema/payload-types.js';
import type { Session } from '../sessions/session.js';
import { nestGuardDecorator } from './nest-guards.js';
import type { InjectionDecorator } from './nest-injection.js';
import { SESSION, SESSIONS } from './nest-tokens.js';

const valueOf = createParamDecorator(async (field: string | undefined, context: ExecutionContext) =>
  sessionValue(context.switchToHttp().getRequest(), field),
);

/** A parameter's guard is declared for its method, so that `onMissing` and `Reflector` know of it. */
function nestParameter(guard: Guard | undefined, field?: string) {
  return (prototype: object, name: string | symbol, index: number): void => {
    valueOf(field)(prototype, name, index);
    if (guard !== undefined)
      nestGuardDecorator(guard)(prototype, name, Object.getOwnPropertyDescriptor(prototype, name));
  };
}

// Nest has only the legacy dialect, in which parameters before the request may be decorated.
const family = decoratorFamily<'any'>({ decorate: nestGuardDecorator, parameter: nestParameter });

/**
 * `@RequireSession(…)` of typed-session as a guard of Nest, for methods and for controllers. A request that does not pass
 * gets an `UnauthorizedException` or a `ForbiddenException`, or is handled by `onMissing` or `onForbidden`.
 *
 * @throws SessionOptionsError when the class is defined, for any other argument
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
 * @group Decorators
 */
export const RequireSession: RequireSessionDecorators<'any'> = family.RequireSession;

/**
 * Lets only requests pass for which nobody is signed in; see {@link DecoratorFamily.RequireAnonymous}. Any other request
 * gets a `ForbiddenException`.
 *
 * @group Decorators
 */
export const RequireAnonymous: DecoratorFamily<'any'>['RequireAnonymous'] = family.RequireAnonymous;

/**
 * Takes back what the decorators of the class require; see {@link DecoratorFamily.AllowAnonymous}.
 *
 * @group Decorators
 */
export const AllowAnonymous: DecoratorFamily<'any'>['AllowAnonymous'] = family.AllowAnonymous;

/**
 * Gives the session a new id when the method has succeeded; see {@link DecoratorFamily.RotateSession}.
 *
 * @group Decorators
 */
export const RotateSession: DecoratorFamily<'any'>['RotateSession'] = family.RotateSession;

/**
 * Ends the session when the method has succeeded: a logout; see {@link DecoratorFamily.DestroySession}.
 *
 * @group Decorators
 */
export const DestroySession: DecoratorFamily<'any'>['DestroySession'] = family.DestroySession;

/**
 * Passes the session to a parameter; see {@link DecoratorFamily.CurrentSession}.
 *
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
 * @group Decorators
 */
export const CurrentSession: DecoratorFamily<'any'>['CurrentSession'] = family.CurrentSession;

/**
 * Passes a field of the session to a parameter; see {@link DecoratorFamily.SessionValue}. A request without the field gets
 * an `UnauthorizedException`.
 *
 * @group Decorators
 */
export const SessionValue: DecoratorFamily<'any'>['SessionValue'] = family.SessionValue;

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
 * @group Sessions
 */
export function InjectSession(): InjectionDecorator<Session> {
  return Inject(SESSION);
}

/**
 * Injects the middleware, for what is not about one request: `list`, `revoke`, `migrateAll`.
 *
 * @group Sessions
 */
export function InjectSessionMiddleware(): InjectionDecorator<SessionMiddleware<RegisteredSchema>> {
  return Inject(SESSIONS);
}
