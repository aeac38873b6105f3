import type { SessionSchema } from '../schema/payload-types.js';
import type { SessionConfig } from './session-config.js';
import type { ListedSession } from './stored-sessions.js';

/** What `session()` of `typed-session` or of `typed-session/fetch` returns. */
export interface AnySessions<S extends SessionSchema> {
  /** The compiler finds the schema here. */
  list(principal: never, options?: never): Promise<ListedSession<S>[]>;
}

const configs = new WeakMap<object, SessionConfig<SessionSchema>>();

/** Remembers the configuration of what `session()` returns, for the tools that get only that. Returns it. */
export function withConfig<T extends object, S extends SessionSchema>(sessions: T, config: SessionConfig<S>): T {
  configs.set(sessions, config); // only what every session has is used
  return sessions;
}

/**
 * The configuration of what `session()` returned.
 * @throws TypeError if another function or another installed copy of the package made it
 */
export function configOf(sessions: unknown, caller: string): SessionConfig<SessionSchema> {
  const config = configs.get(sessions as object); // any value may be asked for
  if (config === undefined) {
    throw new TypeError(
      `${caller} takes what session() of typed-session or typed-session/fetch returned. If it did, two copies of typed-session are installed: npm ls typed-session shows them.`,
    );
  }
  return config;
}
