import { createParamDecorator, type Action } from 'routing-controllers';
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
import { asHttpError, stepDecorator } from './steps.js';

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
  (...required: unknown[]) => stepDecorator(sessionStep(required)),
  { readonly: (...required: unknown[]) => stepDecorator(sessionStep(required, { readonly: true })) },
) as unknown as RequireSessionDecorators<'any'>; // routing-controllers has the legacy dialect alone

/** `@RequireAnonymous()` for routing-controllers: who is signed in gets an `HttpError` of status 403. */
export function RequireAnonymous(options?: AnonymousOptions): RequireSessionDecorator<[], 'any'> {
  return stepDecorator(anonymousStep(options)) as unknown as RequireSessionDecorator<[], 'any'>; // as above
}

/** Takes back what the controller, or its base class, asks for: of one action, or of a whole subclass. */
export function AllowAnonymous(): RequireSessionDecorator<[], 'any'> {
  return stepDecorator({ tells: {}, clears: true, run: () => undefined }) as unknown as RequireSessionDecorator<
    [],
    'any'
  >; // as above
}

/** Gives the session a new id when the action has succeeded: when its response is below 400. */
export function RotateSession<
  const R extends readonly (SessionField<RegisteredSchema> | RegisteredValues | RegisteredPredicate | GuardOptions)[],
>(...required: R & KnownFields<RegisteredSchema, R>): SessionMethodDecorator<R, 'any'> {
  return stepDecorator(onSuccessStep('rotate', required)) as unknown as SessionMethodDecorator<R, 'any'>; // as above
}

/** Ends the session when the action has succeeded, before its response goes out: a logout. */
export function DestroySession<
  const R extends readonly (SessionField<RegisteredSchema> | RegisteredValues | RegisteredPredicate | GuardOptions)[],
>(...required: R & KnownFields<RegisteredSchema, R>): SessionMethodDecorator<R, 'any'> {
  return stepDecorator(onSuccessStep('destroy', required)) as unknown as SessionMethodDecorator<R, 'any'>; // as above
}

/**
 * Gives a parameter the session; asked for something, it asks as {@link RequireSession} does, and the session is narrowed.
 * @throws SessionOptionsError
 */
export function CurrentSession<
  const R extends readonly (SessionField<RegisteredSchema> | RegisteredValues | RegisteredPredicate)[],
>(...required: R & KnownFields<RegisteredSchema, R>): SessionParameterDecorator<Session & Found<RegisteredSchema, R>> {
  const asked = required as readonly unknown[]; // to be looked at, whatever it is
  return parameter(asked.length === 0 ? undefined : sessionStep(asked), (session) => session);
}

/**
 * Gives a parameter a field of the session. A request without it gets an `HttpError` of status 401: the value is neither
 * `undefined` nor `null`.
 * @throws SessionOptionsError
 */
export function SessionValue<F extends SessionField<RegisteredSchema>>(
  field: F,
): SessionParameterDecorator<NonNullable<FieldValue<RegisteredSchema, F>>> {
  return parameter(sessionStep([field]), (session) => session[field]);
}

/** A parameter that is given something of the session, behind a step of its action. */
function parameter(
  step: Step | undefined,
  valueOf: (session: Readonly<Record<string, unknown>>) => unknown,
): SessionParameterDecorator<unknown> {
  const given = createParamDecorator({
    value: async ({ request }: Action): Promise<unknown> => {
      let session: object = {};
      try {
        await withSession(request as object, undefined, (found, attached) => {
          session = attached?.session ?? found;
        }); // Express's request is an object
      } catch (error) {
        throw asHttpError(error);
      }
      return valueOf(session as Readonly<Record<string, unknown>>); // any field can be asked for
    },
  });
  return (prototype, name, index) => {
    given(prototype, name as string, index); // its type knows no symbols
    if (step !== undefined) stepDecorator(step)(prototype, name, Object.getOwnPropertyDescriptor(prototype, name));
  };
}
