/**
 * A store that was made for express-session: connect-redis, connect-mongo, connect-pg-simple and their like. Callbacks
 * come last, with an error first; a store's other methods are not asked for.
 */
export interface ExpressSessionStore {
  /** Fetches a session; `null` or nothing where there is none. */
  get(id: string, callback: (error?: unknown, session?: object | null) => void): unknown;
  /** Stores a session, over whatever was there. */
  set(id: string, session: object, callback?: (error?: unknown) => void): unknown;
  /** Removes a session. */
  destroy(id: string, callback?: (error?: unknown) => void): unknown;
  /** Pushes a session's deadline out without writing its data. */
  touch?(id: string, session: object, callback?: (error?: unknown) => void): unknown;
  /** An EventEmitter's, for `'connect'` and `'disconnect'`. */
  on?(event: string, listener: () => void): unknown;
}

/** The methods without which express-session itself cannot use a store. */
export const EXPRESS_SESSION_METHODS = ['get', 'set', 'destroy'] as const;
