import type { Call } from './deferred-response.js';
import type { AnyResponse } from './node-messages.js';

/** Kept when the module is loaded, because a test's fake clock may replace it. */
export const nextTick = process.nextTick.bind(process);

/**
 * Responds to a call that belongs to a discarded response: its handler does not know that an error response replaces it.
 * The callback of `write` gets the error, and that of `end` is called when the error response is finished.
 */
export function respondInVain(response: AnyResponse, [method, args]: Call, error: Error): unknown {
  const callback = args.find((arg) => typeof arg === 'function') as (() => void) | undefined; // Node takes one at most
  if (callback !== undefined && method === 'write') nextTick(callback, error);
  if (callback !== undefined && method === 'end') {
    if (response.writableFinished) nextTick(callback);
    else response.once('finish', callback);
  }
  if (method === 'write') return false;
  return method === 'end' || method === 'writeHead' ? response : undefined;
}
