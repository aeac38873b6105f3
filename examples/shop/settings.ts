import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export interface Settings {
  readonly host: string;
  readonly port: number;
  readonly secret: string;
  /** Where the sessions are stored; `undefined` for `sessionFile`. */
  readonly storeUrl: URL | undefined;
  readonly sessionFile: string;
  /** How many proxies are in front of the shop. */
  readonly proxies: number;
}

/** Reads the environment. Without `SESSION_STORE`, it creates the data folder. */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const folder = resolve(env['SHOP_DATA'] ?? join(import.meta.dirname, 'data'));
  const storeUrl = readStoreUrl(env['SESSION_STORE']);
  if (storeUrl === undefined) mkdirSync(folder, { recursive: true, mode: 0o700 });
  return {
    host: env['HOST'] ?? '127.0.0.1', // this machine only: the demo passwords are public
    port: readNumber('PORT', env['PORT'] ?? '3000', 65535),
    secret: env['SESSION_SECRET'] ?? defaultSecret(storeUrl, join(folder, 'secret')),
    storeUrl,
    sessionFile: join(folder, 'sessions.db'),
    proxies: readNumber('TRUST_PROXY', env['TRUST_PROXY'] ?? '0', 10),
  };
}

function readNumber(name: string, text: string, max: number): number {
  const number = Number(text);
  if (text.trim() !== '' && Number.isInteger(number) && number >= 0 && number <= max) return number;
  throw new Error(`${name} is '${text}'. It must be a number from 0 to ${max}.`);
}

const PROTOCOLS = ['redis:', 'rediss:', 'postgres:', 'postgresql:'];

function readStoreUrl(text: string | undefined): URL | undefined {
  if (text === undefined || text === '') return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && PROTOCOLS.includes(url.protocol)) return url;
  // The value is not part of the message: it may contain a password.
  throw new Error('SESSION_STORE must be a URL that begins with redis:// or postgres://.');
}

/** A secret that is generated once and kept, because a new one would log everyone out. Only its owner can read it. */
function defaultSecret(storeUrl: URL | undefined, file: string): string {
  if (storeUrl !== undefined) {
    throw new Error(
      'SESSION_SECRET is not set. All processes that share sessions need the same secret: SESSION_SECRET=$(openssl rand -base64 32)',
    );
  }
  try {
    writeFileSync(file, randomBytes(32).toString('base64url'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  return readFileSync(file, 'utf8').trim();
}
