import type { SessionSchema } from '../schema/payload-types.js';
import type { Checked, CheckedKey, OnlyRead, LocalsOf } from '../guards/narrowing.js';

/** Marks the type of a guard with what it adds to the `Locals` of the handlers behind it. */
declare const adds: unique symbol;
/** Marks whether the session behind a guard is only read. */
declare const mode: unique symbol;

/** What the type of a guard states about the handlers behind it. Exists for the compiler alone. */
export interface GuardFacts<Adds, Mode = unknown> {
  readonly [adds]: Adds;
  readonly [mode]: Mode;
}

/** Any guard of this library. */
export type AnyGuardMiddleware = GuardFacts<unknown>;

/** A guard that does not decide whether the session is readonly. */
export type PlainGuard = GuardFacts<unknown, 'writable'>;

/**
 * A middleware that lets a request pass if its session meets the requirements. In a route of Express, the handlers after it in
 * the same call see what it checks.
 */
export interface GuardMiddleware<Adds, Mode> extends GuardFacts<Adds, Mode> {
  /** Express calls it, or you do. As an argument of a route, it refuses handlers that rely on more than it checks. */
  <Res extends object, Next extends (error?: unknown) => void>(
    request: object,
    response: Res & Allows<Adds, Mode, Res, Next>,
    next: Next,
  ): void;
}

/**
 * The guard of the registered session that `requireSession(…)` returns.
 *
 * @group Types
 */
export type SessionGuard<Found> = GuardMiddleware<Checked<Found>, 'writable'>;

/**
 * {@link SessionGuard} whose handlers get a readonly session.
 *
 * @group Types
 */
export type ReadonlySessionGuard<Found> = GuardMiddleware<Checked<Found>, 'readonly'>;

/**
 * {@link SessionGuard} for the session of one middleware.
 *
 * @group Types
 */
export type SessionGuardOf<S extends SessionSchema, Name extends string, Found> = GuardMiddleware<
  LocalsOf<S, Name, Found>,
  'writable'
>;

/**
 * `unknown` if the handlers of a route rely on no more than their guard checks; otherwise advice, as a type. A test that calls a
 * guard itself may pass a request that promises more.
 */
type Allows<Adds, Mode, Res, Next> = Res extends { readonly locals: infer Locals }
  ? 0 extends Locals & 1
    ? unknown
    : Adds extends Pick<Locals, CheckedKey & keyof Locals>
      ? Mode extends 'readonly'
        ? Locals extends OnlyRead
          ? unknown
          : CalledByExpress<Next> extends true
            ? "This guard is readonly: leave out the type of the handler's request, or let it be a ReadonlySessionRequest"
            : unknown
        : unknown
      : CalledByExpress<Next> extends true
        ? "The handler's request promises more of the session than this guard checks: let requireSession check that too, or promise less"
        : unknown
  : unknown;

/** Whether the caller is Express, whose `next` also accepts `'route'`. */
type CalledByExpress<Next> = Next extends (...args: infer Args) => unknown
  ? Args extends ['route']
    ? true
    : false
  : false;
