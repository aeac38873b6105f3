import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { MemoryStore } from 'typed-session';
import { makeServer } from './chat.js';
import { openSessions } from './session.js';
import { Sockets } from './sockets.js';

// A restart empties the MemoryStore, so a new secret loses nothing more. With another store, set SESSION_SECRET.
const secret = process.env['SESSION_SECRET'] ?? randomBytes(32).toString('base64');
const sockets = new Sockets();
const server = makeServer(openSessions(new MemoryStore(), secret), sockets);

server.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', () => {
  console.log(`The chat: http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    sockets.close();
    server.close();
  });
}
