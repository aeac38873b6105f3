import { randomBytes } from 'node:crypto';
import { SessionError, formatPath } from '../errors.js';
import { on, type SessionEvent } from '../events.js';
import { findAttachment } from '../sessions/registry.js';
import type { SessionConfig } from '../sessions/session-config.js';
import type { SessionSchema } from '../schema/payload-types.js';
import { handleOf } from '../tracing.js';

/** What is counted. */
export const COUNTED = ['loaded', 'new', 'refused', 'stored', 'ended', 'conflicts', 'invalid', 'errors'] as const;

/** The name of a count. */
export type Counted = (typeof COUNTED)[number];

/** The counts of one minute. */
export interface MinuteCounts {
  /** When the minute began, in milliseconds since the epoch. */
  readonly at: number;
  readonly counts: Readonly<Record<Counted, number>>;
}

/** Something that an operator wants to see as it happens. */
export interface ActivityEntry {
  /** Counts up within this process. */
  readonly id: number;
  readonly at: number;
  readonly kind: 'conflict' | 'invalid' | 'error' | 'late change';
  readonly text: string;
  /** The opaque handle of the session. */
  readonly handle: string | undefined;
  /** The session's key in the store, if it is known. It is never shown as it is. */
  readonly key: string | undefined;
  /** The method and the route's pattern. A path may contain values. */
  readonly route: string | undefined;
}

const MINUTE = 60_000;

/** How many minutes are remembered. */
const MINUTES = 60;

/** How many entries are remembered. */
const ENTRIES = 200;

/** How many fields or issues an entry lists. */
const MOST_PARTS = 10;

/**
 * Counts the events of one middleware in this process, and remembers the latest conflicts, invalid loads, and errors. Its memory
 * is bounded, whatever happens.
 */
export class Activity {
  /** Distinguishes this process from others behind the same address. */
  readonly instance = randomBytes(6).toString('hex');
  readonly startedAt = Date.now();
  readonly #name: string;
  readonly #config: SessionConfig<SessionSchema>;
  readonly #minutes: { minute: number; counts: Record<Counted, number> }[] = [];
  readonly #entries: ActivityEntry[] = [];
  readonly #stops: readonly (() => void)[];
  readonly #listeners = new Set<() => void>();
  #lastId = 0;

  constructor(config: SessionConfig<SessionSchema>) {
    this.#config = config;
    [this.#name] = config.names;
    this.#stops = this.#subscribe();
  }

  /** The id of the latest entry; 0 if there is none. */
  get lastId(): number {
    return this.#lastId;
  }

  /** The entries after one, oldest first. */
  entriesAfter(id: number): readonly ActivityEntry[] {
    return this.#entries.filter((entry) => entry.id > id);
  }

  /** The key of the session with a handle, if an entry names it. */
  keyOf(handle: string): string | undefined {
    return this.#entries.findLast((entry) => entry.handle === handle && entry.key !== undefined)?.key;
  }

  /** The counts of the last hour, oldest first, with all minutes in which nothing happened. */
  minutes(): MinuteCounts[] {
    const current = Math.floor(Date.now() / MINUTE);
    return Array.from({ length: MINUTES }, (_, at) => {
      const minute = current - MINUTES + 1 + at;
      const slot = this.#minutes[minute % MINUTES];
      return { at: minute * MINUTE, counts: slot?.minute === minute ? slot.counts : noCounts() };
    });
  }

  /** Calls a function after each new entry. Returns a function that ends this. */
  onEntry(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Ends the subscriptions to the events. */
  close(): void {
    for (const stop of this.#stops) stop();
    this.#listeners.clear();
  }

  #subscribe(): (() => void)[] {
    return [
      on('typed-session:load', (event) => {
        const { outcome } = event;
        if (outcome === 'invalid') return; // there is an event of its own
        this.#count(event, outcome === 'found' ? 'loaded' : outcome === 'none' ? 'new' : 'refused');
      }),
      on('typed-session:commit', (event) => this.#count(event, 'stored')),
      on('typed-session:destroy', (event) => this.#count(event, 'ended')),
      on('typed-session:conflict', (event) => {
        const both = listed(event.fields);
        this.#note(event, 'conflicts', 'conflict', both === '' ? 'Different fields; merged.' : `Both changed ${both}.`);
      }),
      on('typed-session:invalid', (event) => {
        const issues = listed(event.issues.map(({ path, code }) => `${formatPath(path)} (${code})`));
        this.#note(event, 'invalid', 'invalid', `Version ${event.schemaVersion}: ${issues || 'not JSON'}.`);
      }),
      on('typed-session:late-change', (event) => {
        this.#note(event, 'errors', 'late change', `Changed after the response, and lost: ${listed(event.fields)}.`);
      }),
      on('typed-session:error', (event) => {
        const { error, consequence } = event;
        // The message of another error may quote values.
        const text = error instanceof SessionError ? `${error.name}: ${error.message}` : nameOf(error);
        this.#note(event, 'errors', 'error', `${text} (${consequence})`);
      }),
    ];
  }

  /** Errors of the response gate have no name, but their requests have our session. */
  #isOurs({ middleware, request }: SessionEvent): boolean {
    return middleware === undefined ? findAttachment(request, this.#config) !== undefined : middleware === this.#name;
  }

  #count(event: SessionEvent, counted: Counted): void {
    if (!this.#isOurs(event)) return;
    const minute = Math.floor(Date.now() / MINUTE);
    let slot = this.#minutes[minute % MINUTES];
    if (slot?.minute !== minute) this.#minutes[minute % MINUTES] = slot = { minute, counts: noCounts() };
    slot.counts[counted] += 1;
  }

  #note(event: SessionEvent, counted: Counted, kind: ActivityEntry['kind'], text: string): void {
    if (!this.#isOurs(event)) return;
    this.#count(event, counted);
    const { request } = event;
    const current = findAttachment(request, this.#config)?.session.state.stored?.key;
    const handle = event.session ?? (current && handleOf(current));
    const key = current !== undefined && handleOf(current) === handle ? current : undefined;
    this.#lastId += 1;
    this.#entries.push({ id: this.#lastId, at: Date.now(), kind, text, handle, key, route: routeOf(request) });
    if (this.#entries.length > ENTRIES) this.#entries.shift();
    for (const listener of this.#listeners) listener();
  }
}

function noCounts(): Record<Counted, number> {
  return { loaded: 0, new: 0, refused: 0, stored: 0, ended: 0, conflicts: 0, invalid: 0, errors: 0 };
}

function listed(parts: readonly string[]): string {
  const rest = parts.length - MOST_PARTS;
  return parts.slice(0, MOST_PARTS).join(', ') + (rest > 0 ? `, and ${rest} more` : '');
}

function nameOf(error: unknown): string {
  const name: unknown = error instanceof Error ? error.name : undefined;
  return typeof name === 'string' && /^\w{1,60}$/.test(name) ? name : 'Error';
}

/** The method and the pattern of the route, as far as Express knows it. */
function routeOf(request: object): string | undefined {
  const { method, route } = request as { readonly method?: unknown; readonly route?: { readonly path?: unknown } };
  if (typeof method !== 'string' || !/^[A-Z-]{1,20}$/.test(method)) return undefined;
  const path = route?.path;
  return typeof path === 'string' ? `${method} ${path.slice(0, 100)}` : method;
}
