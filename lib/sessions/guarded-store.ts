import type { CookieNames } from '../cookie/cookie-names.js';
import { SessionError, SessionStoreError } from '../errors.js';
import { isError } from '../realms.js';
import { RecentMap } from '../recent-map.js';
import { keyOf, nameOfKey } from '../stores/store-key.js';
import type { CommandOptions, ScanPage, SessionRecord, SessionStore, StoreEntry } from '../stores/store-contract.js';
import { TimeLimit, type LimitedWork } from '../timers.js';
import { handleOf, storeTraces, traced, type StoreTrace } from '../tracing.js';

type Operation = StoreTrace['operation'];

/** Where a session can be stored. */
interface SessionKeys {
  readonly keys: readonly string[];
  readonly first: string;
}

/** For how many ids the keys are remembered at least. */
const REMEMBERED = 4096;

/** One command: its options for the store, and what happens if it takes too long. */
class Command implements CommandOptions, LimitedWork {
  readonly #operation: Operation;
  readonly #reject: (error: Error) => void;
  readonly #timeout: number;
  #controller: AbortController | undefined;
  #isAborted = false;

  constructor(operation: Operation, reject: (error: Error) => void, timeout: number) {
    this.#operation = operation;
    this.#reject = reject;
    this.#timeout = timeout;
  }

  /** Created only when the store asks for it, because few stores do. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#isAborted) this.#controller.abort(); // a store may ask for the signal late, for a second command
    return this.#controller.signal;
  }

  timedOut(): void {
    this.#reject(
      new SessionStoreError(
        this.#operation,
        `it did not answer within storeTimeout (${String(this.#timeout)} ms): ` +
          'its server cannot be reached, is busy, or has no connection free',
      ),
    );
    this.#isAborted = true;
    this.#controller?.abort();
  }
}

/**
 * Calls a store and turns every failure, including a missing answer, into a `SessionStoreError`.
 *
 * Middlewares with different names may share a store. So a key begins with the cookie name that it was derived from, and the
 * store files a session under its principal together with that name. Code outside of this class does not see it.
 */
export class GuardedStore {
  readonly #store: SessionStore;
  readonly #timeout: number;
  /** `undefined` if a command may take as long as it likes. */
  readonly #limit: TimeLimit | undefined;
  /** The names that keys are derived from. */
  readonly #names: CookieNames;
  /** The keys that were derived last, by id, for cookies of the first name. */
  readonly #known = new RecentMap<SessionKeys>(REMEMBERED);
  /** Whether a key begins with its name. If the key is the id alone, the store cannot tell names apart. */
  readonly #isNamed: boolean;

  constructor(store: SessionStore, timeout: number, names: CookieNames) {
    this.#store = store;
    this.#timeout = timeout;
    this.#limit = timeout === Infinity ? undefined : new TimeLimit(timeout);
    // If the id is the key, there is only one key, and the cookie's name is not part of it.
    this.#names = store.layout === 'express-session' ? [names[0]] : names;
    this.#isNamed = store.layout !== 'express-session' || store.keyOf !== undefined;
  }

  /** The name of the store's class, for traces. */
  get kind(): string {
    return this.#store.constructor.name;
  }

  /** How long a commit may keep retrying while other requests change the same session, in milliseconds. */
  get retryBudget(): number {
    return this.#timeout;
  }

  /** Whether records describe the session's cookie, as those of express-session do. */
  get storesCookie(): boolean {
    return this.#store.layout === 'express-session';
  }

