import { didYouMean } from '../did-you-mean.js';
import { SessionOptionsError, SessionRequiredError } from '../errors.js';
import type { MissingHandler } from './missing.js';

/** What a guard or a decorator asks of a session. */
export interface Requirements {
  /** Fields that must be there. */
  readonly fields: readonly string[];
  /** Fields that must have a value. */
  readonly values: ReadonlyMap<string, unknown>;
  /** Questions of the app's own. */
  readonly predicates: readonly ((session: object) => unknown)[];
  /** What to do with a request that does not have it. */
  readonly onMissing: MissingHandler | undefined;
}

/** How one guard or decorator answers a request that lacks what it asks for; the option `onMissing` says it for the app. */
export interface GuardOptions {
  /** Called instead of handing `SessionRequiredError` to `next`. */
  readonly onMissing: MissingHandler;
}

const COMPARABLE: ReadonlySet<string> = new Set(['string', 'number', 'boolean', 'bigint']);
const TAKES =
  "takes names of fields, objects such as { role: 'admin' }, functions of the session, and { onMissing } alone";

/**
 * Sorts what a guard was asked.
 * @throws SessionOptionsError where something is none of what it takes, or where no session could have it all
 */
export function requirementsOf(required: readonly unknown[]): Requirements {
  const fields: string[] = [];
  const values = new Map<string, unknown>();
  const predicates: ((session: object) => unknown)[] = [];
  let onMissing: MissingHandler | undefined;
  for (const one of required) {
    if (typeof one === 'string') {
      fields.push(one);
    } else if (typeof one === 'function') {
      predicates.push(one as (session: object) => unknown); // that it is one shows when it is called
    } else if (typeof one === 'object' && one !== null && !Array.isArray(one)) {
      if ('addInitializer' in one || ('writable' in one && 'configurable' in one)) {
        throw new SessionOptionsError('@RequireSession', 'needs its parentheses: @RequireSession()'); // it was given the method
      }
      const entries = Object.entries(one);
      if (entries.length === 1 && entries[0]?.[0] === 'onMissing' && typeof entries[0][1] === 'function') {
        onMissing = entries[0][1] as MissingHandler; // as above
      } else {
        addValues(values, entries);
      }
    } else {
      throw new SessionOptionsError('requireSession', TAKES);
    }
  }
  return { fields, values, predicates, onMissing };
}

/** @throws SessionOptionsError */
export function addValues(values: Map<string, unknown>, added: Iterable<readonly [string, unknown]>): void {
  for (const [field, value] of added) {
    if (value !== null && !COMPARABLE.has(typeof value)) {
      const slip = typeof value === 'function' ? didYouMean(field, ['onMissing']) : '';
      throw new SessionOptionsError(
        `requireSession({ ${field} })`,
        `must be a string, number, boolean, bigint or null${slip}`,
      );
    }
    if (values.has(field) && values.get(field) !== value) {
      throw new SessionOptionsError(`requireSession({ ${field} })`, 'is asked to have two values at once');
    }
    values.set(field, value);
  }
}

/**
 * Whether a session has what it must.
 * @throws SessionRequiredError, SessionOptionsError where a predicate is asynchronous
 */
export function checkPayload(session: object, { fields, values, predicates }: Requirements): void {
  const payload = session as Readonly<Record<string, unknown>>; // any object can be asked for a field
  const lacking = fields.filter((field) => !Object.hasOwn(payload, field) || payload[field] == null);
  for (const [field, value] of values) {
    if (!Object.hasOwn(payload, field) || payload[field] !== value) lacking.push(field);
  }
  if (lacking.length > 0 || payload['isNew'] === true) throw new SessionRequiredError(lacking);
  for (const predicate of predicates) {
    const answer = predicate(session);
    if (typeof answer === 'object' && answer !== null) {
      throw new SessionOptionsError(
        'requireSession',
        'a function of the session must return true or false, and no promise',
      );
    }
    if (answer !== true) throw new SessionRequiredError([]);
  }
}
