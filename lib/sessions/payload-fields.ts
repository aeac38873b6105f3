import { isPlain } from '../schema/encoded-payload.js';

// The payload consists of the own properties of the object that handlers hold.

/** Sets a field, or deletes it if the value is `undefined`. Returns the previous value. */
export function putField(fields: Record<string, unknown>, field: string, value: unknown): unknown {
  const before = Object.hasOwn(fields, field) ? fields[field] : undefined;
  if (value === undefined) Reflect.deleteProperty(fields, field);
  else fields[field] = value;
  return before;
}

/**
 * Freezes a session and the plain values in it, at any depth. Others (a `Date`, a `Map`) have state that freezing does not
 * protect.
 */
export function freeze(session: object): void {
  const queue: object[] = [session];
  for (const object of queue) {
    Object.freeze(object);
    for (const value of Object.values(object) as unknown[]) {
      if (typeof value !== 'object' || value === null || Object.isFrozen(value)) continue;
      if (Array.isArray(value) || isPlain(value)) queue.push(value);
    }
  }
}
