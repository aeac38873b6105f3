// better-auth's `getSession`, with its adapter in memory. It has no payload: it returns the user and the session's row.
import { betterAuth } from 'better-auth';
import { memoryAdapter } from 'better-auth/adapters/memory';
import { fromNodeHeaders } from 'better-auth/node';
import { expressApp } from '../express-app.mjs';
import { secret } from '../libraries.mjs';

const open = () => {
  const auth = betterAuth({
    baseURL: 'https://localhost',
    secret,
    database: memoryAdapter({ user: [], session: [], account: [], verification: [] }),
    emailAndPassword: { enabled: true },
    telemetry: { enabled: false },
  });
  let users = 0;
  return expressApp(undefined, {
    '/fill': async (_req, res) => {
      const body = { email: `ann${users++}@example.com`, password: 'correct horse', name: 'Ann' };
      const response = await auth.api.signUpEmail({ body, asResponse: true });
      res.setHeader('Set-Cookie', response.headers.getSetCookie());
      res.end('ok');
    },
    '/read': async (req, res) => {
      const found = await auth.api.getSession({ headers: fromNodeHeaders(req.headers) });
      res.end(found.user.name);
    },
  });
};

/** @type {import('../libraries.mjs').Library} */
export default { routes: ['read'], sizes: ['300B', '2kB'], open };
