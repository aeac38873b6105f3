// Starts both apps, and asks each as a browser would.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';

process.env.SESSION_SECRET = randomBytes(32).toString('base64');
for (const file of ['./app.js', './app.mjs']) {
  const { app } = await import(file);
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const base = `http://127.0.0.1:${server.address().port}`;
  const login = await fetch(`${base}/login/ada`, { method: 'POST' });
  const headers = { cookie: login.headers.getSetCookie()[0]?.split(';')[0] ?? '' };
  const { userId } = await (await fetch(`${base}/account`, { headers })).json();
  assert.equal(userId, 'ADA');
  await fetch(`${base}/logout`, { method: 'POST', headers });
  if (file === './app.js') assert.equal((await fetch(`${base}/account`, { headers })).status, 401);
}
console.log('Hello, Ada');
process.exit();
