import { reportWeakSecrets, type Secret } from '../cookie/cookie-secrets.js';
import { Signer } from '../cookie/cookie-signature.js';
import { newId } from '../sessions/session-ids.js';
import type { GivenCookie } from './drop-in-cookie.js';
import { MemoryStore } from './drop-in-memory-store.js';
import type { IncomingSessionRequest } from './drop-in-session.js';
import type { Store } from './drop-in-store.js';

/** The options of express-session, with its defaults. */
export interface SessionOptions {
  /** Signs the cookie. In an array, the first one signs and all of them verify. Default: `req.secret`, which is deprecated. */
  secret?: Secret | readonly Secret[] | undefined;
  /** The cookie's name. Default: `'connect.sid'`. */
  name?: string | undefined;
  /** The old name of the option `name`. */
  key?: string | undefined;
  /** Where sessions are stored. Default: a new {@link MemoryStore}. */
  store?: Store | undefined;
  /** The cookie's attributes, or a function of the request that returns them. */
  cookie?: GivenCookie | ((request: IncomingSessionRequest) => GivenCookie) | undefined;
  /** Returns the id of a new session. Default: 24 random bytes as base64url. */
  genid?: ((request: IncomingSessionRequest) => string) | undefined;
  /** Whether `X-Forwarded-Proto` is trusted. If it is left out, Express's `req.secure` decides. */
  proxy?: boolean | undefined;
  /** Whether unchanged sessions are stored. Default: `true`, with a deprecation notice. */
  resave?: boolean | undefined;
  /** Whether the cookie is set on every response. Default: `false`. */
  rolling?: boolean | undefined;
  /** Whether new sessions are stored although nothing was set on them. Default: `true`, with a deprecation notice. */
  saveUninitialized?: boolean | undefined;
  /** What a `req.session` that is gone at the end means: `'destroy'` removes it from the store. Default: `'keep'`. */
  unset?: 'destroy' | 'keep' | undefined;
}

/** The options, with all defaults filled in. */
export interface Config {
  readonly name: string;
  readonly store: Store;
  readonly cookieOf: (request: IncomingSessionRequest) => GivenCookie;
  /** Decides whether `'auto'` is resolved. The `'auto'` of a function is not, as in express-session. */
  readonly fixedCookie: GivenCookie;
  readonly newId: (request: IncomingSessionRequest) => string;
  readonly proxy: boolean | undefined;
  readonly resave: boolean;
  readonly rolling: boolean;
  readonly saveUninitialized: boolean;
  readonly destroysUnset: boolean;
  readonly storeTouches: boolean;
  /** The signer; it uses the secret of the request if the app passed none. */
  readonly signerOf: (request: IncomingSessionRequest) => Signer | undefined;
}

const production = process.env['NODE_ENV'] === 'production'; // read once, as in express-session

/** @throws TypeError for a `genid`, `unset` or `secret` that express-session refuses */
export function configOf(options: SessionOptions): Config {
  const { resave, saveUninitialized, unset, cookie } = options;
  const genid = unlessFalsy(options.genid) ?? newId;
  if (typeof genid !== 'function') throw new TypeError('genid option must be a function');
  if (unset && unset !== 'destroy' && unset !== 'keep') {
    throw new TypeError('unset option must be "destroy" or "keep"');
  }
  const signerOf = signers(options.secret);
  const store = unlessFalsy(options.store) ?? new MemoryStore();
  if (production && store instanceof MemoryStore) {
    // eslint-disable-next-line no-console -- express-session warns on the console as well
    console.warn('Warning: MemoryStore keeps all sessions in this process and forgets none: not for production.');
  }
  const fixedCookie = typeof cookie === 'function' ? {} : (unlessFalsy(cookie) ?? {});
  const name = unlessFalsy(options.name) ?? unlessFalsy(options.key) ?? 'connect.sid';
  return {
    name,
    store,
    cookieOf: typeof cookie === 'function' ? cookie : () => fixedCookie,
    fixedCookie,
    newId: genid,
    proxy: options.proxy,
    resave: isOn(resave),
    rolling: Boolean(options.rolling),
    saveUninitialized: isOn(saveUninitialized),
    destroysUnset: unset === 'destroy',
    storeTouches: typeof store.touch === 'function',
    signerOf,
  };
}

/** An option, unless it is falsy, which counts as left out in express-session. */
export function unlessFalsy<T>(option: T): NonNullable<T> | undefined {
  return option ? option : undefined;
}

/** Whether an option that is on by default is on. `null` means off, as in express-session. */
function isOn(option: unknown): boolean {
  return option === undefined || Boolean(option);
}

function signers(secret: SessionOptions['secret']): Config['signerOf'] {
  if (Array.isArray(secret) && secret.length === 0) {
    throw new TypeError('secret option array must contain one or more strings');
  }
  let known: readonly Secret[] = [];
  let signer: Signer | undefined;
  const signerFor = (secrets: readonly Secret[]): Signer => {
    // An app may add a newer secret to the array while it runs, and the secret of cookie-parser may change.
    const isSame = secrets.length === known.length && secrets.every((one, i) => one === known[i]);
    if (signer === undefined || !isSame) {
      signer = new Signer(secrets);
      reportWeakSecrets(signer.keys, false); // express-session starts with any secret
      known = [...secrets];
    }
    return signer;
  };
  if (!secret) return ({ secret: ofRequest }) => (ofRequest ? signerFor([ofRequest]) : undefined);
  const secrets: readonly Secret[] = isList(secret) ? secret : [secret];
  signerFor(secrets); // a secret that cannot sign is reported at start-up
  return () => signerFor(secrets);
}

function isList(secret: Secret | readonly Secret[]): secret is readonly Secret[] {
  return Array.isArray(secret);
}
