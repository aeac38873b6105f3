import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { freePort } from '../../scripts/servers/processes.mjs';
import { deferred } from './app.js';

/** A line between clients and a server that can be cut, mended, slow, stalled, or cut at the worst moment. */
export interface TcpProxy {
  readonly port: number;
  /** Closes every connection, and refuses new ones. */
  readonly cut: () => Promise<void>;
  /** Takes connections again after `cut()`. */
  readonly mend: () => Promise<void>;
  /** Each chunk takes this much longer from now on, towards either side; `slow(0)` is as before. */
  readonly slow: (ms: number) => void;
  /** Takes connections and bytes and closes nothing, but passes nothing on, towards either side. */
  readonly stall: () => void;
  /** Ends `stall()`: what was held is passed on, and what comes. */
  readonly flow: () => void;
  /**
   * Lets the next request through whose bytes (as latin1, in one chunk) have this in them; once the server answers it,
   * the connection is closed instead. The server has done what the client cannot know. Other connections live on.
   *
   * @returns a promise of when that has happened
   */
  readonly cutBeforeAnswer: (request: string | RegExp) => Promise<void>;
}

/** What is to happen to a request, and whom to tell when it has. */
interface Trap {
  readonly request: string | RegExp;
  readonly sprung: () => void;
}

/** Puts a line before a server of loopback, for the length of a test. */
export async function proxyTo(target: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const traps = new Set<Trap>();
  let delay = 0;
  let stalled: ReturnType<typeof deferred> | undefined;
  const passage = async (): Promise<void> => {
    if (delay > 0) await after(delay);
    await stalled?.promise;
  };

  /** Passes on what comes, one chunk after the other, until `meet` refuses one. */
  const carry = async (from: Socket, to: Socket, meet: (chunk: Buffer) => boolean): Promise<void> => {
    for await (const chunk of from as AsyncIterable<Buffer>) {
      await passage();
      if (!meet(chunk)) return;
      await new Promise((resolve) => to.write(chunk, resolve));
    }
    await passage();
    to.end();
  };

  const join = (near: Socket): void => {
    const far = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true });
    const close = (): void => {
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined); // a cut line is one
      socket.on('close', () => {
        sockets.delete(socket);
        close();
      });
    }
    let caught: Trap | undefined;
    const request = (chunk: Buffer): boolean => {
      const text = chunk.toString('latin1');
      for (const trap of traps) {
        if (typeof trap.request === 'string' ? !text.includes(trap.request) : text.search(trap.request) < 0) continue;
        traps.delete(trap);
        caught = trap;
      }
      return true;
    };
    const answer = (): boolean => {
      if (caught === undefined) return true;
      close();
      caught.sprung();
      return false;
    };
    for (const carried of [carry(near, far, request), carry(far, near, answer)]) carried.catch(close);
  };

  const listenAt = async (port: number): Promise<Server> => {
    const server = createServer({ allowHalfOpen: true }, join);
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return server;
  };
  const port = await freePort();
  let server = await listenAt(port);
  const cut = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    if (!server.listening) return;
    server.close();
    await once(server, 'close');
  };
  onTestFinished(cut);
  return {
    port,
    cut,
    mend: async () => {
      server = await listenAt(port);
    },
    slow: (ms) => {
      delay = ms;
    },
    stall: () => {
      stalled ??= deferred();
    },
    flow: () => {
      stalled?.resolve();
      stalled = undefined;
    },
    cutBeforeAnswer: (request) =>
      new Promise((resolve) => {
        traps.add({ request, sprung: resolve });
      }),
  };
}
