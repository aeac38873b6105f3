import { didYouMean } from '../did-you-mean.js';
import { SessionOptionsError } from '../errors.js';
import { every, type Stop } from '../timers.js';

// The options that several stores share, so that they have the same meaning and the same error messages.

/** How often a store removes expired records if its server does not do this itself, in milliseconds. */
const PRUNE_INTERVAL = 60_000;

/** The longest delay of a Node timer, in milliseconds. */
const LONGEST_INTERVAL = 2 ** 31 - 1;

/**
 * Checks that the options are an object with known names, because the caller may be plain JavaScript.
 * @param example - how to create the store, for the error message
 * @throws SessionOptionsError if they are not an object, or if a name is not known
 */
export function checkNames(store: string, options: unknown, known: readonly string[], example: string): void {
  if (typeof options !== 'object' || options === null) {
    throw new SessionOptionsError('options', `must be an object, as in ${example}`);
  }
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    throw new SessionOptionsError(
      name,
      `${store} has no such option${didYouMean(name, known)}, only ${known.join(', ')}`,
    );
  }
}

/**
 * Returns the option `pruneInterval`, in milliseconds, or its default.
 * @throws SessionOptionsError if it is not a whole number in the range of a timer
 */
export function checkPruneInterval(pruneInterval: unknown = PRUNE_INTERVAL): number {
  if (
    typeof pruneInterval !== 'number' ||
    !Number.isInteger(pruneInterval) ||
    pruneInterval < 0 ||
    pruneInterval > LONGEST_INTERVAL
  ) {
    throw new SessionOptionsError('pruneInterval', `must be whole milliseconds from 0 (never) to ${LONGEST_INTERVAL}`);
  }
  return pruneInterval;
}

/**
 * Returns the option `table`, or its default. Only names that are safe in any SQL statement are accepted.
 * @throws SessionOptionsError if the name is not accepted
 */
export function checkTable(table: unknown = 'sessions'): string {
  if (typeof table === 'string' && /^[a-z_][a-z0-9_]{0,62}$/i.test(table)) return table;
  throw new SessionOptionsError('table', 'must be a name of up to 63 letters, digits and underscores');
}

/** Whether a value has methods with these names. It is used to recognize the client of a driver. */
export function hasMethods(client: unknown, ...methods: readonly string[]): boolean {
  if ((typeof client !== 'object' && typeof client !== 'function') || client === null) return false;
  return methods.every((method) => typeof (client as Record<string, unknown>)[method] === 'function');
}

/**
 * Prunes at every interval, or never if it is 0. The result is ignored: if the store fails, the next request reports it.
 * The timer does not keep the process alive.
 */
export function pruneEvery(interval: number, prune: () => Promise<number>): Stop | undefined {
  if (interval === 0) return undefined;
  return every(interval, () => void prune().catch(() => undefined));
}
