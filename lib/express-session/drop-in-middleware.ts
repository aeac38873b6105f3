import type { AnyRequest, AnyResponse } from '../node/node-messages.js';
import { gateOf } from '../node/response-gate.js';
import { Cookie } from './drop-in-cookie.js';
import { ClassicSession } from './classic-session.js';
import { configOf, unlessFalsy, type Config, type SessionOptions } from './drop-in-options.js';
import { idOf, isSecure, pathOf } from './drop-in-request.js';
import { Session, type IncomingSessionRequest } from './drop-in-session.js';

/** A middleware, for Express and for bare servers. */
export type SessionHandler = (request: AnyRequest, response: AnyResponse, next: (error?: unknown) => void) => void;

/** Exported as `session`; see the entry point. */
export function createSession(options: SessionOptions): SessionHandler {
  const config = configOf(options);
  const { store } = config;
  // Stores call this to regenerate a session. The last middleware that was created applies, as in express-session.
  store.generate = (request) => {
    generate(config, request as unknown as IncomingSessionRequest); // the middleware's requests are
  };
  let connected = true;
  store.on('disconnect', () => {
    connected = false;
  });
  store.on('connect', () => {
    connected = true;
  });

  return function session(given, response, next) {
    const request = given as unknown as IncomingSessionRequest; // Node's request, with what middleware added to it
    const isPassedBy = Boolean(request.session) || !connected;
    if (isPassedBy || !pathOf(request).startsWith(unlessFalsy(config.cookieOf(request).path) ?? '/')) {
      next();
      return;
    }
    const signer = config.signerOf(request);
    if (signer === undefined) {
      next(new Error('secret option required for sessions'));
      return;
    }
    const gate = gateOf(request, response, next);
    request.sessionStore = store;
    const id = idOf(request, config.name, signer);
    if (id === undefined) Reflect.deleteProperty(request, 'sessionID');
    else request.sessionID = id;
    const mine = new ClassicSession(config, request, response, next);
    gate.hooks.push(mine);
    if (!id) {
      store.generate(request);
      mine.begin();
      next();
      return;
    }
    store.get(id, (error, stored) => {
      if (error && (error as { code?: unknown }).code !== 'ENOENT') {
        next(error);
        return;
      }
      try {
        const found = error ? undefined : stored;
        if (found) store.createSession(request, found);
        else store.generate(request);
        mine.begin(found ?? undefined);
      } catch (thrown) {
        next(thrown);
        return;
      }
      next();
    });
  };
}

/** Gives a request a new session. */
function generate(config: Config, request: IncomingSessionRequest): void {
  request.sessionID = config.newId(request);
  const session = new Session(request);
  session.cookie = new Cookie(config.cookieOf(request));
  const secure = isSecure(request, config.proxy);
  if (config.fixedCookie.secure === 'auto') session.cookie.secure = secure;
  if (config.fixedCookie.sameSite === 'auto') session.cookie.sameSite = secure ? 'none' : 'lax';
  request.session = session;
}
