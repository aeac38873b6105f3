// Serves the app on the host that runs this file, and prints its port.
import { answer } from './app.mjs';

const { Bun, Deno } = /** @type {any} */ (globalThis); // each is there on its own host

if (Bun !== undefined) {
  console.log(`port ${Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: answer }).port}`);
} else if (Deno !== undefined) {
  Deno.serve({ port: 0, hostname: '127.0.0.1', onListen: (at) => console.log(`port ${at.port}`) }, answer);
} else {
  const { createServer } = await import('node:http');
  const server = createServer(async (req, res) => {
    const headers = /** @type {Record<string, string>} */ (req.headers);
    const response = await answer(new Request(`http://127.0.0.1${req.url}`, { method: req.method, headers }));
    res.writeHead(response.status, [...response.headers].flat());
    res.end(Buffer.from(await response.arrayBuffer()));
  });
  server.listen(0, '127.0.0.1', () => console.log(`port ${/** @type {any} */ (server.address()).port}`));
}
