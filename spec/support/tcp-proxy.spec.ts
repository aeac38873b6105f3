import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { proxyTo, type TcpProxy } from './tcp-proxy.js';

/** A server that answers each chunk with the same, and the proxy before it. */
async function echo(): Promise<{ readonly proxy: TcpProxy; readonly received: string[] }> {
  const received: string[] = [];
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      received.push(chunk.toString());
      socket.write(chunk);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { proxy: await proxyTo((server.address() as AddressInfo).port), received };
}

/** A client of it, with all that it was told so far. */
class Caller {
  heard = '';
  readonly closed: Promise<unknown>;
  readonly #socket: Socket;

  constructor({ port }: TcpProxy) {
    this.#socket = connect(port, '127.0.0.1');
    this.#socket.on('data', (chunk) => (this.heard += chunk.toString()));
    this.#socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => this.#socket.once('close', resolve));
    onTestFinished(() => this.end());
  }

  say(text: string): void {
    this.#socket.write(text);
  }

  end(): void {
    this.#socket.destroy();
  }

  /** What it heard, once that is as long as this. */
  async hears(text: string): Promise<void> {
    while (this.heard.length < text.length) await once(this.#socket, 'data');
    expect(this.heard).toBe(text);
  }
}

it('passes bytes on, in their order', async () => {
  const { proxy } = await echo();
  const caller = new Caller(proxy);
  const long = Array.from({ length: 100_000 }, (_, at) => `${at} `).join('');
  caller.say(long);
  await caller.hears(long);
});

it('lets go of the server when the client goes', async () => {
  const { proxy, received } = await echo();
  const caller = new Caller(proxy);
  caller.say('one');
  await caller.hears('one');
  caller.end();
  await caller.closed;
  expect(received).toEqual(['one']);
});

it('cuts what is open, refuses what comes, and is mended at the same port', async () => {
  const { proxy } = await echo();
  const open = new Caller(proxy);
  open.say('one');
  await open.hears('one');
  await proxy.cut();
  await open.closed;
  const refused = connect(proxy.port, '127.0.0.1');
  expect(await once(refused, 'error')).toMatchObject([{ code: 'ECONNREFUSED' }]);
  await proxy.mend();
  const again = new Caller(proxy);
  again.say('two');
  await again.hears('two');
});

it('is as slow as it is told, either way', async () => {
  const { proxy } = await echo();
  const caller = new Caller(proxy);
  proxy.slow(50);
  const start = performance.now();
  caller.say('one');
  await caller.hears('one');
  expect(performance.now() - start).toBeGreaterThan(98); // there and back; a timer may be early by a millisecond
  proxy.slow(0);
  caller.say('two');
  await caller.hears('onetwo');
});

it('holds everything while it is stalled, and passes it on when it flows again', async () => {
  const { proxy, received } = await echo();
  const before = new Caller(proxy);
  before.say('one');
  await before.hears('one');
  proxy.stall();
  before.say('two');
  const during = new Caller(proxy); // is taken, like a server's that hangs
  during.say('three');
  const other = await echo(); // another line is not held up, and has had the time
  const free = new Caller(other.proxy);
  free.say('four');
  await free.hears('four');
  expect(received).toEqual(['one']);
  proxy.flow();
  await before.hears('onetwo');
  await during.hears('three');
});

it.each(['INCR seven', /INCR s/])(
  'cuts a connection between what the server did and its answer: %s',
  async (request) => {
    const { proxy, received } = await echo();
    const [victim, other] = [new Caller(proxy), new Caller(proxy)];
    const cut = proxy.cutBeforeAnswer(request);
    for (const caller of [victim, other]) {
      caller.say('GET seven');
      await caller.hears('GET seven');
    }
    victim.say('INCR seven');
    await cut;
    await victim.closed;
    expect(victim.heard).toBe('GET seven');
    expect(received.at(-1)).toBe('INCR seven');
    other.say('INCR seven'); // once is all that it was asked for
    await other.hears('GET sevenINCR seven');
  },
);
