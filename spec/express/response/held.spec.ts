import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { gzipSync, gunzipSync } from 'node:zlib';
import type { ServerResponse } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MemoryStore, session } from 'typed-session';
import { deferred, listen } from '../../support/app.js';
import { openStill } from '../../support/still.js';
import { ask, ask2, connect2, expressKinds, http1Kinds, kinds, raw, RawClient, run, schema, type Handler } from './servers.js'; // prettier-ignore

type Middleware = (req: unknown, res: ServerResponse, next: () => void) => void;

const failing = (): never => {
  throw new Error('full');
};

/** As `compression` 1.7 does it: `_header` says whether the head was given, and a second end is ignored. */
const compress: Middleware = (_req, res, next) => {
  const { write, end } = res;
  const chunks: Buffer[] = [];
  let ended = false;
  const begin = (): void => {
    const { _header } = res as unknown as { _header: string | null };
    if (_header) return;
    if (!res.headersSent) res.setHeader('Content-Encoding', 'gzip').removeHeader('Content-Length');
    res.writeHead(res.statusCode);
  };
  res.write = (chunk: string | Buffer) => {
    begin();
    chunks.push(Buffer.from(chunk as string));
    return true;
  };
  res.end = ((chunk?: string | Buffer, ...rest: unknown[]) => {
    if (ended) return res;
    ended = true;
    begin();
    if (typeof chunk === 'string' || Buffer.isBuffer(chunk)) chunks.push(Buffer.from(chunk as string));
    write.call(res, gzipSync(Buffer.concat(chunks)), 'utf8');
    return (end as (...args: unknown[]) => ServerResponse).call(
      res,
      ...rest.filter((arg) => typeof arg === 'function'),
    );
  }) as ServerResponse['end'];
  next();
};

const body = (answer: string): string => answer.slice(answer.indexOf('\r\n\r\n') + 4);
const head = (answer: string): string => answer.slice(0, answer.indexOf('\r\n\r\n'));
function unchunk(text: string): Buffer {
  const parts: string[] = [];
  for (let at = 0; ;) {
    const end = text.indexOf('\r\n', at);
    const size = Number.parseInt(text.slice(at, end), 16);
    if (!Number.isInteger(size)) throw new Error(`not chunked: ${text.slice(0, 200)}`);
    if (size === 0) return Buffer.from(parts.join(''), 'latin1');
    parts.push(text.slice(end + 2, end + 2 + size));
    at = end + 4 + size;
  }
}

const firstCalls: readonly (readonly [string, Handler])[] = [
  ['end', (_req, res) => res.end('x')],
  ['write', (_req, res) => { res.write('x'); res.end(); }], // prettier-ignore
  ['flushHeaders', (_req, res) => { res.flushHeaders(); res.end('x'); }], // prettier-ignore
  ['writeHead and end', (_req, res) => { res.writeHead(200, { 'X-A': '1' }); res.end('x'); }], // prettier-ignore
  ['a pipe', (_req, res) => Readable.from(['x']).pipe(res)],
];

