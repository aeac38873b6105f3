import { didYouMean } from '../did-you-mean.js';
import { SessionOptionsError } from '../errors.js';
import { every, type Stop } from '../timers.js';

// What the options of several stores have in common, so that they mean the same and fail in the same words.

/** How often a store removes what has expired, where its server does not do so itself, in milliseconds. */
const PRUNE_INTERVAL = 60_000;

/** The longest delay that a timer of Node takes, in milliseconds. */
const LONGEST_INTERVAL = 2 ** 31 - 1;

/**
 * Checks that options are an object of known names. The caller may be plain JavaScript.
 * @param example - how the store is made, for the error
 * @throws SessionOptionsError
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
 * The option `pruneInterval`, or its default.
 * @throws SessionOptionsError
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
 * The option `table`, or its default: a name that needs no thought wherever it is written.
 * @throws SessionOptionsError
 */
export function checkTable(table: unknown = 'sessions'): string {
  if (typeof table === 'string' && /^[a-z_][a-z0-9_]{0,62}$/i.test(table)) return table;
  throw new SessionOptionsError('table', 'must be a name of up to 63 letters, digits and underscores');
}

/**
 * Whether something has methods of these names, as a driver's client has.
 */
export function hasMethods(client: unknown, ...methods: readonly string[]): boolean {
  if ((typeof client !== 'object' && typeof client !== 'function') || client === null) return false;
  return methods.every((method) => typeof (client as Record<string, unknown>)[method] === 'function'); // any object can be asked
}

/**
 * Prunes at every interval; never where it is 0. Nobody waits for the result: a store that fails will tell the next
 * request. The timer does not keep the process alive.
 */
export function pruneEvery(interval: number, prune: () => Promise<number>): Stop | undefined {
  if (interval === 0) return undefined;
  return every(interval, () => void prune().catch(() => undefined));
}
