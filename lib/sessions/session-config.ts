import { checkPrefix, cookieNames, type CookieNames } from '../cookie/cookie-names.js';
import type { Signer } from '../cookie/cookie-signature.js';
import { SessionOptionsError } from '../errors.js';
import { PayloadCodec } from '../schema/payload-codec.js';
import { PayloadSerializer } from '../schema/payload-serializer.js';
import type { Payload, SessionSchema } from '../schema/payload-types.js';
import type { ExpressSessionStore } from '../stores/express-session-store.js';
import type { SessionStore } from '../stores/store-contract.js';
import { Deadlines } from './deadlines.js';
import { GuardedStore } from './guarded-store.js';
import { checkOptionNames, resolveRows, type ResolvedOptions } from './option-table.js';
import type { CommonOptions, InvalidSession } from './session-options.js';
import { refuseSharedStore } from './shared-store.js';

/** The options that become settings of another name, or parts of such settings. */
type PartOfOther =
  | ('schema' | 'initial' | 'version' | 'migrations' | 'encryption' | 'unknownFields' | 'secret' | 'name')
  | ('idleTimeout' | 'absoluteTimeout' | 'touchAfter' | 'storeTimeout');

/** The options, checked, with all defaults filled in. */
export interface SessionConfig<S extends SessionSchema> extends Omit<ResolvedOptions, PartOfOther | 'store'> {
  readonly codec: PayloadCodec<S>;
  readonly serializer: PayloadSerializer<S>;
  readonly signer: Signer;
  readonly store: GuardedStore;
  /** The store as the app gave it. */
  readonly givenStore: SessionStore | ExpressSessionStore;
  /** The names of the cookie. It is set under the first name, and all names are read. */
  readonly names: CookieNames;
  readonly deadlines: Deadlines;
  /** Whether `NODE_ENV` was `production` when the middleware was made. */
  readonly isProduction: boolean;
  readonly onInvalid: 'reset' | 'error' | 'repair' | ((invalid: InvalidSession) => Payload<S> | undefined);
}

/**
 * Checks all options and fills in the defaults.
 * @param storeOf - converts the given `store`; creates the default store if none was given
 * @throws SessionOptionsError, which names the option
 */
export function resolveOptions<S extends SessionSchema>(
  given: unknown,
  storeOf: (store: SessionStore | ExpressSessionStore | undefined) => SessionStore,
  host: 'express' | 'fetch' = 'express',
): SessionConfig<S> {
  checkOptionNames(given, host);
  const options = given as Partial<CommonOptions<S, object>>; // the rest is checked by the classes that take it
  const codec = PayloadCodec.of(options.schema, options.initial);
  const checked = resolveRows(given, codec);
  const { cookie, rolling, idleTimeout, absoluteTimeout, touchAfter = rolling ? 0 : undefined } = checked;
  const names = cookieNames(options.name, typeof cookie === 'function' ? undefined : cookie);
  const store = storeOf(options.store);
  const guardedStore = new GuardedStore(store, checked.storeTimeout, names);
  if (checked.maxSessionsPerPrincipal !== undefined && !guardedStore.knowsPrincipals) {
    throw new SessionOptionsError(
      'maxSessionsPerPrincipal',
      'needs a store that finds sessions by their principal: one with list() and revoke()',
    );
  }
  const config: SessionConfig<S> = {
    ...checked,
    codec,
    serializer: new PayloadSerializer(codec, checked.migrations, checked.encryption, checked.unknownFields),
    signer: checked.secret,
    store: guardedStore,
    givenStore: options.store ?? store,
    names,
    cookie:
      typeof cookie === 'function'
        ? (request) => checkPrefix(names[0], cookie(request))
        : checkPrefix(names[0], cookie),
    isProduction: process.env['NODE_ENV'] === 'production',
    deadlines: new Deadlines({ idleTimeout, absoluteTimeout, touchAfter }),
    onInvalid: checked.onInvalid as SessionConfig<S>['onInvalid'], // what a function returns is decoded
  };
  refuseSharedStore(store, names, config.signer); // last, because a middleware that was refused uses no store
  return config;
}
