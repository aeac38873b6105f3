import {
  ForbiddenException,
  SetMetadata,
  UnauthorizedException,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
  type HttpException,
} from '@nestjs/common';
import { SessionForbiddenError, SessionPresentError, SessionRequiredError } from '../errors.js';
import { addGuard, classGuards, getGuards, isReset, joinGuards } from '../guards/declared-guards.js';
import { guardGroup, mergeRequirements, type Guard, type SessionRequirements } from '../guards/guard.js';
import { runHandlerGuards } from '../guards/handler-guards.js';

/**
 * The key under which Nest's `Reflector` finds the requirements (`SessionRequirements`) that our decorators declare. A method
 * and its class have separate entries; {@link sessionRequirementsOf} returns both together.
 *
 * @group Decorators
 */
export const SESSION_REQUIREMENTS = 'typed-session:requirements';

/**
 * The requirements that our decorators declare for a handler: those of its method and those of its class together. Use it in
 * guards and interceptors of the app.
 *
 * @returns `undefined` if they require nothing
 * @example
 * ```ts
 * import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
 * import { sessionRequirementsOf } from 'typed-session/nestjs';
 *
 * @Injectable()
 * export class OnlyGuarded implements CanActivate {
 *   canActivate(context: ExecutionContext) {
 *     return sessionRequirementsOf(context)?.session === true; // no route is left open by mistake
 *   }
 * }
 * ```
 * @group Decorators
 */
export function sessionRequirementsOf(
  context: Pick<ExecutionContext, 'getClass' | 'getHandler'>,
): SessionRequirements | undefined {
  const guards = nestGuardsBefore(context);
  return guards.some(({ resets }) => resets !== true) ? mergeRequirements(guards) : undefined;
}

function nestGuardsBefore(context: Pick<ExecutionContext, 'getClass' | 'getHandler'>): readonly Guard[] {
  return joinGuards(classGuards(context.getClass()), getGuards(context.getHandler()));
}

/** Runs one guard before a handler. */
class NestGuard implements CanActivate {
  readonly #guard: Guard;
  readonly #ofClass: boolean;

  constructor(guard: Guard, ofClass: boolean) {
    this.#guard = guard;
    this.#ofClass = ofClass;
  }

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    if (this.#ofClass && !this.#holds(context)) return true;
    const http = context.switchToHttp();
    const group = guardGroup(nestGuardsBefore(context));
    return new Promise((resolve, reject) => {
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the reason is passed on unchanged
      const next = (error: unknown): void => { reject(inNest(error)); }; // prettier-ignore
      const proceed = (): void => { resolve(true); }; // prettier-ignore
      const args = [http.getRequest(), http.getResponse(), next];
      // If `onMissing` responds, this promise never settles, because nothing is left for Nest or a filter to do.
      Promise.resolve(runHandlerGuards([this.#guard], args, proceed, group)).catch(reject);
    });
  }

  /** Nest also applies the guards of a base class. `@AllowAnonymous()` removes them. */
  #holds(context: ExecutionContext): boolean {
    if (isReset(getGuards(context.getHandler()))) return false;
    return classGuards(context.getClass()).includes(this.#guard);
  }
}

/** The exception of Nest that filters expect; our error is its `cause`. */
export function inNest(error: unknown): unknown {
  if (error instanceof SessionRequiredError) return nestException(UnauthorizedException, error);
  if (error instanceof SessionForbiddenError) return nestException(ForbiddenException, error);
  if (error instanceof SessionPresentError) return nestException(ForbiddenException, error);
  return error;
}

function nestException(
  Exception: new (body: object, options: { cause: unknown }) => HttpException,
  error: SessionRequiredError | SessionForbiddenError | SessionPresentError,
): HttpException {
  const { message, code, status } = error;
  const fields = 'missing' in error ? { missing: error.missing, failed: error.failed } : {};
  return new Exception({ statusCode: status, message, code, ...fields }, { cause: error });
}

/** A decorator for Nest that puts a guard before a method, or before all methods of a class. */
export function nestGuardDecorator(guard: Guard) {
  return (target: object, name?: string | symbol, descriptor?: PropertyDescriptor): void => {
    const owner: unknown = name === undefined ? target : descriptor?.value;
    if (typeof owner !== 'function') throw new TypeError('This decorator is for methods and classes.');
    addGuard(owner, guard);
    const all = name === undefined ? classGuards(owner) : getGuards(owner);
    const decorators = [
      SetMetadata(SESSION_REQUIREMENTS, mergeRequirements(all)),
      UseGuards(new NestGuard(guard, name === undefined)),
    ];
    for (const decorator of decorators) {
      if (name === undefined) (decorator as ClassDecorator)(owner);
      else (decorator as MethodDecorator)(target, name, descriptor as TypedPropertyDescriptor<unknown>); // it has one: `owner`
    }
  };
}
