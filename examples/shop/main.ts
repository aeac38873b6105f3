import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SqliteStore } from 'typed-session/sqlite';
import { makeApp } from './app.js';
import { openSessions } from './session.js';
import { readSettings, type Settings } from './settings.js';
import { demoLogin } from './users.js';

/** How long open requests may take to end after a signal, in milliseconds. */
const PATIENCE = 5000;

function main(settings: Settings): void {
  const store = new SqliteStore({ file: settings.sessionFile });
  const server = createServer(makeApp(openSessions(store, settings.secret)));

  server.once('error', (error) => {
    console.error(`The shop cannot open at ${settings.host}:${settings.port}: ${error.message}`);
    console.error('Choose another port: PORT=3001 npm run example');
    process.exitCode = 1;
    void store.close();
  });
  server.listen(settings.port, settings.host, () => {
    const { port } = server.address() as AddressInfo; // null for a closed server and text for a pipe, which this is not
    const host = settings.host === '127.0.0.1' ? 'localhost' : settings.host;
    console.log(`The shop is open: http://${host}:${port}`);
    console.log(`Demo login: ${demoLogin.login} / ${demoLogin.password}`);
  });

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => void shutDown(server, store));
  }
}

/** Lets the requests that run come to their end, then closes the store; nothing is left that keeps the process. */
async function shutDown(server: Server, store: SqliteStore): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  setTimeout(() => {
    server.closeAllConnections();
  }, PATIENCE).unref();
  await closed;
  await store.close();
}

main(readSettings(process.env));
