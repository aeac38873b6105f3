// @ts-check
// Requests per second and the slowest percent, over HTTP on loopback: a sanity check of the figures that are measured in
// process. The server has a process of its own; the clients are here.
//   node bench/loopback.mjs                         the table
//   node bench/loopback.mjs serve express-session   a server; prints its port
import { quick } from './production.mjs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { libraryOf } from './libraries.mjs';
import { percentile } from './blocks.mjs';
import { routes } from './routes.mjs';
import { printMachine, printTable } from './tables.mjs';

const connections = 16;
const rounds = 5;
const roundMs = quick ? 100 : 1000;
const libraries = ['bare', 'express-session', 'typed-session', 'drop-in', 'HMAC + Map'];

/** @param {string} library */
async function serve(library) {
  const { open } = await libraryOf(library);
  const app = await open('2kB', { insecure: true });
  const server = createServer((req, res) => void app(req, res)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  console.log(/** @type {import('node:net').AddressInfo} */ (server.address()).port);
}

/** One connection that stays open; its function sends a request and resolves with the response. @param {number} port */
async function clientOf(port) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  let text = '';
  /** @type {(response: string) => void} */
  let answered = () => undefined;
  socket.setEncoding('latin1').on('data', (/** @type {string} */ chunk) => {
    text += chunk;
    const body = text.indexOf('\r\n\r\n') + 4;
    if (body < 4) return;
    const length = /^content-length: (\d+)/im.exec(text)?.[1];
    if (length === undefined ? !text.endsWith('\r\n0\r\n\r\n') : text.length < body + Number(length)) return;
    const response = text;
    text = '';
    answered(response);
  });
  /** @param {string} path @param {string} [cookie] @returns {Promise<string>} */
  const send = (path, cookie) =>
    new Promise((resolve) => {
      answered = resolve;
      socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n${cookie ? `Cookie: ${cookie}\r\n` : ''}\r\n`);
    });
  const filled = await send('/fill');
  const cookie = /^set-cookie: ([^;\r]+)/im.exec(filled)?.[1];
  return {
    /** @param {string} path */
    get: async (path) => {
      const response = await send(path, cookie);
      if (!response.startsWith('HTTP/1.1 200')) throw new Error(`${path}: ${response}`);
    },
    end: () => socket.destroy(),
  };
}

/** @param {Awaited<ReturnType<typeof clientOf>>[]} clients @param {string} path @param {number} ms @returns {Promise<number[]>} the time of each response, in ms */
async function load(clients, path, ms) {
  /** @type {number[]} */
  const times = [];
  const end = performance.now() + ms;
  const work = clients.map(async ({ get }) => {
    for (let now = performance.now(); now < end;) {
      await get(path);
      const then = now;
      now = performance.now();
      times.push(now - then);
    }
  });
  await Promise.all(work);
  return times;
}

/** @param {string} library */
async function start(library) {
  const child = spawn(process.execPath, [import.meta.filename, 'serve', library], { stdio: ['ignore', 'pipe', 'ignore'] }); // prettier-ignore
  const [line] = await once(child.stdout, 'data');
  const clients = await Promise.all(Array.from({ length: connections }, () => clientOf(Number(line))));
  return { library, child, clients };
}

async function everything() {
  printMachine(['typed-session', 'express', 'express-session']);
  const running = [];
  for (const library of libraries) running.push(await start(library));
  for (const name of ['ignored', 'read', 'write']) {
    const { path = '' } = routes[name] ?? {};
    /** @type {Record<string, { perSecond: number[], times: number[] }>} */
    const found = Object.fromEntries(libraries.map((library) => [library, { perSecond: [], times: [] }]));
    for (let round = 0; round <= rounds; round++) {
      for (const { library, clients } of running) {
        const times = await load(clients, path, roundMs);
        if (round === 0) continue; // the first one warms up
        found[library]?.perSecond.push(times.length / (roundMs / 1000));
        found[library]?.times.push(...times);
      }
    }
    const rows = Object.entries(found).map(([library, { perSecond, times }]) => {
      const [p50, p99] = [0.5, 0.99].map((part) => percentile(times.toSorted((a, b) => a - b), part).toFixed(2)); // prettier-ignore
      return [library, Math.round(percentile(perSecond.sort((a, b) => a - b), 0.5)), p50, p99]; // prettier-ignore
    });
    printTable(`${name}: ${connections} connections over loopback (2 kB)`, ['library', 'requests/s', 'p50, ms', 'p99, ms'], rows); // prettier-ignore
  }
  for (const { child, clients } of running) {
    for (const { end } of clients) end();
    child.kill();
  }
}

const [verb, library] = process.argv.slice(2);
if (verb === 'serve') await serve(library ?? '');
else await everything();
