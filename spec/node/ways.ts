import { StreamableFile } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import type express from 'express';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createElement, Suspense, use, type ReactNode } from 'react';
import { renderToPipeableStream } from 'react-dom/server';
import { deferred } from '../support/app.js';

/** A way to send a response; resolves when the handler has nothing more to do. */
export interface Way {
  readonly name: string;
  /** What the client must receive. */
  readonly body: string;
  readonly send: (res: Response, seen: Promise<void>) => unknown;
}

/** Express's response, with the `flush` that compression adds. */
export type Response = express.Response & { readonly flush?: () => void };

/** 84 kB that do not compress well: more than every high-water mark. */
const large: readonly string[] = Array.from({ length: 6 }, (_, part) => {
  let state = part + 1;
  let text = '';
  while (text.length < 14_000) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    text += state.toString(36);
  }
  return text.slice(0, 14_000);
});
const whole = large.join('');
const file = join(mkdtempSync(join(tmpdir(), 'typed-session-')), 'large.txt');
writeFileSync(file, whole);

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Whether a writer is asked to wait. Some wrappers of `write` return nothing, which asks nobody to. */
const isFull = (result: unknown): boolean => result === false;

/** Writes each part, and waits for a drain when it is asked to. */
async function writeAll(res: Response, parts: Iterable<string>): Promise<void> {
  for (const part of parts) if (isFull(res.write(part))) await once(res, 'drain');
}

/** What Next.js does for each page (server/pipe-readable.ts). */
async function pipeAsNext(res: Response, parts: Iterable<string>): Promise<void> {
  let drained = deferred();
  const onDrain = (): void => {
    drained.resolve();
  };
  res.on('drain', onDrain);
  res.once('close', () => {
    res.off('drain', onDrain);
    drained.resolve();
  });
  let started = false;
  for (const part of parts) {
    if (!started) res.flushHeaders();
    started = true;
    const full = isFull(res.write(part));
    res.flush?.();
    if (full) {
      await drained.promise;
      drained = deferred();
    }
  }
  res.end();
}

function page(): ReactNode {
  const later = turn().then(() => 'late');
  const Late = (): ReactNode => createElement('p', null, use(later));
  return createElement('main', null, 'early', createElement(Suspense, { fallback: '…' }, createElement(Late)));
}

const text = (res: Response): Response => res.type('text');

export const ways: readonly Way[] = [
  { name: 'end', body: 'hello', send: (res) => text(res).end('hello') },
  { name: 'json', body: '{"hello":"world"}', send: (res) => res.json({ hello: 'world' }) },
  {
    name: 'flushHeaders and write',
    body: 'hello world',
    send: (res) => {
      text(res).flushHeaders();
      res.write('hello ');
      res.end('world');
    },
  },
  {
    name: 'flushHeaders, write, flush and drain',
    body: whole,
    send: async (res) => {
      text(res).flushHeaders();
      for (const part of large) {
        const full = isFull(res.write(part));
        res.flush?.();
        if (full) await once(res, 'drain');
      }
      res.end();
    },
  },
  {
    name: 'writeHead, flushHeaders and write',
    body: 'hello world',
    send: async (res) => {
      res.writeHead(200, { 'Content-Type': 'text/plain' }).flushHeaders();
      res.write('hello ');
      await turn();
      res.end('world');
    },
  },
  {
    name: "write and once('drain')",
    body: whole,
    send: async (res) => {
      await writeAll(text(res), large);
      res.end();
    },
  },
  {
    name: 'for await',
    body: whole,
    send: async (res) => {
      text(res);
      for await (const part of Readable.from(large)) await writeAll(res, [part as string]);
      res.end();
    },
  },
  { name: 'pipe', body: whole, send: (res) => Readable.from(large).pipe(text(res)) },
  { name: 'pipe of little', body: 'hello world', send: (res) => Readable.from(['hello ', 'world']).pipe(text(res)) },
  { name: 'pipeline', body: whole, send: (res) => pipeline(Readable.from(large), text(res)) },
  { name: 'res.sendFile', body: whole, send: (res) => { res.sendFile(file); } }, // prettier-ignore
  { name: 'res.download', body: whole, send: (res) => { res.download(file); } }, // prettier-ignore
  {
    name: 'server-sent events',
    body: 'data: first\n\ndata: last\n\n',
    // The second event is sent only when the client has seen the first.
    send: async (res, seen) => {
      res.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' });
      res.flushHeaders();
      res.write('data: first\n\n');
      res.flush?.();
      await seen;
      res.end('data: last\n\n');
    },
  },
  {
    name: 'server-sent events after a pause',
    body: 'data: first\n\ndata: last\n\n',
    send: async (res, seen) => {
      res.type('text/event-stream').flushHeaders();
      await turn();
      res.write('data: first\n\n');
      res.flush?.();
      await seen;
      res.write('data: last\n\n');
      res.end();
    },
  },
  { name: "Next.js's pipe", body: whole, send: (res) => pipeAsNext(text(res), large) },
  {
    name: 'renderToPipeableStream',
    body: 'React',
    send: (res) => {
      const { pipe } = renderToPipeableStream(page(), {
        onShellReady: () => {
          res.type('html');
          pipe(res);
        },
      });
    },
  },
  {
    name: "Nest's StreamableFile",
    body: whole,
    send: (res) => new ExpressAdapter().reply(res, new StreamableFile(Readable.from(large.map((part) => Buffer.from(part))))), // prettier-ignore
  },
];
