import { SessionOptionsError } from '../errors.js';
import { checkNames } from '../stores/store-options.js';
import type { SessionStore } from '../stores/store-contract.js';

/**
 * A part of the store contract that a store may lack, as the option `without` names it.
 *
 * - `'list'`, `'revoke'`, `'scan'`, `'prune'`, `'size'`: the optional method of that name.
 * - `'shared'`: all stores that `open` returns hold the same sessions, like several processes that use one server.
 * - `'shared-atomic'`: a command is atomic even if another such store runs a command at the same time.
 * - `'create-if-absent'`: `create` refuses a key that has a live record.
 * - `'delete-tells'`: `delete` resolves to whether there was a live record; to `true` for exactly one of several calls at
 *   the same time.
 * - `'any-key'`: every text of up to 512 characters is a key, and is compared exactly.
 * - `'exact-data'`: `data` may be any text. Without it, `data` is an object as `JSON.stringify` writes it.
 * - `'exact-deadlines'`: a record is dead from the millisecond of its deadline, by `Date.now()` of this process. The
 *   deadline may move in both directions, and be as late as a `Date` can be.
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
 * The options of {@link storeConformance}.
 *
 * @group Stores
 */
export interface ConformanceOptions {
  /**
   * Opens a store for a case, which closes it afterwards. If a case calls it again, it opens another store on the same
   * sessions, as another process would. If it cannot do that, pass `without: ['shared']`. Other tests may use the same
   * server, because keys and principals are random. `size` and `prune` are counted exactly if the store has its own prefix
   * or table.
   */
  readonly open: () => SessionStore | Promise<SessionStore>;
  /**
   * The parts of the contract that the store does not promise. Their cases are left out. The store must not have a method
   * that is named here. Default: none, so that the store must fulfil the whole contract. `['prune']` is usual if a server
   * removes expired sessions by itself, and `['shared']` if sessions are held in the process.
   */
  readonly without?: readonly ConformancePart[] | undefined;
  /**
   * Damages a stored record without using the store: overwrites the text that is stored under a key. If you leave it out, the
   * cases about damaged records are left out.
   */
  readonly damage?: ((key: string) => unknown) | undefined;
  /** How many sessions the case of many sessions stores. Default: 10 000. */
  readonly sessions?: number | undefined;
}

/** {@link ConformanceOptions} after they were checked. */
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
  if (typeof open !== 'function') throw new SessionOptionsError('open', 'must be a function that returns a store');
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
