import type { CookieNames } from '../cookie/cookie-names.js';
import type { Signer } from '../cookie/cookie-signature.js';
import { SessionOptionsError } from '../errors.js';
import type { SessionStore } from '../stores/store-contract.js';

interface User {
  readonly names: CookieNames;
  readonly signer: Signer;
}

/** The middlewares that use each store, for stores that keep sessions under their ids. */
const users = new WeakMap<SessionStore, User[]>();

/**
 * Refuses a second middleware that could not tell its sessions from those of another one. In a store made for express-session,
 * the key is the id, so a cookie that both middlewares can verify would open the same session under either name. Middlewares
 * whose lists of names overlap share their sessions, which is allowed.
 * @throws SessionOptionsError
 */
export function refuseSharedStore(store: SessionStore, names: CookieNames, signer: Signer): void {
  for (const one of storesById(store)) {
    const others = users.get(one) ?? [];
    const clash = others.find((other) => !overlap(other.names, names) && other.signer.sharesSecretWith(signer));
    if (clash !== undefined) {
      throw new SessionOptionsError(
        'name',
        `'${names[0]}' and '${clash.names[0]}' share a secret and a store made for express-session, which finds sessions by ` +
          'their id alone, so a cookie of one would open a session of the other: give each its own secret, or its own store ' +
          'with its own prefix or table, or use a store of typed-session, which keeps names apart',
      );
    }
    users.set(one, [...others, { names, signer }]);
  }
}

function storesById(store: SessionStore): SessionStore[] {
  if (store.parts !== undefined) return store.parts.flatMap(storesById);
  return store.layout === 'express-session' ? [store] : [];
}

function overlap(some: CookieNames, others: CookieNames): boolean {
  return some.some((name) => others.includes(name));
}
