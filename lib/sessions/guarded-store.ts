import type { CookieNames } from '../cookie/names.js';
import { SessionError, SessionStoreError } from '../errors.js';
import { isError } from '../realms.js';
import { keyOf, nameOfKey } from '../stores/key.js';
import type { CommandOptions, ScanPage, SessionRecord, SessionStore, StoreEntry } from '../stores/store.js';
import { after } from '../timers.js';

type Operation = 'read' | 'create' | 'update' | 'touch' | 'delete' | 'list' | 'revoke' | 'scan';

/** The options of one command: its signal is made when the store asks for it, as few do. */
class Command implements CommandOptions {
  #controller: AbortController | undefined;
  #isAborted = false;

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#isAborted) this.#controller.abort(); // a store may ask late, for a second command
    return this.#controller.signal;
  }

  abort(): void {
    this.#isAborted = true;
    this.#controller?.abort();
  }
}

/**
 * Calls a store so that every failure, a silent one included, becomes a `SessionStoreError`.
 *
 * Middlewares of different names may share the store. So a key begins with the name that it was made of, and the store files
 * a session under its principal together with that name. Nothing above this class knows.
 */
export class GuardedStore {
  readonly #store: SessionStore;
  readonly #timeout: number;
  /** The names of which keys are made. */
  readonly #names: CookieNames;
  /** Whether a key begins with its name; where it is the id alone, nothing in the store tells names apart. */
  readonly #isNamed: boolean;

  constructor(store: SessionStore, timeout: number, names: CookieNames) {
    this.#store = store;
    this.#timeout = timeout;
    // Where an id is the key, there is one key, and the cookie's name has no part in it.
    this.#names = store.layout === 'express-session' ? [names[0]] : names;
    this.#isNamed = store.layout !== 'express-session' || store.keyOf !== undefined;
  }

  /** How long a commit may keep trying against others that change the same session, in milliseconds. */
  get retryBudget(): number {
    return this.#timeout;
  }

  /** Whether records lie as express-session's do. */
  get likeExpressSession(): boolean {
    return this.#store.layout === 'express-session';
  }