describe.each(kinds)('while the store is at work, on %s', (kind) => {
  it.each(firstCalls)('%s sends no byte before the store has answered', async (_, answer) => {
    const server = await run(kind, (req, res, here) => {
      here.change();
      return answer(req, res, here);
    });
    const store = server.hold();
    let done = false;
    const asked = ask(kind, server.port).then((text) => { done = true; return text; }); // prettier-ignore
    await store.reached;
    const before = server.sockets[0]?.bytesWritten;
    if (kind !== 'node:http2') expect(before).toBe(0); // HTTP/2 has exchanged settings by then
    expect(done).toBe(false);
    expect(server.responses[0]?.writableFinished).toBe(false);
    store.resolve();
    expect(await asked).toContain('x');
    expect(server.memory.size === undefined ? 1 : await server.memory.size()).toBe(1);
  });

  it('writes that come late, one by one, keep their order, and their callbacks are called', async () => {
    const server = await run(kind, async (_req, res, { change, happened }) => {
      change();
      for (const letter of 'abc') {
        res.write(letter, () => { happened(letter); }); // prettier-ignore
        await new Promise((resolve) => setImmediate(resolve));
      }
      res.end('d', () => { happened('end'); }); // prettier-ignore
      written.resolve();
    });
    const written = deferred();
    const store = server.hold();
    const asked = kind === 'node:http2' ? ask2(server.port).then((a) => a.body) : raw(server.port).then((a) => unchunk(body(a)).toString()); // prettier-ignore
    await written.promise;
    store.resolve();
    expect(await asked).toBe('abcd');
    await server.closed();
    expect(server.events).toEqual(['a', 'b', 'c', 'end']);
  });

  it('a held write returns false when the high-water mark is reached, and drain follows', async () => {
    const server = await run(kind, (_req, res, { change, note }) => {
      change();
      const mark = (res as { readonly writableHighWaterMark?: number }).writableHighWaterMark ?? 16_384;
      note(res.write('a'.repeat(mark - 1)), res.writableNeedDrain ?? false);
      note(res.write('a'), res.writableNeedDrain ?? true);
      res.once('drain', () => res.end('b'));
    });
    expect(await ask(kind, server.port)).toContain('b');
    expect(server.notes).toEqual([[true, false], [false, true]]); // prettier-ignore
  });

  it('writableEnded is false until the held end is passed on to Node', async () => {
    const server = await run(kind, (_req, res, { change, note }) => {
      change();
      res.on('finish', () => { note(res.writableEnded); }); // prettier-ignore
      res.end('x');
      note(res.headersSent, res.writableEnded);
    });
    const store = server.hold();
    const asked = ask(kind, server.port);
    await store.reached;
    expect(server.responses[0]?.writableEnded).toBe(false);
    store.resolve();
    await asked;
    await server.closed();
    expect(server.notes).toEqual([[true, false], [true]]); // prettier-ignore
  });

  it('a second end with a body sends nothing while the first is held, and is no error', async () => {
    const server = await run(kind, (_req, res, { change, note }) => {
      change();
      res.on('error', note);
      res.end('first');
      note(res.end('second') === res);
    });
    const answer = await ask(kind, server.port);
    expect(answer).toContain('first');
    expect(answer).not.toContain('second');
    expect(server.notes).toEqual([[true]]);
  });

  it('a large stream comes whole through backpressure, and its pipeline resolves', async () => {
    const megabytes = Buffer.alloc(3 << 20, 'x');
    const server = await run(kind, async (_req, res, { change, happened }) => {
      change();
      await pipeline(Readable.from(chunksOf(megabytes)), res);
      happened('resolved');
    });
    const text =
      kind === 'node:http2' ? (await ask2(server.port)).body : unchunk(body(await raw(server.port))).toString();
    expect(text.length).toBe(megabytes.length);
    await server.closed();
    expect(server.events).toEqual(['resolved']);
  });

  it('a client that is gone during the commit harms nobody, and the session is stored', async () => {
    const server = await run(kind, (_req, res, { change }) => {
      change();
      res.write('a');
      res.end('b');
    });
    const commits = listen('typed-session:commit');
    const store = server.hold();
    const client = kind === 'node:http2' ? connect2(server.port) : new RawClient(server.port);
    if (client instanceof RawClient) client.send();
    else client.request({ ':path': '/' }).on('error', () => undefined);
    await store.reached;
    (client instanceof RawClient ? client.socket : client).destroy();
    await server.closed();
    store.resolve();
    await until(() => commits.length === 1);
    expect(server.errors).toEqual([]);
  });

  it('a client that is gone before the end harms nobody', async () => {
    const closed = deferred();
    const server = await run(kind, async (_req, res, { change, happened }) => {
      res.write('a');
      await closed.promise;
      change();
      res.write('b');
      res.end('c');
      happened('ended');
    });
    const client = kind === 'node:http2' ? connect2(server.port) : new RawClient(server.port);
    if (client instanceof RawClient) { client.send(); await client.saw('a'); } // prettier-ignore
    else await once(client.request({ ':path': '/' }).on('error', () => undefined), 'data');
    (client instanceof RawClient ? client.socket : client).destroy();
    await server.closed();
    closed.resolve();
    await until(() => server.events.length === 1);
    expect(server.store.calls).toEqual([]);
  });

  it('a session that is changed after the end stays as it was', async () => {
    const server = await run(kind, (_req, res, { change, mine }) => {
      change();
      res.end('x');
      mine.note = 'too late';
    });
    const records: string[] = [];
    const create = server.memory.create.bind(server.memory);
    server.memory.create = (key, record) => { records.push(record.data); return create(key, record); }; // prettier-ignore
    await ask(kind, server.port);
    await server.closed();
    expect(records).toEqual(['{"views":1}']);
    expect(server.store.calls).toEqual(['create']);
  });

  it('a session that comes to life when the headers are gone is not stored, and the event says so', async () => {
    const told = listen('typed-session:error');
    const server = await run(kind, (_req, res, { change }) => {
      res.write('a');
      change();
      res.end('b');
    });
    expect(await ask(kind, server.port)).toContain('b');
    expect(server.store.calls).toEqual([]);
    expect(told.map((event) => event.consequence)).toEqual(['withheld']);
  });
});

