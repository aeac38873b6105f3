import { createParamDecorator, type Action } from 'routing-controllers';
import { decoratorFamily, type DecoratorFamily } from '../guards/decorator-family.js';
import type { RequireSessionDecorators } from '../guards/decorator-types.js';
import type { Guard } from '../guards/guard.js';
import { sessionValue } from '../guards/built-in-guards.js';
import { asHttpError, rcGuardDecorator } from './rc-guards.js';

/** A parameter's guard is declared for its action. */
function rcParameter(guard: Guard | undefined, field?: string) {
  const valueOf = createParamDecorator({
    value: async ({ request }: Action): Promise<unknown> => {
      try {
        return await sessionValue(request as object, field); // Express's request is an object
      } catch (error) {
        throw asHttpError(error);
      }
    },
  });
  return (prototype: object, name: string | symbol, index: number): void => {
    valueOf(prototype, name as string, index); // its type knows no symbols
    if (guard !== undefined) rcGuardDecorator(guard)(prototype, name, Object.getOwnPropertyDescriptor(prototype, name));
  };
}

// routing-controllers has only the legacy dialect, in which parameters before the request may be decorated.
const family = decoratorFamily<'any'>({ decorate: rcGuardDecorator, parameter: rcParameter });

/**
 * `@RequireSession(…)` of typed-session for actions and controllers of routing-controllers, and for what their subclasses
 * inherit. A request that does not pass gets an `HttpError` of status 401 or 403, or is handled by `onMissing` or
 * `onForbidden`.
 *
 * @throws SessionOptionsError when the class is defined, for any other argument
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
 * @group Decorators
 */
export const RequireSession: RequireSessionDecorators<'any'> = family.RequireSession;

/**
 * Lets only requests pass for which nobody is signed in; see {@link DecoratorFamily.RequireAnonymous}. Any other request
 * gets an `HttpError` of status 403.
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
 * @group Decorators
 */
export const CurrentSession: DecoratorFamily<'any'>['CurrentSession'] = family.CurrentSession;

/**
 * Passes a field of the session to a parameter; see {@link DecoratorFamily.SessionValue}. A request without the field gets
 * an `HttpError` of status 401.
 *
 * @group Decorators
 */
export const SessionValue: DecoratorFamily<'any'>['SessionValue'] = family.SessionValue;
