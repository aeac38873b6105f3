import { parseCookie } from 'cookie';
import depd from 'depd';
import type { Signer } from '../cookie/cookie-signature.js';
import { cookieHeaderOf, expressSecure, isEncrypted, requestHeader } from '../node/request-headers.js';
import { saysHttps } from '../cookie/forwarded-proto.js';
import type { IncomingSessionRequest } from './drop-in-session.js';

const deprecated = depd('express-session');

/** The id that a request's cookie names: from its header or, as of old, from what cookie-parser made of it. */
export function idOf(request: IncomingSessionRequest, name: string, signer: Signer): string | undefined {
  const header = cookieHeaderOf(request);
  const sent = header ? verified(parseCookie(header, { decode: decodeValue })[name], signer) : undefined;
  if (sent) return sent;
  const signed = request.signedCookies?.[name];
  if (signed) {
    deprecated('cookie should be available in req.headers.cookie');
    return signed as string; // cookie-parser's are strings; the store decides what anything else means
  }
  const parsed = verified(request.cookies?.[name], signer);
  if (parsed) deprecated('cookie should be available in req.headers.cookie');
  return parsed;
}

/** A cookie's value may be quoted (RFC 6265, section 4.1.1). `cookie` 1.x does not remove the quotes. */
function decodeValue(value: string): string {
  const bare = value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
  try {
    return bare.includes('%') ? decodeURIComponent(bare) : bare;
  } catch {
    return bare; // broken percent encoding: its signature will not hold
  }
}

/** The path that the client requested, regardless of where in the app the middleware is mounted. */
export function pathOf(request: IncomingSessionRequest): string {
  const url: unknown = request.originalUrl ?? request.url;
  if (typeof url !== 'string' || url === '') return '/'; // a created request may lack both
  if (!url.startsWith('/') && URL.canParse(url)) return new URL(url).pathname; // a proxy may receive the whole URL
  return url.replace(/[?#].*$/s, ''); // `*` among them, which no cookie's path covers
}

function verified(value: unknown, signer: Signer): string | undefined {
  return typeof value === 'string' ? signer.verify(value)?.id : undefined;
}

/** Whether the request arrived over TLS, according to its socket or to a trusted header. */
export function isSecure(request: IncomingSessionRequest, proxy: boolean | undefined): boolean {
  if (isEncrypted(request)) return true;
  if (proxy === false) return false;
  return proxy === true ? saysHttps(requestHeader(request, 'x-forwarded-proto')) : expressSecure(request) === true;
}
