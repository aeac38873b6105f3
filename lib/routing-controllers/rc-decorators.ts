import { createParamDecorator, type Action } from 'routing-controllers';
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
import { asHttpError, guardDecorator } from './rc-guards.js';

/**
 * `@RequireSession(…)` of typed-session for actions and controllers of routing-controllers, and for what their subclasses
 * inherit. What lacks what is asked for gets an `HttpError` of status 401, or what `onMissing` does.
 *
 * @throws SessionOptionsError, where the class is defined, where it is asked for something else
 * @example
 * ```ts
 * import { Get, JsonController } from 'routing-controllers';
 * import { RequireSession, SessionValue } from 'typed-session/routing-controllers';
 *
 * @JsonController('/account')
 * @RequireSession('userId')
 * export class AccountController {
 *   @Get('/')
 *   show(@SessionValue('userId') userId: string) {
 *     return { userId };
 *   }
 * }
 * ```
 */
export const RequireSession: RequireSessionDecorators<'any'> = Object.assign(
  (...required: unknown[]) => guardDecorator(sessionGuard(required)),
  { readonly: (...required: unknown[]) => guardDecorator(sessionGuard(required, { readonly: true })) },
) as unknown as RequireSessionDecorators<'any'>; // routing-controllers has the legacy dialect alone

/** `@RequireAnonymous()` for routing-controllers: who is signed in gets an `HttpError` of status 403. */
export function RequireAnonymous(options?: AnonymousOptions): RequireSessionDecorator<[], 'any'> {
  return guardDecorator(anonymousGuard(options)) as unknown as RequireSessionDecorator<[], 'any'>; // as above
}

/** Takes back what the controller, or its base class, asks for: of one action, or of a whole subclass. */
export function AllowAnonymous(): RequireSessionDecorator<[], 'any'> {
  return guardDecorator(allowingGuard()) as unknown as RequireSessionDecorator<[], 'any'>; // as above
}

/** Gives the session a new id when the action has succeeded: when its response is below 400. */
export function RotateSession<
  const R extends readonly (SessionField<RegisteredSchema> | RegisteredValues | RegisteredPredicate | GuardOptions)[],
>(...required: R & KnownFields<RegisteredSchema, R>): SessionMethodDecorator<R, 'any'> {
  return guardDecorator(successGuard('rotate', required)) as unknown as SessionMethodDecorator<R, 'any'>; // as above
}

/** Ends the session when the action has succeeded, before its response goes out: a logout. */
export function DestroySession<
  const R extends readonly (SessionField<RegisteredSchema> | RegisteredValues | RegisteredPredicate | GuardOptions)[],
>(...required: R & KnownFields<RegisteredSchema, R>): SessionMethodDecorator<R, 'any'> {
  return guardDecorator(successGuard('destroy', required)) as unknown as SessionMethodDecorator<R, 'any'>; // as above
}

/**
 * Gives a parameter the session; asked for something, it asks as {@link RequireSession} does, and the session is narrowed.
 * @throws SessionOptionsError
 */
export function CurrentSession<
  const R extends readonly (SessionField<RegisteredSchema> | RegisteredValues | RegisteredPredicate)[],
>(...required: R & KnownFields<RegisteredSchema, R>): SessionParameterDecorator<Session & Found<RegisteredSchema, R>> {
  return parameter(required.length === 0 ? undefined : sessionGuard(required));
}

/**
 * Gives a parameter a field of the session. A request without it gets an `HttpError` of status 401: the value is neither
 * `undefined` nor `null`.
 * @throws SessionOptionsError
 */
export function SessionValue<F extends SessionField<RegisteredSchema>>(
  field: F,
): SessionParameterDecorator<NonNullable<FieldValue<RegisteredSchema, F>>> {
  return parameter(sessionGuard([field]), field);
}

/** A parameter that is given something of the session, behind a guard of its action. */
function parameter(guard: Guard | undefined, field?: string): SessionParameterDecorator<unknown> {
  const given = createParamDecorator({
    value: async ({ request }: Action): Promise<unknown> => {
      try {
        return await sessionValue(request as object, field); // Express's request is an object
      } catch (error) {
        throw asHttpError(error);
      }
    },
  });
  return (prototype, name, index) => {
    given(prototype, name as string, index); // its type knows no symbols
    if (guard !== undefined) guardDecorator(guard)(prototype, name, Object.getOwnPropertyDescriptor(prototype, name));
  };
}
