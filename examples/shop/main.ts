import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { makeApp } from './app.js';
import { openSessions } from './session.js';
import { readSettings } from './settings.js';
import { openStore, type OpenStore } from './stores.js';
import { demoLogin } from './users.js';

/** How long open requests may take to end after a signal, in milliseconds. */
const GRACE = 5000;

const { host, port, secret, storeUrl, sessionFile, proxies } = readSettings(process.env);
const open = await openStore(storeUrl, sessionFile);
const server = createServer(makeApp(openSessions(open.store, secret), { proxies }));

server.once('error', (error) => {
  console.error(`The shop cannot listen on ${host}:${port}: ${error.message}`);
  console.error('To use another port, set PORT, for example to 3001.');
  process.exitCode = 1;
  void open.close();
});
server.listen(port, host, () => {
  const address = server.address() as AddressInfo; // null and text are for closed servers and pipes
  const name = host === '127.0.0.1' || host === '0.0.0.0' ? 'localhost' : host;
  console.log(`The shop is open: http://${name}:${address.port}`);
  console.log(`Demo login: ${demoLogin.login} / ${demoLogin.password}`);
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void shutDown(server, open));
}

/** Waits for the open requests, then closes the store. After that, nothing keeps the process alive. */
async function shutDown(server: Server, open: OpenStore): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  setTimeout(() => {
    server.closeAllConnections();
  }, GRACE).unref();
  await closed;
  await open.close();
}
