import { SessionError, SessionStoreError } from '../errors.js';
import type { ScanPage, SessionRecord, SessionStore } from '../stores/store.js';
import { keyOf } from './ids.js';

type Operation = 'read' | 'create' | 'update' | 'touch' | 'delete' | 'scan';

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

  read(key: string): Promise<SessionRecord | undefined> {
    return this.#call('read', () => this.#store.read(key));
  }

  create(key: string, record: SessionRecord): Promise<boolean> {
    return this.#call('create', () => this.#store.create(key, record));
  }

  update(key: string, record: SessionRecord, expectedRevision: number): Promise<boolean> {
    return this.#call('update', () => this.#store.update(key, record, expectedRevision));
  }

  touch(key: string, expiresAt: number, expectedRevision: number): Promise<boolean> {
    return this.#call('touch', () => this.#store.touch(key, expiresAt, expectedRevision));
  }

  delete(key: string): Promise<boolean> {
    return this.#call('delete', () => this.#store.delete(key));
  }

  scan(cursor: string | undefined, limit: number): Promise<ScanPage> {
    const scan = this.#store.scan?.bind(this.#store);
    if (scan === undefined) {
      return Promise.reject(
        new SessionStoreError('scan', 'it has no scan(), so nothing can walk through its sessions'),
      );
    }
    return this.#call('scan', () => scan(cursor, limit));
  }

  #call<T>(operation: Operation, run: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      const fail = (error: unknown): void => {
        clearTimeout(timer);
        reject(asStoreError(operation, error));
      };
      try {
        run().then((value) => {
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
            new SessionStoreError(operation, `it did not answer within storeTimeout (${String(this.#timeout)} ms)`),
          );
        }, this.#timeout);
      }
    });
  }
}

function asStoreError(operation: Operation, error: unknown): Error {
  if (error instanceof SessionError) return error;
  // Only the error's kind: a driver's message may quote the command, and with it the key or the payload.
  const kind = error instanceof Error ? error.name : typeof error;
  return new SessionStoreError(operation, `it rejected with ${kind}; see cause`, { cause: error });
}