  /** The key of a session's id, under the first name. */
  keyOf(id: string): string {
    const [name] = this.#names;
    if (this.#store.keyOf !== undefined) return this.#store.keyOf(id, name);
    return this.likeExpressSession ? id : keyOf(id, name);
  }

  /**
   * Where the session of a cookie can be: under the cookie's own name first, then under the other names. `first` is the key
   * of the first name.
   */
  keysOf(id: string, cookieName: string): { readonly keys: readonly string[]; readonly first: string } {
    const [firstName] = this.#names;
    const first = this.keyOf(id);
    if (!this.#isNamed || this.#names.length === 1) return { keys: [first], first };
    const rest = first.slice(firstName.length); // the id is hashed once
    const names = [cookieName, ...this.#names.filter((name) => name !== cookieName)];
    return { keys: names.map((name) => (name === firstName ? first : name + rest)), first };
  }

  /** Whether the store finds sessions by their principal. */
  get knowsPrincipals(): boolean {
    return this.#store.list !== undefined && this.#store.revoke !== undefined;
  }

  async read(key: string): Promise<SessionRecord | undefined> {
    const record = await this.#call('read', (store, options) => store.read(key, options));
    return record && this.#fromStore(key, record);
  }

  create(key: string, record: SessionRecord): Promise<boolean> {
    const stored = this.#toStore(key, record);
    return this.#call('create', (store, options) => store.create(key, stored, options));
  }

  update(key: string, record: SessionRecord, expectedRevision: number): Promise<boolean> {
    const stored = this.#toStore(key, record);
    return this.#call('update', (store, options) => store.update(key, stored, expectedRevision, options));
  }

  touch(key: string, expiresAt: number, expectedRevision: number): Promise<boolean> {
    return this.#call('touch', (store, options) => store.touch(key, expiresAt, expectedRevision, options));
  }

  delete(key: string): Promise<boolean> {
    return this.#call('delete', (store, options) => store.delete(key, options));
  }

  async list(principal: string): Promise<readonly StoreEntry[]> {
    const lists = await this.#forEachName((name) =>
      this.#call('list', (store, options) => store.list?.(this.#filed(name, principal), options)),
    );
    // A copy that is being made for another name is no session yet.
    return lists.flat().map(([key, record]) => [key, this.#fromStore(key, record)] as const).filter(([, { forwardTo }]) => forwardTo === undefined); // prettier-ignore
  }

  async revoke(principal: string, except: readonly string[]): Promise<number> {
    const counts = await this.#forEachName((name) =>
      this.#call('revoke', (store, options) => store.revoke?.(this.#filed(name, principal), except, options)),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** A page of the store's records, without those of other names: it may be empty, and others may follow. */
  async scan(cursor: string | undefined, limit: number): Promise<ScanPage> {
    const { entries, next } = await this.#call('scan', (store, options) => store.scan?.(cursor, limit, options));
    const own = this.#isNamed ? entries.filter(([key]) => this.#names.includes(nameOfKey(key))) : entries;
    return { entries: own.map(([key, record]) => [key, this.#fromStore(key, record)] as const), next };
  }

  /** A principal as the store files sessions by it. */
  #filed(name: string, principal: string): string {
    return this.#isNamed ? `${name}:${principal}` : principal;
  }

  #toStore(key: string, record: SessionRecord): SessionRecord {
    const { principal } = record;
    return principal === undefined || !this.#isNamed
      ? record
      : { ...record, principal: this.#filed(nameOfKey(key), principal) };
  }

  /** A record that is filed under another name, or under none, belongs to nobody here until it is stored again. */
  #fromStore(key: string, record: SessionRecord): SessionRecord {
    const { principal } = record;
    if (principal === undefined || !this.#isNamed) return record;
    const prefix = this.#filed(nameOfKey(key), '');
    return { ...record, principal: principal.startsWith(prefix) ? principal.slice(prefix.length) : undefined };
  }

  #forEachName<T>(run: (name: string) => Promise<T>): Promise<T[]> {
    return Promise.all(this.#names.map(run));
  }

  /** @param run - gives nothing where the store lacks the method */
  #call<T>(
    operation: Operation,
    run: (store: SessionStore, options: CommandOptions) => Promise<T> | undefined,
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const command = new Command();
      let stop: (() => void) | undefined;
      const fail = (error: unknown): void => {
        stop?.();
        reject(asStoreError(operation, error));
      };
      try {
        const answer = run(this.#store, command);
        if (answer === undefined) throw new SessionStoreError(operation, lacks(operation));
        answer.then((value) => {
          stop?.();
          resolve(value);
        }, fail);
      } catch (error) {
        fail(error);
        return;
      }
      if (this.#timeout !== Infinity) {
        stop = after(this.#timeout, () => {
          reject(
            new SessionStoreError(
              operation,
              `it did not answer within storeTimeout (${String(this.#timeout)} ms): ` +
                'its server cannot be reached, is busy, or has no connection free',
            ),
          );
          command.abort();
        });
      }
    });
  }
}

/** Drivers have classes for their errors, and do not always name them. */
function kindOf(error: Error): string {
  const name = error.name === 'Error' && error.constructor.name !== '' ? error.constructor.name : error.name;
  return typeof name === 'string' && /^[\w$]{1,60}$/.test(name) ? name : 'Error'; // anything else is no name
}

function asStoreError(operation: Operation, error: unknown): Error {
  if (error instanceof SessionError) return error;
  // Only the error's kind and code: a driver's message may quote the command, and with it the key or the payload.
  const kind = isError(error) ? kindOf(error) : typeof error;
  const code: unknown = isError(error) && 'code' in error ? error.code : undefined;
  const known = typeof code === 'string' && /^\w{2,40}$/.test(code) ? ` (${code})` : '';
  return new SessionStoreError(operation, `it rejected with ${kind}${known}; see cause`, { cause: error });
}

/** What a store without one of the optional methods cannot do. */
function lacks(operation: Operation): string {
  return operation === 'scan'
    ? 'it has no scan(), so nothing can walk through its sessions'
    : `it has no ${operation}(): stores made for express-session cannot find sessions by their principal, nor can moving() beside one`;
}
