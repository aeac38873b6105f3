import type { RequestHandler } from 'express';

/**
 * Refuses a change that a page of another origin asks for (CSRF). `SameSite` protects against other sites; this also
 * protects against other subdomains, which belong to the same site, and against browsers that ignore `SameSite`.
 *
 * Every current browser sends `Sec-Fetch-Site`; older ones send `Origin`. A client that sends neither is not a browser, and
 * has no cookie of somebody else.
 */
export const sameOrigin: RequestHandler = (req, res, next) => {
  if (req.method === 'GET' || req.method === 'HEAD' || isSameOrigin(req.headers)) {
    next();
    return;
  }
  res.status(403).type('application/problem+json');
  res.json({ title: 'Forbidden', status: 403, detail: 'The request comes from another origin.' });
};

interface Headers {
  readonly [name: string]: string | string[] | undefined;
  readonly origin?: string | undefined;
  readonly host?: string | undefined;
}

export function isSameOrigin({ origin, host, ...headers }: Headers): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}
