import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type RawData } from 'ws';
import { z } from 'zod';
import { makeApp } from './app.js';
import type { Sessions } from './session.js';
import type { Sockets } from './sockets.js';
import { isSameOrigin, refuse, sessionOf } from './upgrade.js';

const messageSchema = z.object({ text: z.string().trim().min(1).max(500) });

/** The page, its login, and the chat, on one server. */
export function makeServer(sessions: Sessions, sockets: Sockets): Server {
  const server = createServer(makeApp(sessions, sockets));
  const webSockets = new WebSocketServer({ noServer: true, maxPayload: 4096 });
  server.on('upgrade', (req, socket, head) => {
    socket.on('error', () => socket.destroy()); // the client has gone
    upgrade(req, socket, head).catch((error: unknown) => {
      console.error(error);
      refuse(socket, '503 Service Unavailable');
    });
  });
  return server;

  async function upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    if (!isSameOrigin(req)) {
      refuse(socket, '403 Forbidden');
      return;
    }
    const session = await sessionOf(sessions, req);
    const { userId } = session;
    if (userId === undefined) {
      refuse(socket, '401 Unauthorized');
      return;
    }
    webSockets.handleUpgrade(req, socket, head, (webSocket) => {
      webSocket.on('error', () => {
        webSocket.terminate();
      });
      webSocket.on('message', (data) => {
        const text = textOf(data);
        if (text !== undefined) sockets.broadcast({ from: userId, text });
      });
      void sockets.add(webSocket, session);
    });
  }
}

/** The text of a message, or `undefined` if it is malformed. */
function textOf(data: RawData): string | undefined {
  if (!Buffer.isBuffer(data)) return undefined; // ws passes a Buffer unless `binaryType` is set
  try {
    return messageSchema.safeParse(JSON.parse(data.toString())).data?.text;
  } catch {
    return undefined; // not JSON
  }
}
