import { didYouMean } from '../did-you-mean.js';
import { SessionForbiddenError, SessionOptionsError, SessionRequiredError } from '../errors.js';

/** An app's function that responds to a refused request, such as `onMissing`. Its parameters depend on the host. */
export type Responder = (...args: never[]) => unknown;

/** What a guard or a decorator requires of a session. */
export interface Requirements {
  /** Fields that must be present. */
  readonly fields: readonly string[];
  /** Fields that must have a certain value. */
  readonly values: ReadonlyMap<string, unknown>;
  /** The app's own checks. */
  readonly predicates: readonly ((session: object) => unknown)[];
  /** Responds if nobody is signed in, or a field is absent. */
  readonly onMissing: Responder | undefined;
  /** Responds if somebody is signed in, but something does not match. */
  readonly onForbidden: Responder | undefined;
}

const COMPARABLE: ReadonlySet<string> = new Set(['string', 'number', 'boolean', 'bigint']);
const TAKES =
  "takes names of fields, objects such as { role: 'admin' }, functions of the session, and { onMissing, onForbidden } as an object of its own";
/** What the options of a guard may hold. */
const HANDLERS: ReadonlySet<string> = new Set(['onMissing', 'onForbidden']);

/**
 * Sorts the arguments of a guard.
 * @param by - the name of the guard or decorator in errors
 * @throws SessionOptionsError for an argument that it does not accept, or if no session can meet all of them
 */
export function requirementsOf(required: readonly unknown[], by = 'requireSession'): Requirements {
  const fields: string[] = [];
  const values = new Map<string, unknown>();
  const predicates: ((session: object) => unknown)[] = [];
  let handlers: { readonly onMissing?: Responder; readonly onForbidden?: Responder } = {};
  for (const one of required) {
    if (typeof one === 'string') {
      fields.push(one);
    } else if (typeof one === 'function') {
      refuseHandler(one, by);
      predicates.push(one as (session: object) => unknown); // its result is checked when it is called
    } else if (typeof one === 'object' && one !== null && !Array.isArray(one)) {
      if ('addInitializer' in one || ('writable' in one && 'configurable' in one)) {
        throw needsParentheses(by); // it was called with the method
      }
      if ('headers' in one && 'method' in one) {
        throw new SessionOptionsError(
          by,
          `was called with a request: call ${by}('userId') once, and put the guard that it returns before the handler`,
        );
      }
      const entries = Object.entries(one);
      const areHandlers = entries.every(([name, value]) => HANDLERS.has(name) && typeof value === 'function');
      if (entries.length > 0 && areHandlers) {
        handlers = { ...handlers, ...one };
      } else {
        addValues(values, entries, by);
      }
    } else {
      throw new SessionOptionsError(by, TAKES);
    }
  }
  return { fields, values, predicates, onMissing: handlers.onMissing, onForbidden: handlers.onForbidden };
}

/** The error of a decorator that was applied as `@Name` instead of `@Name()`. */
export function needsParentheses(by: string): SessionOptionsError {
  const decorator = by.startsWith('@') ? by : '@RequireSession';
  return new SessionOptionsError(decorator, `needs its parentheses: ${decorator}()`);
}

/** Whether a decorator that was given this was applied to a class. */
export function isClass(given: unknown): boolean {
  return typeof given === 'function' && /^class\b/.test(Function.prototype.toString.call(given));
}

/** Refuses a function that is no predicate of the session. @throws SessionOptionsError */
function refuseHandler(given: object, by: string): void {
  if (isClass(given)) throw needsParentheses(by); // it was called with the class
  if ((given as Responder).length > 2) {
    const advice = `takes functions of the session: a handler such as redirect('/login') is passed as ${by}({ onMissing: handler })`;
    throw new SessionOptionsError(by, advice);
  }
}

/** @throws SessionOptionsError */
export function addValues(
  values: Map<string, unknown>,
  added: Iterable<readonly [string, unknown]>,
  by = 'requireSession',
): void {
  for (const [field, value] of added) {
    if (HANDLERS.has(field) && typeof value !== 'function') {
      throw new SessionOptionsError(`${by}({ ${field} })`, "must be a function, such as redirect('/login')");
    }
    if (value !== null && !COMPARABLE.has(typeof value)) {
      if (HANDLERS.has(field)) {
        throw new SessionOptionsError(
          `${by}({ ${field} })`,
          `must be in an object of its own: ${by}({ role: 'admin' }, { ${field} })`,
        );
      }
      const wrong =
        typeof value === 'function'
          ? `is a function, and a field is compared with a value${didYouMean(field, HANDLERS)}`
          : 'must be a string, number, boolean, bigint or null';
      throw new SessionOptionsError(`${by}({ ${field} })`, wrong);
    }
    if (values.has(field) && values.get(field) !== value) {
      throw new SessionOptionsError(`${by}({ ${field} })`, 'is asked to have two values at once');
    }
    values.set(field, value);
  }
}

/**
 * Refuses a requirement for a field that no session of this schema can have, because it would result in a 401 forever.
 * @param known - the fields of the schema; `undefined` if it allows any
 * @throws SessionOptionsError, which names the field
 */
export function refuseUnknownFields(
  { fields, values }: Requirements,
  known: ReadonlySet<string> | undefined,
  by = 'requireSession',
): void {
  if (known === undefined) return;
  for (const field of [...fields, ...values.keys()]) {
    if (known.has(field)) continue;
    const asked = values.has(field) ? `{ ${field}: … }` : `'${field}'`;
    throw new SessionOptionsError(`${by}(${asked})`, `the schema has no field ${field}${didYouMean(field, known)}`);
  }
}

/** The fields of a session, by name. */
export function fieldsOf(session: object): Readonly<Record<string, unknown>> {
  return session as Readonly<Record<string, unknown>>; // any field of any object can be read
}

/** What a check needs besides the session and the requirements. */
export interface CheckContext {
  /** The option `principal`. */
  readonly principal: string | undefined;
  /** Whether a field is named, by this guard or by another one of the same class and method. */
  readonly namesField: boolean;
}

/**
 * Checks that a session meets the requirements.
 * @throws SessionRequiredError, SessionForbiddenError, SessionOptionsError if a predicate is asynchronous
 */
export function checkPayload(
  session: object,
  { fields, values, predicates }: Requirements,
  { principal, namesField }: CheckContext,
): void {
  const payload = fieldsOf(session);
  const isPresent = (field: string): boolean => Object.hasOwn(payload, field) && payload[field] != null;
  const missing = fields.filter((field) => !isPresent(field));
  const failed = [...values]
    .filter(([field, value]) => !Object.hasOwn(payload, field) || payload[field] !== value)
    .map(([field]) => field);
  if (payload['isNew'] === true || missing.length > 0) throw new SessionRequiredError(missing, failed);
  if (failed.length === 0) failed.push(...failedPredicates(session, predicates));
  if (failed.length === 0) return;
  const isSignedIn = principal === undefined ? namesField : isPresent(principal);
  throw isSignedIn ? new SessionForbiddenError(failed) : new SessionRequiredError([], failed);
}

/** The first predicate that does not return `true`. Later ones may rely on what it checks, so they are not called. */
function failedPredicates(session: object, predicates: Requirements['predicates']): string[] {
  for (const predicate of predicates) {
    const result = predicate(session);
    if (typeof result === 'object' && result !== null) {
      throw new SessionOptionsError(
        'requireSession',
        'a function of the session must return true or false, and no promise',
      );
    }
    if (result !== true) return [`${predicate.name === '' ? 'predicate' : predicate.name}()`];
  }
  return [];
}
