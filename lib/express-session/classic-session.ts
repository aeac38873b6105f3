import { addHeader, type AnyResponse } from '../node/node-messages.js';
import type { ResponseHook, ResponseMoment } from '../node/response-hook.js';
import { defer } from '../timers.js';
import { dropInSetCookie } from './drop-in-cookie.js';
import type { Config } from './drop-in-options.js';
import { isSecure } from './drop-in-request.js';
import type { IncomingSessionRequest, Session } from './drop-in-session.js';

/** express-session's rules for one request: when a session is stored, touched, destroyed, and its cookie set. */
export class ClassicSession implements ResponseHook {
  readonly endsOnce = true;
  readonly #config: Config;
  readonly #request: IncomingSessionRequest;
  readonly #response: AnyResponse;
  readonly #next: (error?: unknown) => void;
  /** The id that the request came with. */
  readonly #cookieId: string | undefined;
  #originalId: string | undefined;
  /** The data as it was loaded, or as the session began, as JSON, because the order of keys and `toJSON` matter. */
  #original: string | undefined;
  #saved: string | undefined;
  #touched = false;
  #finished = false;
  /** The Set-Cookie header; `null` if none is to be set. */
  #cookie: string | null | undefined;

  constructor(config: Config, request: IncomingSessionRequest, response: AnyResponse, next: (error?: unknown) => void) {
    this.#config = config;
    this.#request = request;
    this.#response = response;
    this.#next = next;
    this.#cookieId = request.sessionID;
  }

  /**
   * Called when `req.session` exists.
   * @param stored - what the store returned; `undefined` for a new session
   */
  begin(stored?: object): void {
    const { session } = this.#request;
    if (!session) return; // a store's own `generate` or `createSession` may not have set one
    this.#originalId = this.#request.sessionID;
    // The data of the record, not of the session: a field that was dropped on load counts as a change, and is removed from
    // the store.
    this.#original = dataOf(stored ?? session);
    if (stored !== undefined && !this.#config.resave) this.#saved = this.#original;
    this.#watch(session);
  }

  commit({ ending, streamed }: ResponseMoment): Promise<unknown> | undefined {
    if (!ending || this.#finished) return undefined; // the written part is being sent; the session is stored at the end
    this.#finished = true;
    try {
      const work = this.#settle(streamed);
      this.#decideCookie();
      return work;
    } catch (error) {
      this.#cookie = null; // a session that cannot be stored gets no cookie, or the error response would fail in the same way
      throw error;
    }
  }

  headGiven(): void {
    this.#decideCookie();
  }

  writeCookie(): void {
    this.#decideCookie();
    if (typeof this.#cookie !== 'string') return;
    addHeader(this.#response, 'Set-Cookie', this.#cookie);
    this.#cookie = null;
  }

  rollBack(): void {
    // An error response gets the cookie of the original response. The store was called already.
  }

  /** Stores, touches, or destroys the session at the end of the request. */
  #settle(streamed: boolean): Promise<unknown> | undefined {
    const request = this.#request;
    const { store, destroysUnset, storeTouches } = this.#config;
    const { session, sessionID } = request;
    if (sessionID && destroysUnset && (session === undefined || session === null)) {
      return this.#ask((done) => {
        store.destroy(sessionID, done);
      });
    }
    if (!session) return undefined;
    this.#touch(session);
    if (typeof sessionID !== 'string') return undefined; // no cookie could carry it
    if (this.#shouldSave(session)) {
      return this.#ask((done) => {
        session.save(done);
      });
    }
    if (storeTouches && this.#cookieId === sessionID) {
      const touched = this.#ask((done) => {
        store.touch?.(sessionID, session, done);
      });
      return streamed ? undefined : touched; // a touch does not delay a streamed response
    }
    return undefined;
  }

  /** Calls the store. If it fails, `next(error)` is called again, and the response is sent nevertheless. */
  #ask(run: (done: (error?: unknown) => void) => void): Promise<void> | undefined {
    let answered = false;
    let goOn: (() => void) | undefined;
    run((error) => {
      answered = true;
      if (error) defer(this.#next, error);
      goOn?.();
    });
    if (answered) return undefined;
    return new Promise((resolve) => {
      goOn = resolve;
    });
  }

  #shouldSave(session: Session): boolean {
    const { saveUninitialized } = this.#config;
    const isUninitialized =
      !saveUninitialized && this.#saved === undefined && this.#cookieId !== this.#request.sessionID;
    if (isUninitialized) return this.#isModified(session);
    return this.#originalId !== session.id || this.#saved !== dataOf(session);
  }

  #isModified(session: Session): boolean {
    return this.#originalId !== session.id || this.#original !== dataOf(session);
  }

  #touch(session: Session): void {
    if (this.#touched) return;
    session.touch();
    this.#touched = true;
  }

  #decideCookie(): void {
    if (this.#cookie !== undefined) return;
    this.#cookie = null;
    const { session, sessionID } = this.#request;
    if (!session || typeof sessionID !== 'string' || !this.#shouldSetCookie(session)) return;
    const { name, proxy, signerOf } = this.#config;
    if (session.cookie.secure && !isSecure(this.#request, proxy)) return;
    this.#touch(session);
    try {
      const signed = signerOf(this.#request)?.sign(sessionID);
      if (signed !== undefined) this.#cookie = dropInSetCookie(name, signed, session.cookie.data);
    } catch (error) {
      defer(this.#next, error);
    }
  }

  #shouldSetCookie(session: Session): boolean {
    const { rolling, saveUninitialized } = this.#config;
    if (this.#cookieId !== this.#request.sessionID) return saveUninitialized || this.#isModified(session);
    return rolling || (session.cookie.expires != null && this.#isModified(session));
  }

  /** Observes the `save` and `reload` of a session, until another one replaces it. */
  #watch(session: Session): void {
    // The current methods: a store or another middleware may have replaced those of the class.
    const save = session.save.bind(session);
    const reload = session.reload.bind(session);
    const own: Pick<Session, 'save' | 'reload'> = {
      save: (callback) => {
        this.#saved = dataOf(session);
        return save(callback);
      },
      reload: (callback) =>
        reload((error) => {
          const current = this.#request.session;
          if (current && current !== session) this.#watch(current);
          callback(error);
        }),
    };
    for (const [name, value] of Object.entries(own)) {
      Object.defineProperty(session, name, { configurable: true, enumerable: false, writable: true, value });
    }
  }
}

/** The data of a session without its cookie, as a text that can be compared. */
function dataOf(session: object): string {
  // JSON omits what is undefined. This takes half the time of a replacer function.
  if (!('toJSON' in session)) return JSON.stringify({ ...session, cookie: undefined });
  return JSON.stringify(session, function (this: unknown, key: string, value: unknown) {
    return this === session && key === 'cookie' ? undefined : value;
  });
}
