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
  /** The data as it was loaded or begun; JSON, because its key order and `toJSON` count. */
  #original: string | undefined;
  #saved: string | undefined;
  #touched = false;
  #finished = false;
  /** The Set-Cookie header; `null` where there is to be none. */
  #cookie: string | null | undefined;

  constructor(config: Config, request: IncomingSessionRequest, response: AnyResponse, next: (error?: unknown) => void) {
    this.#config = config;
    this.#request = request;
    this.#response = response;
    this.#next = next;
    this.#cookieId = request.sessionID;
  }

  /**
   * `req.session` is there.
   * @param stored - what the store had of it; nothing where it is new
   */
  begin(stored?: object): void {
    const { session } = this.#request;
    if (!session) return; // a store's own `generate` or `createSession` may put none there
    this.#originalId = this.#request.sessionID;
    // Of the record and not of the session: fields that are dropped on loading are a change, and leave the store.
    this.#original = dataOf(stored ?? session);
    if (stored !== undefined && !this.#config.resave) this.#saved = this.#original;
    this.#watch(session);
  }

  commit({ ending, streamed }: ResponseMoment): Promise<unknown> | undefined {
    if (!ending || this.#finished) return undefined; // what was written is on its way; the end stores the session
    this.#finished = true;
    try {
      const work = this.#settle(streamed);
      this.#decideCookie();
      return work;
    } catch (error) {
      this.#cookie = null; // what cannot be stored gets none, or the error's own answer would fail the same way
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
    // Another answer gets the cookie that this one would have got; the store was told what there is to tell.
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

  /** Calls the store. Its failure is told by another `next(error)`, and the response goes out all the same. */
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

  /** Sees what a session's own `save` and `reload` do, until another one takes its place. */
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

/** What a session holds besides its cookie, as a text that differs where it does. */
function dataOf(session: object): string {
  // JSON leaves out what is undefined. This takes half of the time that a function takes.
  if (!('toJSON' in session)) return JSON.stringify({ ...session, cookie: undefined });
  return JSON.stringify(session, function (this: unknown, key: string, value: unknown) {
    return this === session && key === 'cookie' ? undefined : value;
  });
}
