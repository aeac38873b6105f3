import { parse } from 'cookie';
import type { Signer } from '../cookie/signature.js';
import { deprecated } from './deprecated.js';
import type { IncomingSessionRequest } from './session.js';

/** The id that a request's cookie names: from its header or, as of old, from what cookie-parser made of it. */
export function idOf(request: IncomingSessionRequest, name: string, signer: Signer): string | undefined {
  const header = request.headers.cookie;
  const sent = header ? verified(parse(header)[name], signer) : undefined;
  if (sent) return sent;
  const signed = request.signedCookies?.[name];
  if (signed) {
    deprecated('cookie should be available in req.headers.cookie');
    return signed as string; // cookie-parser's, which are strings; of anything else the store makes what it will
  }
  const parsed = verified(request.cookies?.[name], signer);
  if (parsed) deprecated('cookie should be available in req.headers.cookie');
  return parsed;
}

function verified(value: unknown, signer: Signer): string | undefined {
  return typeof value === 'string' ? signer.verify(value)?.id : undefined;
}

/** Whether the request came over TLS: by its socket, or by what says so and is to be believed. */
export function isSecure(request: IncomingSessionRequest, proxy: boolean | undefined): boolean {
  const { socket } = request as { readonly socket?: IncomingSessionRequest['socket'] }; // a test's request may lack one
  if (socket !== undefined && 'encrypted' in socket && socket.encrypted === true) return true;
  if (proxy === false) return false;
  if (proxy !== true) return request.secure === true;
  const header = request.headers['x-forwarded-proto'];
  return (
    String(header ?? '')
      .split(',', 1)[0]
      ?.trim()
      .toLowerCase() === 'https'
  );
}
