// @ts-check
import { IncomingMessage, ServerResponse } from 'node:http';
import { Duplex } from 'node:stream';

/**
 * One request through an app, in this process and without a network: Node's own request and response on a socket that
 * leads nowhere, so that what is measured is the app and not a client.
 *
 * @param {import('./libraries.mjs').App} app
 * @param {string} path
 * @param {string | undefined} cookie
 * @returns {Promise<string | undefined>} the cookies that the response set, as the next request sends them
 */
export function request(app, path, cookie) {
  return new Promise((resolve, reject) => {
    const socket = /** @type {any} */ (
      new Duplex({
        read: () => undefined,
        write: (_chunk, _encoding, done) => done(),
        writev: (_chunks, done) => done(),
      })
    );
    socket.encrypted = true; // as behind TLS: cookies are `Secure` in production
    const req = new IncomingMessage(socket);
    const headers = ['Host', 'localhost', 'User-Agent', 'Mozilla/5.0', 'Accept', 'text/html', 'Accept-Language', 'en'];
    if (cookie !== undefined) headers.push('Cookie', cookie);
    // As Node's parser does it: the lines as they came, and `headers` made of them when it is first read.
    /** @type {any} */ (req)._addHeaderLines(headers, headers.length);
    Object.assign(req, {
      method: 'GET',
      url: path,
      httpVersionMajor: 1,
      httpVersionMinor: 1,
      rawHeaders: headers,
      complete: true,
    });
    const res = new ServerResponse(req);
    res.assignSocket(socket);
    res.on('finish', () => {
      if (res.statusCode !== 200) reject(new Error(`${path} answered ${String(res.statusCode)}`));
      resolve(cookiesOf(res));
    });
    app(req, res);
  });
}

/** From the text of the head: Fastify hands its headers to `writeHead`. @param {ServerResponse} res */
function cookiesOf(res) {
  /** @type {string} */
  const head = /** @type {any} */ (res)._header;
  const lines = head.match(/^set-cookie: [^;\r]+/gim);
  return lines?.map((line) => line.slice('set-cookie: '.length)).join('; ');
}
