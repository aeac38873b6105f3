import { didYouMean } from '../did-you-mean.js';
import { SessionForbiddenError, SessionOptionsError, SessionRequiredError } from '../errors.js';

/** An app's function that responds to a refused request, such as `onMissing`. Its parameters depend on the host. */
export type Responder = (...args: never[]) => unknown;

/** What a guard or a decorator requires of a session. */
export interface Requirements {
  /** The name of the guard or decorator in errors. */
  readonly by: string;
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
  "takes names of fields, objects such as { role: 'admin' }, predicates such as (session) => session.age > 17, and { onMissing, onForbidden } as a separate object";
/** The options of a guard that are handlers. */
const HANDLERS: ReadonlySet<string> = new Set(['onMissing', 'onForbidden']);

/**
 * Sorts the arguments of a guard.
 * @param by - the name of the guard or decorator in errors
 * @throws SessionOptionsError for an argument that it does not accept, or if no session can meet all of them
 */
export function requirementsOf(required: readonly unknown[], by: string): Requirements {
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
  return { by, fields, values, predicates, onMissing: handlers.onMissing, onForbidden: handlers.onForbidden };
}

/** The error of a decorator that was applied as `@Name` instead of `@Name()`. */
export function needsParentheses(by: string): SessionOptionsError {
  const decorator = by.startsWith('@') ? by : `@${by.charAt(0).toUpperCase()}${by.slice(1)}`;
  return new SessionOptionsError(decorator, `needs its parentheses: ${decorator}()`);
}

/** Whether the argument is a class, which means that a decorator was applied without parentheses. */
export function isClass(given: unknown): boolean {
  return typeof given === 'function' && /^class\b/.test(Function.prototype.toString.call(given));
}

/** Refuses a function that is not a predicate. @throws SessionOptionsError */
function refuseHandler(given: object, by: string): void {
  if (isClass(given)) throw needsParentheses(by); // it was called with the class
  if (isExpressHandler(given)) {
    const advice = `takes predicates, not handlers: pass a handler such as redirect('/login') as ${by}({ onMissing: handler })`;
    throw new SessionOptionsError(by, advice);
  }
}

/** Whether a function takes a request, a response, and more, as `redirect('/login')` does. A predicate takes the session. */
export function isExpressHandler(given: unknown): boolean {
  return typeof given === 'function' && given.length > 2;
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
          `must be in a separate object: ${by}({ role: 'admin' }, { ${field} })`,
        );
      }
      const wrong =
        typeof value === 'function'
          ? `is a function, but a field can only be compared with a value${didYouMean(field, HANDLERS)}`
          : 'must be a string, number, boolean, bigint or null';
      throw new SessionOptionsError(`${by}({ ${field} })`, wrong);
    }
    if (values.has(field) && values.get(field) !== value) {
      throw new SessionOptionsError(`${by}({ ${field} })`, 'is required to have two different values');
    }
    values.set(field, value);
  }
}

/**
 * Refuses a requirement for a field that no session of this schema can have, because every request would get a 401.
 * @param known - the fields of the schema; `undefined` if it allows any
 * @throws SessionOptionsError, which names the field
 */
export function refuseUnknownFields(
  { by, fields, values }: Requirements,
  known: ReadonlySet<string> | undefined,
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
  { by, fields, values, predicates }: Requirements,
  { principal, namesField }: CheckContext,
): void {
  const payload = fieldsOf(session);
  const missing = fields.filter((field) => !isPresent(session, field));
  const failed = [...values]
    .filter(([field, value]) => !Object.hasOwn(payload, field) || payload[field] !== value)
    .map(([field]) => field);
  if (payload['isNew'] === true || missing.length > 0) throw new SessionRequiredError(missing, failed);
  if (failed.length === 0) failed.push(...failedPredicates(session, predicates, by));
  if (failed.length === 0) return;
  const isSignedIn = principal === undefined ? namesField : isPresent(session, principal);
  throw isSignedIn ? new SessionForbiddenError(failed) : new SessionRequiredError([], failed);
}

/** Whether a session has a field with a value. */
export function isPresent(session: object, field: string): boolean {
  return Object.hasOwn(session, field) && fieldsOf(session)[field] != null;
}

/** The first predicate that does not return `true`. Later ones may rely on what it checks, so they are not called. */
function failedPredicates(session: object, predicates: Requirements['predicates'], by: string): string[] {
  for (const predicate of predicates) {
    const result = predicate(session);
    if (typeof result === 'object' && result !== null) {
      throw new SessionOptionsError(by, 'a predicate must return true or false, not a promise');
    }
    if (result !== true) return [`${predicate.name === '' ? 'predicate' : predicate.name}()`];
  }
  return [];
}
