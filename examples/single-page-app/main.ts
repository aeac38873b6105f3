import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { MemoryStore } from 'typed-session';
import { makeApp } from './app.js';
import { openSessions } from './session.js';
import { demoLogin } from './users.js';

// A restart empties the MemoryStore, so a new secret loses nothing more. With another store, set SESSION_SECRET.
const secret = process.env['SESSION_SECRET'] ?? randomBytes(32).toString('base64');
const app = makeApp(openSessions(new MemoryStore(), secret));

const server = app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', (error) => {
  if (error !== undefined) throw error;
  console.log(`The page: http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  console.log(`Demo login: ${demoLogin.login} / ${demoLogin.password}`);
});
