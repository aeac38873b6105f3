import { ServerResponse, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Session } from 'typed-session';
import type { Sessions } from './session.js';

/**
 * Loads the session of an upgrade request. Express does not see upgrades, so the middleware is called here. It needs a
 * response, which is never sent: an upgrade reads the session, and sets no cookie.
 */
export function sessionOf(sessions: Sessions, req: IncomingMessage): Promise<Session> {
  return new Promise((resolve, reject) => {
    sessions(req, new ServerResponse(req), (error) => {
      if (error === undefined) resolve(sessions.of(req));
      else reject(error instanceof Error ? error : new Error('The session was not loaded.'));
    });
  });
}

/**
 * Whether the page that opens the socket has the same origin as the server. Browsers send the cookie with a WebSocket of
 * any page of the same site, and CORS does not apply to it. A client without `Origin` is not a browser.
 */
export function isSameOrigin({ headers: { origin, host } }: IncomingMessage): boolean {
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}

/** Refuses an upgrade with a plain HTTP response. */
export function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
