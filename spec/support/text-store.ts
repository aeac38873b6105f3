import type { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';

/** The base class that express-session wants of its stores; it has no types of its own. */
const { Store } = createRequire(import.meta.url)('express-session') as { Store: new () => EventEmitter };

export type Callback = (error?: unknown, value?: object | null) => void;
export type Stored = Record<string, unknown> & { cookie: Record<string, unknown> };

/** A store as its author would write it: text by id, and each step may be made to misbehave. */
export class TextStore extends Store {
  readonly sessions = new Map<string, string>();
  readonly calls: string[] = [];
  get(id: string, callback: Callback): void {
    this.calls.push('get');
    const text = this.sessions.get(id);
    callback(null, text === undefined ? null : (JSON.parse(text) as object));
  }
  set(id: string, data: object, callback?: Callback): void {
    this.calls.push('set');
    this.sessions.set(id, JSON.stringify(data));
    callback?.(null);
  }
  destroy(id: string, callback?: Callback): void {
    this.calls.push('destroy');
    this.sessions.delete(id);
    callback?.(null);
  }
  get only(): Stored {
    return JSON.parse([...this.sessions.values()][0] ?? 'null') as Stored;
  }
}

/** One that keeps the time itself, as stores with a server do. */
export class TouchStore extends TextStore {
  readonly touched: Stored[] = [];
  touch(_id: string, data: object, callback: Callback): void {
    this.calls.push('touch');
    this.touched.push(JSON.parse(JSON.stringify(data)) as Stored);
    callback(null);
  }
}
