import { nextTurn } from '../timers.js';
import { handleOf } from '../tracing.js';
import type { SessionSchema } from '../schema/payload-types.js';
import type { SessionConfig } from '../sessions/session-config.js';
import { principalText } from '../sessions/session-records.js';
import type { StoreEntry } from '../stores/store-contract.js';
import { isLive } from './session-details.js';

type Config = SessionConfig<SessionSchema>;

/** For how long one page goes through the store, in milliseconds. */
const BUDGET = 2_000;

/** How many records a search holds in memory at the same time. */
const SEARCH_PAGE = 500;

/** A part of the store's sessions. */
export interface FoundPage {
  readonly entries: readonly StoreEntry[];
  /** The store's cursor behind these; `undefined` at the end. */
  readonly next: string | undefined;
  /** How many records were examined for this page. */
  readonly examined: number;
}

/** Whether all sessions of the store can be listed. */
export function canScan({ givenStore }: Config): boolean {
  return 'read' in givenStore && typeof givenStore.scan === 'function';
}

/** How many records the store holds; `undefined` if it cannot say. */
export async function countRecords({ givenStore }: Config): Promise<number | undefined> {
  return 'read' in givenStore ? givenStore.size?.() : undefined;
}

/** The next live sessions in the order of the store. There may be fewer than the limit although others follow. */
export async function browse(config: Config, cursor: string | undefined, limit: number): Promise<FoundPage> {
  const now = Date.now();
  return walk(config, cursor, limit, limit, ([, record]) => isLive(config, record, now));
}

/** Searches for the session with a handle. If it takes too long, the search can be continued at `next`. */
export async function searchHandle(config: Config, handle: string, cursor: string | undefined): Promise<FoundPage> {
  return walk(config, cursor, 1, SEARCH_PAGE, ([key, { forwardTo }]) => {
    return forwardTo === undefined && handleOf(key) === handle;
  });
}

async function walk(
  { store }: Config,
  cursor: string | undefined,
  limit: number,
  pageSize: number,
  accepts: (entry: StoreEntry) => boolean,
): Promise<FoundPage> {
  const until = performance.now() + BUDGET;
  const found = new Map<string, StoreEntry>(); // some servers return a record twice
  let next = cursor;
  let examined = 0;
  do {
    const page = await store.scan(next, Math.min(pageSize, Math.max(pageSize - found.size, 1)));
    for (const entry of page.entries) if (accepts(entry)) found.set(entry[0], entry);
    examined += page.entries.length;
    ({ next } = page);
    await nextTurn();
  } while (next !== undefined && found.size < limit && performance.now() < until);
  return { entries: [...found.values()], next, examined };
}

/** The live sessions of a principal, newest first. */
export async function sessionsOf(config: Config, principal: string): Promise<StoreEntry[]> {
  const now = Date.now();
  const entries = (await config.store.list(principal)).filter(([, record]) => isLive(config, record, now));
  return entries.toSorted(([, a], [, b]) => b.createdAt - a.createdAt);
}

/** The principal that an operator has typed, in the form that records have. */
export function typedPrincipal({ principal, codec }: Config, text: string): string {
  return principal === undefined ? text : principalText(codec.encodeField(principal, text) ?? text);
}

/** Whether a text has the form of a handle. */
export function isHandle(text: string): boolean {
  return /^[\w-]{16}$/.test(text);
}
