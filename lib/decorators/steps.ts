import { enterAll, type SessionRequirements, type Step } from '../express/step.js';
import { addValues } from '../guards/requirements.js';

/** Any method, as it is called. */
export type Callable = (this: unknown, ...args: unknown[]) => unknown;

/** The steps that decorators have put before a method, or before all methods of a class; the first is gone through first. */
const noted = new WeakMap<object, readonly Step[]>();

/** Notes steps of a method or of a class. */
export function note(owner: object, steps: readonly Step[]): void {
  noted.set(owner, steps);
}

/** The steps that were noted of a method or of a class itself. */
export function stepsOf(owner: object): readonly Step[] {
  return noted.get(owner) ?? [];
}

/** The steps of a class: those of its base classes first. One that clears leaves nothing of the ones before it. */
export function classSteps(made: object): readonly Step[] {
  const base: unknown = Object.getPrototypeOf(made);
  const inherited = typeof base === 'function' && base !== Function.prototype ? classSteps(base) : [];
  const own = stepsOf(made);
  return own.some(({ clears }) => clears === true) ? own : [...inherited, ...own];
}

/** A method's own steps behind those of its class, unless it clears them. */
export function allSteps(ofClass: readonly Step[], ofMethod: readonly Step[]): readonly Step[] {
  return ofMethod.some(({ clears }) => clears === true) ? ofMethod : [...ofClass, ...ofMethod];
}

/**
 * What several steps ask for together.
 * @throws SessionOptionsError where no session could have it all
 */
export function together(steps: readonly Step[]): SessionRequirements {
  const values = new Map<string, unknown>();
  const fields = new Set<string>();
  const told = { session: false, predicates: 0, anonymous: false, readonly: false, rotates: false, destroys: false };
  for (const { tells } of steps) {
    addValues(values, Object.entries(tells.values ?? {}));
    for (const field of tells.fields ?? []) fields.add(field);
    told.predicates += tells.predicates ?? 0;
    for (const flag of ['session', 'anonymous', 'readonly', 'rotates', 'destroys'] as const)
      told[flag] ||= tells[flag] ?? false;
  }
  return { ...told, fields: [...fields], values: Object.fromEntries(values) };
}

/** What a guarded method was before any step was put in front of it. */
const unguarded = new WeakMap<Callable, Callable>();

/**
 * A method that goes through a step first.
 * @throws SessionOptionsError where the step asks for what contradicts those that are there
 */
export function behindStep(method: Callable, step: Step): Callable {
  return withSteps(method, [step, ...stepsOf(method)]);
}

/**
 * A method with just these steps in front of it, in the place of those that it has.
 * @throws SessionOptionsError where they contradict
 */
export function withSteps(method: Callable, steps: readonly Step[]): Callable {
  together(steps);
  const plain = unguarded.get(method) ?? method;
  const guarded = likeMethod(plain, () => {
    return function (this: unknown, ...args: unknown[]): unknown {
      return enterAll(steps, args, () => plain.apply(this, args));
    };
  });
  unguarded.set(guarded, plain);
  note(guarded, steps);
  return guarded;
}

/** What `wrap` makes of a method, with the method's name and length. */
export function likeMethod(method: Callable, wrap: (method: Callable) => Callable): Callable {
  return Object.defineProperties(wrap(method), {
    name: { value: method.name, configurable: true },
    length: { value: method.length, configurable: true },
  });
}
