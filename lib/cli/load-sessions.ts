import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { SessionSchema } from '../schema/payload-types.js';
import { didYouMean } from '../did-you-mean.js';
import { isError } from '../realms.js';
import { configOf } from '../sessions/config-of.js';
import type { SessionConfig } from '../sessions/session-config.js';
import { ProblemError, UsageError } from './command-errors.js';
import { handlersOf, isExpressApp, type ExpressApp } from './express-app.js';
import { count, type Terminal } from './terminal.js';

/** How long an export that is a promise may take, in milliseconds. */
const PATIENCE = 10_000;

/** What `session()` returned, as a module of the app exports it. */
export interface LoadedSessions {
  /** Where it was found: the name of the export, or of the app that mounts it. */
  readonly exportName: string;
  readonly config: SessionConfig<SessionSchema>;
}

/** A module of the app. */
export interface LoadedModule {
  readonly sessions: readonly LoadedSessions[];
  /** The Express apps among its exports. */
  readonly apps: readonly ExpressApp[];
}

/**
 * Imports a module of the app, and finds the sessions among its exports: an export itself, a property of an exported object, a
 * promise of one, or a middleware of an exported Express app.
 * @throws UsageError if there is no such file; ProblemError if it fails, or exports no sessions
 */
export async function loadModule(terminal: Terminal, path: string): Promise<LoadedModule> {
  const file = resolve(terminal.cwd, path);
  if (!existsSync(file))
    throw new UsageError(`there is no file ${path}: pass the module that exports what session() returned`);
  const exported = await importFile(terminal, file, path);
  const sessions: LoadedSessions[] = [];
  const mounting: { readonly name: string; readonly app: ExpressApp }[] = [];
  const foreign: string[] = [];
  const examine = (name: string, value: unknown): void => {
    const config = findConfig(value);
    if (config !== undefined) {
      if (sessions.every((one) => one.config !== config)) sessions.push({ exportName: name, config });
    } else if (looksLikeSessions(value)) foreign.push(name);
    else if (isExpressApp(value) && mounting.every(({ app }) => app !== value)) mounting.push({ name, app: value });
  };
  for (const [name, given] of Object.entries(exported)) {
    const value = await settled(given, name);
    examine(name, value);
    if (typeof value === 'object' && value !== null) {
      for (const [property, inner] of Object.entries(value)) examine(`${name}.${property}`, inner);
    }
  }
  // Last, so that sessions that are exported themselves have the name of their export.
  for (const { name, app } of mounting) for (const handler of handlersOf(app)) examine(`${name} (mounted)`, handler);
  if (sessions.length === 0) throw noSessions(path, exported, foreign);
  return { sessions, apps: mounting.map(({ app }) => app) };
}

/**
 * The sessions that a command works with.
 * @param name - the name of the cookie, if the module exports several
 * @throws UsageError if several fit, or none
 */
export async function loadSessions(
  terminal: Terminal,
  path: string,
  name: string | undefined,
): Promise<LoadedSessions> {
  const { sessions } = await loadModule(terminal, path);
  const names = sessions.map(({ config }) => config.names[0]);
  const fitting = name === undefined ? sessions : sessions.filter(({ config }) => config.names.includes(name));
  const [first, second] = fitting;
  if (first === undefined) {
    throw new UsageError(
      `${path} has no sessions with the cookie ${name ?? ''}${didYouMean(name ?? '', names)}: it has ${names.join(', ')}`,
    );
  }
  if (second !== undefined) {
    throw new UsageError(
      `${path} exports ${count(sessions.length)} sessions: choose one with --name ${names.join(' or --name ')}`,
    );
  }
  return first;
}

async function importFile(terminal: Terminal, file: string, path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await terminal.importModule(file);
  } catch (error) {
    if (isError(error) && error.name === 'SessionOptionsError') throw error;
    const detail = isError(error) ? `${error.name}: ${error.message}` : 'it threw something other than an error';
    throw new ProblemError(`${path} cannot be imported. ${detail}`, { cause: error });
  }
}

function findConfig(value: unknown): SessionConfig<SessionSchema> | undefined {
  try {
    return configOf(value, 'typed-session');
  } catch {
    return undefined; // something else
  }
}

/** Whether another installed copy of the library made it. */
function looksLikeSessions(value: unknown): boolean {
  if (value === null || (typeof value !== 'function' && typeof value !== 'object')) return false;
  return ['list', 'revoke', 'migrateAll', 'of'].every((method) => {
    return typeof (value as Readonly<Record<string, unknown>>)[method] === 'function'; // an object has properties
  });
}

/** Waits for an export that is a promise, such as `export const sessions = connect()`. */
async function settled(value: unknown, name: string): Promise<unknown> {
  if (!(value instanceof Promise)) return value;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const fail = (): void => reject(new ProblemError(`the export ${name} is a promise that did not settle within ${String(PATIENCE / 1000)} s`)); // prettier-ignore
    timer = setTimeout(fail, PATIENCE);
  });
  return Promise.race([value, late]).finally(() => clearTimeout(timer));
}

function noSessions(path: string, exported: object, foreign: readonly string[]): ProblemError {
  if (foreign.length > 0) {
    return new ProblemError(
      `${path} exports sessions (${foreign.join(', ')}) that another installed copy of typed-session made. Run the command of that copy, in the folder of the app; npm ls typed-session shows them.`,
    );
  }
  const names = Object.keys(exported);
  const functions = names.filter((name) => typeof (exported as Readonly<Record<string, unknown>>)[name] === 'function');
  const [example] = functions;
  const advice =
    example === undefined
      ? 'Export what session() returned: export const sessions = session({ … })'
      : `If one of its functions returns the sessions, write a module for the command that calls it: export const sessions = ${example}(…)`;
  return new ProblemError(`${path} exports no sessions (it exports ${names.join(', ') || 'nothing'}). ${advice}`);
}
