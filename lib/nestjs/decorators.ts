import { createParamDecorator, Inject, type ExecutionContext } from '@nestjs/common';
import type { SessionParameterDecorator } from '../decorators/parameters.js';
import type {
  RequireSessionDecorator,
  RequireSessionDecorators,
  SessionMethodDecorator,
} from '../decorators/require-session.js';
import { anonymousStep, onSuccessStep, sessionStep, withSession, type AnonymousOptions } from '../express/require.js';
import type { GuardOptions } from '../express/missing.js';
import type { Step } from '../express/step.js';
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
import type { InjectionDecorator } from './injection.js';
import { stepDecorator } from './steps.js';
import { SESSION, SESSIONS } from './tokens.js';

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
  (...required: unknown[]) => stepDecorator(sessionStep(required)),
  { readonly: (...required: unknown[]) => stepDecorator(sessionStep(required, { readonly: true })) },
) as unknown as RequireSessionDecorators<'any'>; // Nest has the legacy dialect alone, and passes no standard contexts

/** `@RequireAnonymous()` as a guard of Nest's: who is signed in gets a `ForbiddenException`, or what `onPresent` does. */
export function RequireAnonymous(options?: AnonymousOptions): RequireSessionDecorator<[], 'any'> {
  return stepDecorator(anonymousStep(options)) as unknown as RequireSessionDecorator<[], 'any'>; // as above
}

/** Takes back what the controller, or its base class, asks for: of one method, or of a whole subclass. */
export function AllowAnonymous(): RequireSessionDecorator<[], 'any'> {
  return stepDecorator({ tells: {}, clears: true, run: () => undefined }) as unknown as RequireSessionDecorator<
    [],
    'any'
  >; // as above
}

/** Gives the session a new id when the method has succeeded: when its response is below 400. */
export function RotateSession<
  const R extends readonly (SessionField<RegisteredSchema> | RegisteredValues | RegisteredPredicate | GuardOptions)[],
>(...required: R & KnownFields<RegisteredSchema, R>): SessionMethodDecorator<R, 'any'> {
  return stepDecorator(onSuccessStep('rotate', required)) as unknown as SessionMethodDecorator<R, 'any'>; // as above
}

/** Ends the session when the method has succeeded, before its response goes out: a logout. */
export function DestroySession<
  const R extends readonly (SessionField<RegisteredSchema> | RegisteredValues | RegisteredPredicate | GuardOptions)[],
>(...required: R & KnownFields<RegisteredSchema, R>): SessionMethodDecorator<R, 'any'> {
  return stepDecorator(onSuccessStep('destroy', required)) as unknown as SessionMethodDecorator<R, 'any'>; // as above
}

const given = createParamDecorator(async (field: string | undefined, context: ExecutionContext) => {
  const request: object = context.switchToHttp().getRequest();
  let session: unknown;
  await withSession(request, undefined, (found, attached) => {
    session = attached?.session ?? found;
  });
  return field === undefined ? session : (session as Record<string, unknown>)[field]; // any field can be asked for
});

/** A parameter that is given the session or a field, behind a guard of its method: `onMissing` and `Reflector` know of it. */
function parameter(step: Step | undefined, field?: string): SessionParameterDecorator<unknown> {
  return (prototype, name, index) => {
    given(field)(prototype, name, index);
    if (step !== undefined) stepDecorator(step)(prototype, name, Object.getOwnPropertyDescriptor(prototype, name));
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
  const asked = required as readonly unknown[]; // to be looked at, whatever it is
  return parameter(asked.length === 0 ? undefined : sessionStep(asked));
}

/**
 * Gives a parameter a field of the session. A request without it gets an `UnauthorizedException`: the value is neither
 * `undefined` nor `null`.
 * @throws SessionOptionsError
 */
export function SessionValue<F extends SessionField<RegisteredSchema>>(
  field: F,
): SessionParameterDecorator<NonNullable<FieldValue<RegisteredSchema, F>>> {
  return parameter(sessionStep([field]), field);
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
