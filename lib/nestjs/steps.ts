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
import { enter, stepsTogether, type SessionRequirements, type Step } from '../express/step.js';
import { allSteps, classSteps, note, stepsOf, together } from '../decorators/steps.js';

/**
 * The key under which Nest's `Reflector` finds what our decorators ask of a method, or of a class, each by itself, as
 * `SessionRequirements`; {@link sessionRequirementsOf} tells what they ask for together.
 */
export const SESSION_REQUIREMENTS = 'typed-session:requirements';

/**
 * What our decorators ask for before a handler is reached: those of its method and those of its class together. For guards
 * and interceptors of the app's own.
 *
 * @returns `undefined` where they ask for nothing
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
 */
export function sessionRequirementsOf(
  context: Pick<ExecutionContext, 'getClass' | 'getHandler'>,
): SessionRequirements | undefined {
  const steps = stepsBefore(context);
  return steps.some(({ clears }) => clears !== true) ? together(steps) : undefined;
}

function stepsBefore(context: Pick<ExecutionContext, 'getClass' | 'getHandler'>): readonly Step[] {
  return allSteps(classSteps(context.getClass()), stepsOf(context.getHandler()));
}

/** Goes through one step before a handler. */
class StepGuard implements CanActivate {
  readonly #step: Step;
  readonly #ofClass: boolean;

  constructor(step: Step, ofClass: boolean) {
    this.#step = step;
    this.#ofClass = ofClass;
  }

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    if (this.#ofClass && !this.#holds(context)) return true;
    const http = context.switchToHttp();
    const among = stepsTogether(stepsBefore(context));
    return new Promise((resolve, reject) => {
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- whatever was handed on is
      const next = (error: unknown): void => { reject(inNest(error)); }; // prettier-ignore
      const goOn = (): void => { resolve(true); }; // prettier-ignore
      // Where `onMissing` answers, this is never settled: there is nothing left that Nest, or a filter, might do.
      Promise.resolve(enter(this.#step, [http.getRequest(), http.getResponse(), next], goOn, among)).catch(reject);
    });
  }

  /** Nest hands the guards of a base class down; `@AllowAnonymous()` takes them back. */
  #holds(context: ExecutionContext): boolean {
    if (stepsOf(context.getHandler()).some(({ clears }) => clears === true)) return false;
    return classSteps(context.getClass()).includes(this.#step);
  }
}

/** The exception of Nest's that filters expect; ours is its `cause`. */
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

/** A decorator of Nest's that puts a step before a method, or before all methods of a class. */
export function stepDecorator(step: Step) {
  return (target: object, name?: string | symbol, descriptor?: PropertyDescriptor): void => {
    const owner: unknown = name === undefined ? target : descriptor?.value;
    if (typeof owner !== 'function') throw new TypeError('This decorator is for methods and classes.');
    note(owner, [step, ...stepsOf(owner)]);
    const all = name === undefined ? classSteps(owner) : stepsOf(owner);
    const decorators = [
      SetMetadata(SESSION_REQUIREMENTS, together(all)),
      UseGuards(new StepGuard(step, name === undefined)),
    ];
    for (const decorator of decorators) {
      if (name === undefined) (decorator as ClassDecorator)(owner);
      else (decorator as MethodDecorator)(target, name, descriptor as TypedPropertyDescriptor<unknown>); // it has one: `owner`
    }
  };
}
