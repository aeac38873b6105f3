import { IncomingMessage, ServerResponse } from 'node:http';
import { Duplex } from 'node:stream';
import type { Socket } from 'node:net';

type Middleware = (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => void;

/**
 * Node's own request and response on a socket that leads nowhere: for counting what one request does, without a
 * client in the same process that does things too.
 */
export function openStill(middleware: Middleware) {
  return async (handler: (req: IncomingMessage, res: ServerResponse) => void, cookie?: string) => {
    const written: Buffer[] = [];
    let flushes = 0;
    const socket = new Duplex({
      read: () => undefined,
      write(chunk: Buffer, _encoding, done) {
        written.push(chunk);
        flushes++;
        done();
      },
      writev(chunks, done) {
        for (const { chunk } of chunks) written.push(chunk as Buffer);
        flushes++;
        done();
      },
    }) as unknown as Socket; // of a socket, a response uses what a stream has
    const req = new IncomingMessage(socket);
    req.method = 'GET';
    req.url = '/';
    req.httpVersionMajor = 1;
    req.httpVersionMinor = 1;
    if (cookie !== undefined) {
      req.rawHeaders.push('Cookie', cookie);
      req.headers.cookie = cookie;
    }
    const res = new ServerResponse(req);
    res.assignSocket(socket);
    await new Promise<void>((resolve, reject) => {
      res.on('finish', resolve);
      middleware(req, res, (error) => {
        if (error === undefined) handler(req, res);
        else reject(new Error('the middleware passed an error on', { cause: error }));
      });
    });
    const text = Buffer.concat(written).toString();
    const cookies = [...text.matchAll(/^set-cookie: (.*)$/gim)].map(([, line]) => line ?? '');
    return {
      body: text.slice(text.indexOf('\r\n\r\n') + 4),
      cookies,
      cookie: cookies[0]?.split(';')[0] ?? '',
      flushes,
    };
  };
}
