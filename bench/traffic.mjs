// @ts-check
// A line between a client and its server that counts what passes: commands, bytes, and round trips.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** @typedef {{ commands: number, out: number, in: number, roundTrips: number }} Traffic `out` and `in` are bytes, as the client sees them */

/** RESP: each command is an array of bulk strings. @param {Buffer} bytes */
function redisCommands(bytes) {
  let commands = 0;
  let at = 0;
  const number = () => {
    const end = bytes.indexOf('\r\n', at);
    const found = Number(bytes.toString('latin1', at + 1, end));
    at = end + 2;
    return found;
  };
  while (at < bytes.length) {
    commands++;
    for (let parts = number(); parts > 0; parts--) {
      const length = number();
      at += length + 2;
    }
  }
  return commands;
}

/** Each message is a letter and its length; `Q` is a simple query, and `E` executes a prepared one. @param {Buffer} bytes */
function postgresCommands(bytes) {
  let commands = 0;
  for (let at = 0; at + 5 <= bytes.length; at += 1 + bytes.readInt32BE(at + 1)) {
    if (bytes[at] === 0x51 || bytes[at] === 0x45) commands++;
  }
  return commands;
}

/** Each message begins with its length. Those of the driver's own monitoring do not count. @param {Buffer} bytes */
function mongoCommands(bytes) {
  let commands = 0;
  for (let at = 0; at + 4 <= bytes.length; at += bytes.readInt32LE(at)) {
    const message = bytes.subarray(at, at + bytes.readInt32LE(at));
    if (!message.includes('hello') && !message.includes('ismaster')) commands++;
  }
  return commands;
}

const counters = { Redis: redisCommands, PostgreSQL: postgresCommands, MongoDB: mongoCommands };

/**
 * Opens a line to the server of a URL.
 *
 * @param {import('./server-stores.mjs').Kind} kind @param {string} target
 */
export async function lineTo(kind, target) {
  /** @typedef {{ sent: Buffer[], in: number, roundTrips: number, waiting: boolean }} Line */
  /** @type {Set<Line>} */
  const lines = new Set();
  const { hostname, port } = new URL(target);
  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ port: Number(port), host: hostname, noDelay: true });
    /** @type {Line} */
    const line = { sent: [], in: 0, roundTrips: 0, waiting: false };
    lines.add(line);
    near.on('data', (chunk) => {
      if (!line.waiting) line.roundTrips++;
      line.waiting = true;
      line.sent.push(chunk);
      far.write(chunk);
    });
    far.on('data', (chunk) => {
      line.waiting = false;
      line.in += chunk.length;
      near.write(chunk);
    });
    for (const [one, other] of [[near, far], [far, near]]) one?.on('error', () => undefined).on('close', () => other?.destroy()); // prettier-ignore
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(target);
  url.hostname = '127.0.0.1';
  url.port = String(/** @type {import('node:net').AddressInfo} */ (server.address()).port);
  return {
    url: url.href,
    /** What passed since the last call. @returns {Traffic} */
    take() {
      const sum = { commands: 0, out: 0, in: 0, roundTrips: 0 };
      for (const line of lines) {
        const sent = Buffer.concat(line.sent);
        sum.commands += counters[kind](sent);
        sum.out += sent.length;
        sum.in += line.in;
        sum.roundTrips += line.roundTrips;
        Object.assign(line, { sent: [], in: 0, roundTrips: 0 });
      }
      return sum;
    },
    close: () => server.close(),
  };
}