function* chunksOf(whole: Buffer): Generator<Buffer> {
  for (let at = 0; at < whole.length; at += 50_000) yield whole.subarray(at, at + 50_000);
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

describe.each(kinds)('where the first commit fails, on %s', (kind) => {
  it('the error handler answers with 503, and the end of the discarded answer calls back once', async () => {
    const server = await run(kind, (_req, res, { change, happened }) => {
      change();
      res.statusCode = 201;
      res.setHeader('Access-Control-Allow-Origin', '*');
      for (const name of ['ETag', 'Location', 'Cache-Control', 'Content-Language']) res.setHeader(name, '"stale"');
      res.end('discarded', () => { happened('end'); }); // prettier-ignore
    });
    server.store.before.create = failing;
    const answer = kind === 'node:http2' ? JSON.stringify(await ask2(server.port)) : await raw(server.port);
    expect(answer).toContain('503');
    expect(answer).toContain('SessionStoreError');
    expect(answer.toLowerCase()).toContain('access-control-allow-origin');
    expect(answer).not.toMatch(/stale|discarded|set-cookie/i);
    await server.closed();
    expect(server.events).toEqual(['end']);
    expect(server.errors).toHaveLength(1);
  });

  it('writes of the discarded answer call back with the error, and those to come are dropped', async () => {
    const failed = deferred();
    const server = await run(kind, async (_req, res, { change, happened }) => {
      change();
      res.write('discarded', (error) => { happened((error as Error | undefined)?.name); }); // prettier-ignore
      await failed.promise;
      happened(res.write('late'));
      res.end('later', () => { happened('end'); }); // prettier-ignore
    });
    server.store.before.create = failing;
    const client = ask(kind, server.port);
    await until(() => server.errors.length === 1 && server.responses[0]?.writableEnded === true);
    failed.resolve();
    const answer = await client;
    expect(answer).toContain('SessionStoreError');
    expect(answer).not.toMatch(/late|discarded/);
    await until(() => server.events.length === 3);
    expect(new Set(server.events)).toEqual(new Set(['SessionStoreError', false, 'end']));
  });

  it('a second failure, in the commit of the error answer, lets that answer out and comes to onError', async () => {
    const told: string[] = [];
    const onError = (error: Error): void => { told.push(error.name); }; // prettier-ignore
    const server = await run(kind, (_req, res, { change }) => {
      change();
      res.end('x');
    }, { onError, onAnswerError: (_error, { change }, res) => { change(); res.statusCode = 409; } }); // prettier-ignore
    server.store.before.create = failing;
    const answer = await ask(kind, server.port);
    expect(answer).toContain('SessionStoreError');
    expect(answer).toContain('409');
    await until(() => told.length === 1);
    expect(told).toEqual(['SessionStoreError']);
    expect(server.errors).toHaveLength(1);
    expect(server.store.calls).toEqual(['create', 'create']);
  });
});

describe.each(kinds)('where a later commit fails, on %s', (kind) => {
  it('the body ends as it would, onError is told once, next is not called, and writableEnded is true at the end', async () => {
    const told: string[] = [];
    const server = await run(kind, (_req, res, { change, happened, note }) => {
      change();
      res.write('a', () => {
        change();
        server.store.before.update = failing;
        res.end('z', () => { happened('end'); note(res.writableEnded); }); // prettier-ignore
      });
    }, { onError: (error) => { told.push(error.name); } }); // prettier-ignore
    const answer = await ask(kind, server.port);
    expect(answer).toContain('200');
    expect(answer).toContain('z');
    await server.closed();
    expect(server.events).toEqual(['end']);
    expect(server.notes).toEqual([[true]]);
    expect(told).toEqual(['SessionStoreError']);
    expect(server.errors).toEqual([]);
  });

  it('what changes while the body streams is stored before its end', async () => {
    const server = await run(kind, (_req, res, { change }) => {
      change();
      res.write('a', () => {
        change();
        res.end('z');
      });
    });
    expect(await ask(kind, server.port)).toContain('z');
    expect(server.store.calls).toEqual(['create', 'update']);
  });
});

describe.each(http1Kinds)('on %s', (kind) => {
  it('a status that is none is refused before anything is stored, and the handler can still answer', async () => {
    const server = await run(kind, (_req, res, { change, note }) => {
      change();
      res.statusCode = 9999;
      try {
        res.end('x');
      } catch (error) {
        note((error as { code?: string }).code, server.store.calls.length);
      }
      res.statusCode = 200;
      res.end('sorry');
    });
    expect(await ask(kind, server.port)).toContain('sorry');
    expect(server.notes).toEqual([['ERR_HTTP_INVALID_STATUS_CODE', 0]]);
  });

  it('an encoding that is none is refused before anything is stored, and the handler can still answer', async () => {
    const server = await run(kind, (_req, res, { change, note }) => {
      change();
      try {
        res.end('x', 'bogus' as BufferEncoding);
      } catch (error) {
        note((error as { code?: string }).code, res.headersSent);
      }
      res.end('sorry');
    });
    expect(await ask(kind, server.port)).toContain('sorry');
    expect(server.notes).toEqual([['ERR_UNKNOWN_ENCODING', false]]);
  });

  it("writeHead's own cookies, in every form and with an undefined at its end, leave room for the session's", async () => {
    const heads = [
      [200, { 'Set-Cookie': ['a=1', 'b=2'] }],
      [200, { 'Set-Cookie': ['a=1', 'b=2'] }, undefined],
      [200, ['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2']],
      [200, ['Set-Cookie', ['a=1', 'b=2']]],
      [200, [['Set-Cookie', 'a=1'], ['Set-Cookie', 'b=2']]],
      [200, 'Fine', { 'Set-Cookie': ['a=1', 'b=2'] }],
    ]; // prettier-ignore
    for (const args of heads) {
      const server = await run(kind, (_req, res, { change }) => {
        change();
        (res.writeHead as (...a: unknown[]) => unknown)(...args);
        res.end('x');
      });
      const answer = head(await raw(server.port));
      expect(answer).toMatch(/set-cookie: a=1\r\n/i);
      expect(answer).toMatch(/set-cookie: b=2\r\n/i);
      expect(answer).toMatch(/set-cookie: connect\.sid=/i);
    }
  });

  it('a Cache-Control in writeHead stands, and no-store comes where there is none', async () => {
    for (const [given, sent] of [
      [{ 'Cache-Control': 'private' }, 'private'],
      [{}, 'no-store'],
    ] as const) {
      // prettier-ignore
      const server = await run(kind, (_req, res, { change }) => {
        change();
        res.writeHead(200, given);
        res.end('x');
      });
      expect(await raw(server.port)).toMatch(new RegExp(`cache-control: ${sent}\r\n`, 'i'));
    }
  });

  it('of pipelined requests the second waits for the first, on the same connection', async () => {
    const server = await run(kind, (req, res, { change }) => {
      change();
      res.end(`answer to ${String(req.url)}`);
    });
    const store = server.hold();
    const client = new RawClient(server.port);
    client.send('/one', { keepAlive: true });
    await store.reached;
    delete server.store.before.create; // the second is not held
    client.send('/two');
    await until(() => server.responses.length === 2 && server.store.calls.length === 2);
    expect(client.text).toBe('');
    store.resolve();
    await client.ended;
    expect(client.text).toMatch(/answer to \/one[^]*answer to \/two/);
    expect(server.sockets).toHaveLength(1);
  });

  it('a server that closes waits for the answer that is held', async () => {
    const server = await run(kind, (_req, res, { change }) => {
      change();
      res.end('still here');
    });
    const store = server.hold();
    const client = new RawClient(server.port);
    client.send('/', { keepAlive: true });
    await store.reached;
    server.server.close();
    store.resolve();
    await client.saw('still here');
  });

  it('an error answer without a length is framed as Node frames it', async () => {
    const server = await run(kind, (_req, res, { change }) => {
      change();
      res.end('x');
    });
    server.store.before.create = failing;
    const client = new RawClient(server.port);
    client.send('/', { keepAlive: true });
    await client.saw('SessionStoreError');
    expect(head(client.text)).toMatch(/content-length: \d+/i);
    expect(head(client.text)).not.toMatch(/connection: close/i);
  });

  it.each([
    ['before', true],
    ['after', false],
  ] as const)('middleware %s ours that compresses still does', async (_, isBefore) => {
    // prettier-ignore
    const server = await run(
      kind,
      async (_req, res, { change }) => {
        change();
        res.write('many ');
        await new Promise((resolve) => setImmediate(resolve));
        res.write('words');
        res.end();
      },
      isBefore ? { before: compress } : { after: compress },
    );
    const answer = await raw(server.port);
    expect(head(answer)).toMatch(/content-encoding: gzip/i);
    expect(head(answer)).toMatch(/set-cookie/i);
    expect(gunzipSync(unchunk(body(answer))).toString()).toBe('many words');
  });

  it.each([
    ['before', true],
    ['after', false],
  ] as const)('an error answer goes out where middleware %s ours compresses', async (_, isBefore) => {
    // prettier-ignore
    const server = await run(
      kind,
      (_req, res, { change }) => {
        change();
        res.end('discarded');
      },
      isBefore ? { before: compress } : { after: compress },
    );
    server.store.before.create = failing;
    const answer = await raw(server.port);
    expect(answer).toContain('503');
    const text = /content-encoding: gzip/i.test(answer) ? gunzipSync(unchunk(body(answer))).toString() : body(answer);
    expect(text).toContain('SessionStoreError');
  });

  it('listeners are not left behind on a kept connection', async () => {
    const server = await run(kind, (_req, res, { change, note }) => {
      change();
      res.write('a');
      res.end('b', () => undefined);
      note(res.listenerCount('drain'), res.listenerCount('error'));
    });
    const counts: unknown[] = [];
    const client = new RawClient(server.port);
    for (let i = 1; i <= 3; i++) {
      client.send('/', { keepAlive: true });
      await server.closed(i);
      const [socket] = server.sockets;
      counts.push(socket?.eventNames().map((name) => [name, socket.listenerCount(name)]));
    }
    expect(counts[2]).toEqual(counts[0]);
    expect(server.notes).toEqual([[0, 0], [0, 0], [0, 0]]); // prettier-ignore
  });
});

describe('by HTTP/2', () => {
  it('writeHead alone sends the head, with the cookie', async () => {
    const finish = deferred();
    const server = await run('node:http2', async (_req, res, { change }) => {
      change();
      res.writeHead(200, { 'X-A': '1' });
      await finish.promise;
      res.end('x');
    });
    const stream = connect2(server.port).request({ ':path': '/' });
    const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
    expect(headers['x-a']).toBe('1');
    expect(headers['set-cookie']).toHaveLength(1);
    finish.resolve();
    stream.resume();
    await once(stream, 'close');
  });

  it('no warning comes of a status message that the handler never touched', async () => {
    const warnings: string[] = [];
    const onWarning = (warning: Error): void => { warnings.push(warning.name); }; // prettier-ignore
    process.on('warning', onWarning);
    onTestFinished(() => { process.off('warning', onWarning); }); // prettier-ignore
    const server = await run('node:http2', (_req, res, { change }) => {
      change();
      res.end('x');
    });
    await ask2(server.port);
    server.store.before.create = failing;
    await ask2(server.port);
    await new Promise((resolve) => setImmediate(resolve));
    expect(warnings).toEqual([]);
  });
});

describe.each(expressKinds)('on %s', (kind) => {
  it.each<readonly [string, Handler, RegExp]>([
    ['res.json', (_req, res) => res.json({ a: 1 }), /\{"a":1\}$/],
    ['res.send(Buffer)', (_req, res) => res.send(Buffer.from('bytes')), /octet-stream[^]*bytes$/],
    ['res.redirect', (_req, res) => { res.redirect('/next'); }, /^HTTP\/1.1 302[^]*location: \/next/i], // prettier-ignore
    ['res.sendStatus', (_req, res) => res.sendStatus(202), /Accepted$/],
  ])('%s answers once the session is stored', async (_, answer, expected) => {
    const server = await run(kind, (req, res, here) => {
      here.change();
      return answer(req, res, here);
    });
    const store = server.hold();
    const asked = raw(server.port);
    await store.reached;
    expect(server.sockets[0]?.bytesWritten).toBe(0);
    store.resolve();
    const text = await asked;
    expect(text).toMatch(expected);
    expect(text).toMatch(/set-cookie: connect\.sid/i);
  });

  it('res.sendFile sends a large file whole, and calls back', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'typed-session-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'large.bin');
    await writeFile(file, Buffer.alloc(2 << 20, 'y'));
    const server = await run(kind, (_req, res, { change, happened }) => {
      change();
      res.sendFile(file, (error?: Error) => { happened(error); }); // prettier-ignore
    });
    expect(body(await raw(server.port)).length).toBe(2 << 20);
    await server.closed();
    expect(server.events).toEqual([undefined]);
  });

  it('a file that is streamed by hand is closed where its answer is discarded', async () => {
    const server = await run(kind, async (_req, res, { change, happened }) => {
      change();
      await pipeline(createReadStream(import.meta.filename, { highWaterMark: 512 }), res).catch(() => undefined);
      happened('settled');
    });
    server.store.before.create = failing;
    expect(await raw(server.port)).toContain('SessionStoreError');
    await until(() => server.events.length === 1);
  });

  it('a handler that ends and then throws has answered: the error handler sees that the headers are sent', async () => {
    const server = await run(kind, (_req, res, { change }) => {
      change();
      res.end('x');
      throw new Error('after the end');
    });
    const store = server.hold();
    const asked = raw(server.port);
    await store.reached;
    store.resolve();
    await asked; // Express's final handler has cut the connection
    expect(server.errors.map((error) => (error as Error).message)).toEqual(['after the end']);
    await until(() => server.store.calls.length === 1);
  });

  it("Express's own final handler answers a failed commit", async () => {
    const server = await run(kind, (_req, res, { change }) => {
      change();
      res.json({ a: 1 });
    }, { finalHandler: true }); // prettier-ignore
    server.store.before.create = failing;
    const answer = await raw(server.port);
    expect(answer).toMatch(/^HTTP\/1.1 503 Service Unavailable/);
    expect(answer).not.toContain('application/json');
  });
});

describe('in one flush', () => {
  const still = openStill(session({ schema, secret: 's', store: new MemoryStore() }));
  it.each<readonly [string, (req: object, res: ServerResponse) => void]>([
    ['end with a small body', (_req, res) => res.end('small')],
    ['writeHead and end', (_req, res) => { res.writeHead(200, { 'Content-Length': 5 }); res.end('small'); }], // prettier-ignore
  ])('head and body of %s leave, changed session or not', async (_, answer) => {
    for (const change of [false, true]) {
      const {
        flushes,
        body: text,
        cookies,
      } = await still((req, res) => {
        if (change) (req as unknown as { session: { views: number } }).session.views += 1;
        answer(req, res);
      });
      expect({ flushes, text, cookies: cookies.length }).toEqual({
        flushes: 1,
        text: 'small',
        cookies: change ? 1 : 0,
      });
    }
  });
});