  /** The key of a session id, under the first name. */
  keyOf(id: string): string {
    return this.keysOf(id, this.#names[0]).first;
  }

  #deriveKey(id: string): string {
    const [name] = this.#names;
    if (this.#store.keyOf !== undefined) return this.#store.keyOf(id, name);
    return this.#store.layout === 'express-session' ? id : keyOf(id, name);
  }

  /**
   * The keys under which a cookie's session can be stored: the key of the cookie's own name first, then those of the other
   * names. `first` is the key of the first name.
   */
  keysOf(id: string, cookieName: string): SessionKeys {
    if (cookieName !== this.#names[0]) return this.#deriveKeys(id, cookieName);
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const keys = this.#deriveKeys(id, cookieName);
    this.#known.set(id, keys);
    return keys;
  }

  #deriveKeys(id: string, cookieName: string): SessionKeys {
    const [firstName] = this.#names;
    const first = this.#deriveKey(id);
    if (!this.#isNamed || this.#names.length === 1) return { keys: [first], first };
    const rest = first.slice(firstName.length); // so that the id is hashed only once
    const names = [cookieName, ...this.#names.filter((name) => name !== cookieName)];
    return { keys: names.map((name) => (name === firstName ? first : name + rest)), first };
  }

  /** Whether the store finds sessions by their principal. */
  get knowsPrincipals(): boolean {
    return this.#store.list !== undefined && this.#store.revoke !== undefined;
  }

  read(key: string): Promise<SessionRecord | undefined> {
    return this.#call(
      'read',
      (store, options) => store.read(key, options),
      (record) => record && this.#fromStore(key, record),
      key,
    );
  }

  create(key: string, record: SessionRecord): Promise<boolean> {
    const stored = this.#toStore(key, record);
    return this.#call('create', (store, options) => store.create(key, stored, options), same, key);
  }

  update(key: string, record: SessionRecord, expectedRevision: number): Promise<boolean> {
    const stored = this.#toStore(key, record);
    return this.#call('update', (store, options) => store.update(key, stored, expectedRevision, options), same, key);
  }

  touch(key: string, expiresAt: number, expectedRevision: number): Promise<boolean> {
    return this.#call('touch', (store, options) => store.touch(key, expiresAt, expectedRevision, options), same, key);
  }

  delete(key: string): Promise<boolean> {
    return this.#call('delete', (store, options) => store.delete(key, options), same, key);
  }

  async list(principal: string): Promise<readonly StoreEntry[]> {
    const lists = await this.#forEachName((name) =>
      this.#call('list', (store, options) => store.list?.(this.#filed(name, principal), options)),
    );
    // A pending copy for another name is not a session yet.
    return lists.flat().map(([key, record]) => [key, this.#fromStore(key, record)] as const).filter(([, { forwardTo }]) => forwardTo === undefined); // prettier-ignore
  }

  async revoke(principal: string, except: readonly string[]): Promise<number> {
    const counts = await this.#forEachName((name) =>
      this.#call('revoke', (store, options) => store.revoke?.(this.#filed(name, principal), except, options)),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** A page of the store's records, without those of other names. It may be empty although other pages follow. */
  async scan(cursor: string | undefined, limit: number): Promise<ScanPage> {
    const { entries, next } = await this.#call('scan', (store, options) => store.scan?.(cursor, limit, options));
    const own = this.#isNamed ? entries.filter(([key]) => this.#names.includes(nameOfKey(key))) : entries;
    return { entries: own.map(([key, record]) => [key, this.#fromStore(key, record)] as const), next };
  }

  /** The form of a principal under which the store files sessions. */
  #filed(name: string, principal: string): string {
    return this.#isNamed ? `${name}:${principal}` : principal;
  }

  #toStore(key: string, record: SessionRecord): SessionRecord {
    const { principal } = record;
    return principal === undefined || !this.#isNamed
      ? record
      : { ...record, principal: this.#filed(nameOfKey(key), principal) };
  }

  /** A record that is filed under another name, or under none, has no principal here until it is stored again. */
  #fromStore(key: string, record: SessionRecord): SessionRecord {
    const { principal } = record;
    if (principal === undefined || !this.#isNamed) return record;
    const prefix = this.#filed(nameOfKey(key), '');
    return { ...record, principal: principal.startsWith(prefix) ? principal.slice(prefix.length) : undefined };
  }

  #forEachName<T>(run: (name: string) => Promise<T>): Promise<T[]> {
    return Promise.all(this.#names.map(run));
  }

  /**
   * @param run - returns `undefined` if the store lacks the method
   * @param convert - converts the store's answer
   * @param key - the key of the session that the command is about, for traces
   */
  #call<T>(
    operation: Operation,
    run: (store: SessionStore, options: CommandOptions) => Promise<T> | undefined,
    convert: (answer: T) => T = same,
    key?: string,
  ): Promise<T> {
    if (!storeTraces.hasSubscribers) return this.#run(operation, run, convert);
    const session = key && handleOf(key);
    const message: StoreTrace = { middleware: this.#names[0], store: this.kind, operation, session };
    return traced(storeTraces, message, () => this.#run(operation, run, convert));
  }

  #run<T>(
    operation: Operation,
    run: (store: SessionStore, options: CommandOptions) => Promise<T> | undefined,
    convert: (answer: T) => T,
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const command = new Command(operation, reject, this.#timeout);
      const fail = (error: unknown): void => {
        this.#limit?.stop(command);
        reject(asStoreError(operation, error));
      };
      try {
        const answer = run(this.#store, command);
        if (answer === undefined) throw new SessionStoreError(operation, lacks(operation));
        this.#limit?.start(command);
        answer.then((value) => {
          this.#limit?.stop(command);
          try {
            resolve(convert(value));
          } catch (error) {
            fail(error); // what the store returned is not a record
          }
        }, fail);
      } catch (error) {
        fail(error);
      }
    });
  }
}

function same<T>(answer: T): T {
  return answer;
}

/** The kind of an error. Drivers have classes for their errors, but do not always set the name. */
function kindOf(error: Error): string {
  const name = error.name === 'Error' && error.constructor.name !== '' ? error.constructor.name : error.name;
  return typeof name === 'string' && /^[\w$]{1,60}$/.test(name) ? name : 'Error'; // any other text is not a name
}

function asStoreError(operation: Operation, error: unknown): Error {
  if (error instanceof SessionError) return error;
  // Only the error's kind and code: a driver's message may quote the command, and with it the key or the payload.
  const kind = isError(error) ? kindOf(error) : typeof error;
  const code: unknown = isError(error) && 'code' in error ? error.code : undefined;
  const known = typeof code === 'string' && /^\w{2,40}$/.test(code) ? ` (${code})` : '';
  return new SessionStoreError(operation, `it rejected with ${kind}${known}; see cause`, { cause: error });
}

/** Describes what a store cannot do because it lacks an optional method. */
function lacks(operation: Operation): string {
  return operation === 'scan'
    ? 'it has no scan(), so nothing can walk through its sessions'
    : `it has no ${operation}(): stores made for express-session cannot find sessions by their principal, nor can moving() beside one`;
}
