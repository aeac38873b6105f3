import { SessionError, SessionStoreError } from '../errors.js';
import { keyOf } from '../stores/key.js';
import type { CommandOptions, ScanPage, SessionRecord, SessionStore, StoreEntry } from '../stores/store.js';

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

/** Calls a store so that every failure, a silent one included, becomes a `SessionStoreError`. */
export class StoreCalls {
  readonly #store: SessionStore;
  readonly #timeout: number;

  constructor(store: SessionStore, timeout: number) {
    this.#store = store;
    this.#timeout = timeout;
  }

  /** How long a commit may keep trying against others that change the same session, in milliseconds. */
  get patience(): number {
    return this.#timeout;
  }

  /** Whether records lie as express-session's do. */
  get likeExpressSession(): boolean {
    return this.#store.layout === 'express-session';
  }

  /** The key of a session's id. */
  keyOf(id: string): string {
    return this.likeExpressSession ? id : keyOf(id);
  }

  /** Whether the store finds sessions by their principal. */
  get knowsPrincipals(): boolean {
    return this.#store.list !== undefined && this.#store.revoke !== undefined;
  }

  read(key: string): Promise<SessionRecord | undefined> {
    return this.#call('read', (store, options) => store.read(key, options));
  }

  create(key: string, record: SessionRecord): Promise<boolean> {
    return this.#call('create', (store, options) => store.create(key, record, options));
  }

  update(key: string, record: SessionRecord, expectedRevision: number): Promise<boolean> {
    return this.#call('update', (store, options) => store.update(key, record, expectedRevision, options));
  }

  touch(key: string, expiresAt: number, expectedRevision: number): Promise<boolean> {
    return this.#call('touch', (store, options) => store.touch(key, expiresAt, expectedRevision, options));
  }

  delete(key: string): Promise<boolean> {
    return this.#call('delete', (store, options) => store.delete(key, options));
  }

  list(principal: string): Promise<readonly StoreEntry[]> {
    return this.#call('list', (store, options) => store.list?.(principal, options));
  }

  revoke(principal: string, except: readonly string[]): Promise<number> {
    return this.#call('revoke', (store, options) => store.revoke?.(principal, except, options));
  }

  scan(cursor: string | undefined, limit: number): Promise<ScanPage> {
    return this.#call('scan', (store, options) => store.scan?.(cursor, limit, options));
  }

  /** @param run - gives nothing where the store lacks the method */
  #call<T>(
    operation: Operation,
    run: (store: SessionStore, options: CommandOptions) => Promise<T> | undefined,
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const command = new Command();
      let timer: NodeJS.Timeout | undefined;
      const fail = (error: unknown): void => {
        clearTimeout(timer);
        reject(asStoreError(operation, error));
      };
      try {
        const answer = run(this.#store, command);
        if (answer === undefined) throw new SessionStoreError(operation, lacks(operation));
        answer.then((value) => {
          clearTimeout(timer);
          resolve(value);
        }, fail);
      } catch (error) {
        fail(error);
        return;
      }
      if (this.#timeout !== Infinity) {
        timer = setTimeout(() => {
          reject(
            new SessionStoreError(
              operation,
              `it did not answer within storeTimeout (${String(this.#timeout)} ms): ` +
                'its server cannot be reached, is busy, or has no connection free',
            ),
          );
          command.abort();
        }, this.#timeout);
      }
    });
  }
}

/** Drivers have classes for their errors, and do not always name them. */
function kindOf(error: Error): string {
  return error.name === 'Error' && error.constructor.name !== '' ? error.constructor.name : error.name;
}

function asStoreError(operation: Operation, error: unknown): Error {
  if (error instanceof SessionError) return error;
  // Only the error's kind and code: a driver's message may quote the command, and with it the key or the payload.
  const kind = error instanceof Error ? kindOf(error) : typeof error;
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  const known = typeof code === 'string' && /^\w{2,40}$/.test(code) ? ` (${code})` : '';
  return new SessionStoreError(operation, `it rejected with ${kind}${known}; see cause`, { cause: error });
}

/** What a store without one of the optional methods cannot do. */
function lacks(operation: Operation): string {
  return operation === 'scan'
    ? 'it has no scan(), so nothing can walk through its sessions'
    : `it has no ${operation}(): stores made for express-session cannot find sessions by their principal, nor can fallback() beside one`;
}
