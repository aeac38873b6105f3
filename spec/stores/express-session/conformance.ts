import { EventEmitter } from 'node:events';
import type { ExpressSessionStore } from 'typed-session';
import type { ConformancePart } from 'typed-session/testing';
import { AdaptedStore } from '../../../lib/stores/express-session/express-session-adapter.js';
import { conformance } from '../conformance.js';

/** What a store that was made for express-session cannot promise, whatever it is made of. */
const without: readonly ConformancePart[] = [
  ...(['list', 'revoke', 'scan', 'prune', 'size'] as const), // it has no such commands
  'create-if-absent', // its set writes over whatever is there
  'delete-tells', // its destroy does not say what it removed
  'shared-atomic', // read, compare and set take turns in this process alone
  'exact-data', // it keeps an object, not its text
  'exact-deadlines', // many go by their server's clock, or by whole seconds
  'any-key', // express-session's ids are 32 plain characters: columns are short, file names are not case-sensitive everywhere
];

/**
 * Runs the part of the conformance suite on a store of express-session's that the adapter can promise.
 * @param addsField - a field that the store adds to the data
 */
export function adaptedConformance(
  name: string,
  open: () => Promise<{ readonly store: ExpressSessionStore; readonly close: () => unknown }>,
  addsField?: string,
): void {
  conformance(`AdaptedStore on ${name}`, {
    open: async () => {
      const { store, close } = await open();
      if (store instanceof EventEmitter) store.setMaxListeners(0); // each case listens anew, to the same store perhaps
      if (addsField !== undefined) {
        const get = store.get.bind(store);
        store.get = (id, callback) =>
          get(id, (error, found) => {
            if (found) Reflect.deleteProperty(found, addsField);
            callback(error, found);
          });
      }
      return Object.assign(new AdaptedStore(store), { close: async () => { await close(); } }); // prettier-ignore
    },
    without,
    sessions: 100,
  });
}
