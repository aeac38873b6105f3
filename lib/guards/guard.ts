import { findSession } from '../sessions/registry.js';
import { addValues, type Responder } from './requirements.js';

/**
 * What a controller's method requires of a session and does to it, as far as it is known without a request.
 *
 * @group Decorators
 */
export interface SessionRequirements {
  /** Whether a stored session is required. */
  readonly session: boolean;
  /** Fields that must be present. */
  readonly fields: readonly string[];
  /** Fields that must have a certain value. */
  readonly values: Readonly<Record<string, unknown>>;
  /** How many predicates must return true. */
  readonly predicates: number;
  /** Whether the method is only for requests for which nobody is signed in. */
  readonly anonymous: boolean;
  /** Whether the session is readonly. */
  readonly readonly: boolean;
  /** Whether the session gets a new id when the method has succeeded. */
  readonly rotates: boolean;
  /** Whether the session ends when the method has succeeded. */
  readonly destroys: boolean;
}

/** What a guard or a decorator does before the handler. */
export interface Guard {
  /** What it requires: for API docs, and for the other guards of the same handler. */
  readonly metadata: Partial<SessionRequirements>;
  /**
   * Lets the request pass, or throws or rejects. Returns `undefined` if there is nothing to wait for.
   * @param group - the guards of the same handler, this one included
   */
  readonly check: (request: object, group: GuardGroup) => Promise<void> | undefined;
  /** The app's function that responds to a request that this guard refused with an error; `undefined` if there is none. */
  readonly responder?: (error: unknown, request: object) => Responder | undefined;
  /** Whether the guards of the class and of its base classes are ignored: `@AllowAnonymous()`. */
  readonly resets?: boolean;
}

/** The facts about the guards of one handler that each of them may need. */
export interface GuardGroup {
  /** One of them makes the session readonly. */
  readonly readonly: boolean;
  /** One of them names a field. So if a session only lacks a value or fails a predicate, somebody is signed in. */
  readonly namesField: boolean;
}

/** Collects these facts from the guards of one handler. */
export function guardGroup(guards: readonly Guard[]): GuardGroup {
  return {
    readonly: guards.some(({ metadata }) => metadata.readonly === true),
    namesField: guards.some(({ metadata }) => (metadata.fields ?? []).length > 0),
  };
}

/**
 * The combined requirements of several guards.
 * @throws SessionOptionsError if no session can meet all of them
 */
export function mergeRequirements(guards: readonly Guard[]): SessionRequirements {
  const values = new Map<string, unknown>();
  const fields = new Set<string>();
  const merged = { session: false, predicates: 0, anonymous: false, readonly: false, rotates: false, destroys: false };
  for (const { metadata } of guards) {
    addValues(values, Object.entries(metadata.values ?? {}));
    for (const field of metadata.fields ?? []) fields.add(field);
    merged.predicates += metadata.predicates ?? 0;
    for (const flag of ['session', 'anonymous', 'readonly', 'rotates', 'destroys'] as const)
      merged[flag] ||= metadata[flag] ?? false;
  }
  return { ...merged, fields: [...fields], values: Object.fromEntries(values) };
}

/** How a host continues after its guards. */
export interface GuardOutcome<T> {
  /** Called if the request passes. */
  readonly proceed: () => T;
  /** Called if a guard refuses the request; `respond` is the app's own function that responds, if there is one. */
  readonly refuse: (error: unknown, respond: Responder | undefined) => T;
}

/**
 * Runs guards in the given order.
 * @param group - all guards of the handler, if these are only some of them
 * @returns what `proceed` or `refuse` returns; a promise if a guard has to wait for the session
 */
export function runGuards<T>(
  guards: readonly Guard[],
  request: object,
  { proceed, refuse }: GuardOutcome<T>,
  group = guardGroup(guards),
): T | Promise<T> {
  const from = (index: number): T | Promise<T> => {
    const guard = guards[index];
    if (guard === undefined) return proceed();
    const next = () => from(index + 1);
    const refused = (error: unknown) => {
      forgetSuccess(request);
      return refuse(error, guard.responder?.(error, request));
    };
    let waiting: Promise<void> | undefined;
    try {
      waiting = guard.check(request, group);
    } catch (error) {
      return refused(error);
    }
    return waiting === undefined ? next() : waiting.then(next, refused);
  };
  return from(0);
}

/** The handler does not run, so what an earlier guard has planned for its success must not happen. */
function forgetSuccess(request: object): void {
  const attached = findSession(request);
  if (attached !== undefined) attached.onSuccess = undefined;
}
