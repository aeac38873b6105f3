/**
 * A store that was made for express-session, such as connect-redis, connect-mongo, or connect-pg-simple. The callback is
 * the last argument, and its first argument is an error. Other methods of a store are not used.
 *
 * @group Stores
 */
export interface ExpressSessionStore {
  /** Fetches a session. The callback gets `null` or `undefined` if there is none. */
  get(id: string, callback: (error?: unknown, session?: object | null) => void): unknown;
  /** Stores a session, and overwrites an existing one. */
  set(id: string, session: object, callback?: (error?: unknown) => void): unknown;
  /** Removes a session. */
  destroy(id: string, callback?: (error?: unknown) => void): unknown;
  /** Extends the deadline of a session without writing its data. */
  touch?(id: string, session: object, callback?: (error?: unknown) => void): unknown;
  /** Listens to the events `'connect'` and `'disconnect'`, as an EventEmitter does. */
  on?(event: string, listener: () => void): unknown;
}

/** The methods that express-session itself requires of a store. */
export const EXPRESS_SESSION_METHODS = ['get', 'set', 'destroy'] as const;
