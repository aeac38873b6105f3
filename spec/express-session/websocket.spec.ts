import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { session } from 'typed-session';
import { faces } from './faces.js';

type Middleware = (req: IncomingMessage, res: never, next: (error?: unknown) => void) => void;

const typed = session({
  schema: z.object({ seen: z.boolean().default(false) }),
  secret: 'keep it',
  name: 'connect.sid',
});
const kinds: [string, Middleware[]][] = [
  ...faces.map(([name, face]): [string, Middleware[]] => [
    name,
    [face({ secret: 'keep it', resave: false, saveUninitialized: true })],
  ]),
  [
    'typed-session',
    [
      typed,
      (req, _res, next) => {
        typed.of(req).seen = true;
        typed.of(req).save(next);
      },
    ],
  ],
];

describe('a session in the handshake of Socket.IO', () => {
  it.each(kinds)('of %s is there for the socket, and its cookie in the answer', async (_name, middlewares) => {
    const server = createServer();
    const sockets = new Server(server);
    for (const middleware of middlewares) sockets.engine.use(middleware);
    const headers = once(sockets.engine, 'initial_headers');
    sockets.on('connection', (socket) => {
      socket.emit('id', (socket.request as unknown as { session: { id: string } }).session.id);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = io(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, {
      transports: ['websocket'],
      reconnection: false,
    });
    onTestFinished(async () => {
      client.close();
      await sockets.close();
    });
    const id = await new Promise((resolve, reject) => {
      client.on('id', resolve);
      client.on('connect_error', reject);
    });
    expect(id).toMatch(/^[\w-]{32}$/);
    const [sent] = (await headers) as [Record<string, string[]>];
    expect(sent['Set-Cookie']?.join()).toMatch(/^connect\.sid=s%3A/);
  });
});
