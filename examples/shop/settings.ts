import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export interface Settings {
  readonly host: string;
  readonly port: number;
  readonly secret: string;
  readonly sessionFile: string;
}

/** Reads the environment, and makes the data folder where there is none. */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const folder = resolve(env['SHOP_DATA'] ?? join(import.meta.dirname, 'data'));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return {
    host: env['HOST'] ?? '127.0.0.1', // this machine alone: everybody knows the demo login
    port: readPort(env['PORT'] ?? '3000'),
    secret: env['SESSION_SECRET'] ?? keptSecret(join(folder, 'secret')),
    sessionFile: join(folder, 'sessions.db'),
  };
}

function readPort(text: string): number {
  const port = Number(text);
  if (text.trim() !== '' && Number.isInteger(port) && port >= 0 && port <= 65535) return port;
  throw new Error(`PORT is '${text}', and should be a number from 0 (any free port) to 65535.`);
}

/** A secret made once and kept, or a restart would log everybody out. Only its owner may read the file. */
function keptSecret(file: string): string {
  try {
    writeFileSync(file, randomBytes(32).toString('base64url'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  return readFileSync(file, 'utf8').trim();
}
