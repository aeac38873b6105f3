import { SessionOptionsError } from '../errors.js';
import { checkNames } from '../stores/store-options.js';
import type { SessionStore } from '../stores/store-contract.js';

/**
 * A part of the store contract that a store may be without, by the name that the option `without` takes.
 *
 * - `'list'`, `'revoke'`, `'scan'`, `'prune'`, `'size'`: the optional method of that name.
 * - `'shared'`: stores that `open` gives one after the other hold the same sessions, as processes at one server do.
 * - `'shared-atomic'`: a command is atomic also beside commands of another such store.
 * - `'create-if-absent'`: `create` refuses a key that has a live record.
 * - `'delete-tells'`: `delete` tells whether there was a live record, and tells exactly one of several at once.
 * - `'any-key'`: every text of up to 512 characters is a key, told apart to the character.
 * - `'exact-data'`: `data` may be any text. Without it: an object as `JSON.stringify` writes it.
 * - `'exact-deadlines'`: a record is dead from the millisecond of its deadline on, by `Date.now()` of this process, and
 *   the deadline may be moved both ways and be as far away as a `Date` can be.
 *
 * @group Stores
 */
export type ConformancePart =
  | 'list'
  | 'revoke'
  | 'scan'
  | 'prune'
  | 'size'
  | 'shared'
  | 'shared-atomic'
  | 'create-if-absent'
  | 'delete-tells'
  | 'any-key'
  | 'exact-data'
  | 'exact-deadlines';

/** The optional methods of a store. */
export const METHODS = ['list', 'revoke', 'scan', 'prune', 'size'] as const;

const PARTS: readonly ConformancePart[] = [
  ...METHODS,
  'shared',
  'shared-atomic',
  'create-if-absent',
  'delete-tells',
  'any-key',
  'exact-data',
  'exact-deadlines',
];

/**
 * Options of {@link storeConformance}.
 *
 * @group Stores
 */
export interface ConformanceOptions {
  /**
   * Opens a store for a case, which closes it afterwards. Called again within a case, it opens another store on the same
   * sessions, as another process would; where it cannot, say `without: ['shared']`. The server may be shared with other
   * tests, since keys and principals are random; a prefix or table of its own lets `size` and `prune` be counted.
   */
  readonly open: () => SessionStore | Promise<SessionStore>;
  /**
   * What the store does not promise: those cases are left out. A method that is named here must not be there.
   * Default: nothing, the store is to keep all of the contract. `['prune']` is usual where a server removes expired
   * sessions by itself, and `['shared']` where sessions are held in the process.
   */
  readonly without?: readonly ConformancePart[] | undefined;
  /**
   * Damages what is stored under a key, past the store: overwrites the stored text by something else. Default: none, and
   * the cases about damaged records are left out.
   */
  readonly damage?: ((key: string) => unknown) | undefined;
  /** How many sessions the case of many sessions stores. Default: 10 000. */
  readonly sessions?: number | undefined;
}

/** {@link ConformanceOptions} after the check. */
export interface CheckedConformanceOptions {
  readonly open: () => SessionStore | Promise<SessionStore>;
  readonly without: ReadonlySet<ConformancePart>;
  readonly damage: ((key: string) => unknown) | undefined;
  readonly sessions: number;
}

/** @throws SessionOptionsError */
export function checkOptions(options: ConformanceOptions): CheckedConformanceOptions {
  const known = ['open', 'without', 'damage', 'sessions'];
  checkNames('storeConformance', options, known, 'storeConformance({ open: () => new MyStore() })');
  const { open, without = [], damage, sessions = 10_000 } = options;
  if (typeof open !== 'function') throw new SessionOptionsError('open', 'must be a function that gives a store');
  if (!Array.isArray(without) || !without.every((part: ConformancePart) => PARTS.includes(part))) {
    throw new SessionOptionsError('without', `must be an array of parts of the contract: ${PARTS.join(', ')}`);
  }
  if (damage !== undefined && typeof damage !== 'function') {
    throw new SessionOptionsError('damage', 'must be a function that damages what is stored under a key');
  }
  if (!Number.isSafeInteger(sessions) || sessions < 1) {
    throw new SessionOptionsError('sessions', 'must be a whole number from 1');
  }
  return { open, without: new Set(without), damage, sessions };
}
