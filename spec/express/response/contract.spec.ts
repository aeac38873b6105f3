import { setImmediate as immediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ask, http1Kinds, kinds, run, type Handler, type Kind } from './servers.js';

/** The same handler without a session, with one that is not changed, and with one that is: all must be the same. */
async function alike(kind: Kind, handler: Handler, method = 'GET'): Promise<string> {
  const seen: unknown[] = [];
  for (const mode of ['without', 'unchanged', 'changed'] as const) {
    const server = await run(
      kind,
      (req, res, here) => {
        if (mode === 'changed') here.change();
        for (const event of ['prefinish', 'finish', 'close']) res.on(event, () => { here.happened(event); }); // prettier-ignore
        return handler(req, res, here);
      },
      { sessions: mode !== 'without' },
    );
    const answer = await ask(kind, server.port, method);
    await server.closed();
    await immediate();
    expect(server.store.calls).toEqual(mode === 'changed' ? ['create'] : []);
    seen.push({ answer, notes: server.notes, events: server.events, errors: server.errors });
  }
  expect(seen[1]).toEqual(seen[0]);
  expect(seen[2]).toEqual(seen[0]);
  return (seen[0] as { answer: string }).answer;
}

/** Notes what a call returns or throws. */
function tried(name: string, res: object, call: () => unknown, note: (...what: unknown[]) => void): void {
  try {
    const value = call();
    note(name, value === res ? 'the response' : value);
  } catch (error) {
    const { name: kind, code, message } = error as Error & { code?: string };
    note(name, kind, code, message);
  }
}

const bytes = Buffer.from([0, 255, 10, 13, 200]);
const ends: readonly (readonly [string, (done: () => void) => unknown[]])[] = [
  ['()', () => []],
  ['(callback)', (done) => [done]],
  ['(chunk)', () => ['text ü']],
  ['(chunk, callback)', (done) => ['text', done]],
  ['(chunk, encoding)', () => ['74657874', 'hex']],
  ['(chunk, encoding, callback)', (done) => ['ü', 'latin1', done]],
  ['(Buffer)', () => [bytes]],
  ['(Buffer, callback)', (done) => [bytes, done]],
  ['(Uint8Array)', () => [new Uint8Array(bytes)]],
  ['(empty string)', () => ['']],
  ['(empty string, callback)', (done) => ['', done]],
  ['(null)', () => [null]],
  ['(undefined, undefined, callback)', (done) => [undefined, undefined, done]],
];

describe.each(kinds)('on %s, with a session and without', (kind) => {
  it.each(ends)('end%s sends the same bytes, calls back once and returns the response', async (_, args) => {
    await alike(kind, (_req, res, { note, happened }) => {
      res.on('finish', () => { happened(res.writableFinished); }); // prettier-ignore
      tried('end', res, () => (res.end as (...a: unknown[]) => unknown)(...args(() => { happened('callback'); })), note); // prettier-ignore
      note(res.headersSent); // writableEnded is the one exception: see held.spec.ts
    });
  });

  it('an end that follows writes sends them in their order, and calls back for each', async () => {
    const answer = await alike(kind, (_req, res, { note, happened }) => {
      res.write('a', () => { happened('a'); }); // prettier-ignore
      res.write(Buffer.from('b'));
      res.write('63', 'hex', () => { happened('c'); }); // prettier-ignore
      for (let i = 0; i < 50; i++) res.write(String(i % 10));
      res.end('!', () => { happened('end'); }); // prettier-ignore
    });
    expect(answer).toContain('!');
  });

  it('a second end, with a callback and without, does what Node does', async () => {
    await alike(kind, (_req, res, { note, happened }) => {
      res.end('once');
      tried('again', res, () => res.end(), note);
      tried('and again', res, () => res.end(() => { happened('called'); }), note); // prettier-ignore
    });
  });

  it('a header after the end is refused as Node refuses it, in each way to set one', async () => {
    await alike(kind, (_req, res, { note }) => {
      res.setHeader('X-Before', 'kept');
      res.end('x');
      tried('set', res, () => res.setHeader('X-A', '1'), note);
      tried('append', res, () => res.appendHeader('X-A', '1'), note);
      tried('remove', res, () => { res.removeHeader('X-Before'); }, note); // prettier-ignore
    });
  });

  it('a chunk of a wrong type is refused at once, and the handler can still answer', async () => {
    await alike(kind, (_req, res, { note }) => {
      for (const wrong of [5, true, {}, Symbol.iterator]) {
        tried('end', res, () => res.end(wrong as unknown as string), () => undefined); // prettier-ignore
      }
      try {
        res.write(7);
      } catch (error) {
        note((error as { code?: string }).code);
      }
      res.end('sorry');
    });
  });

  it.each([
    ['204', 204],
    ['304', 304],
    ['201', 201],
  ])('a status of %s keeps its rules about bodies', async (_, status) => {
    await alike(kind, (_req, res, { note, happened }) => {
      res.statusCode = status;
      res.end(status === 201 ? 'made' : undefined, () => { happened('callback'); }); // prettier-ignore
    });
  });

  it('an answer to HEAD has no body and the same headers', async () => {
    await alike(
      kind,
      (_req, res) => {
        res.setHeader('Content-Length', 4);
        res.end('body');
      },
      'HEAD',
    );
  });

  it('a Content-Length that the handler sets is sent as it is', async () => {
    await alike(kind, (_req, res) => {
      res.setHeader('Content-Length', 2);
      res.write('a');
      res.end('b');
    });
  });

  it.each([
    ['status', [202]],
    ['status, object', [202, { 'Content-Type': 'a/b', 'X-B': '2' }]],
    ['status, undefined, object', [202, undefined, { 'Content-Type': 'a/b' }]],
    ['status, object with arrays', [202, { 'X-B': ['1', '2'] }]],
    ['status, flat array', [202, ['X-A', '1', 'X-B', '2']]],
    ['status, flat array with an array in it', [202, ['X-A', ['1', '2'], 'X-B', '2']]],
  ])('writeHead(%s) sends this head', async (_, args) => {
    await alike(kind, (_req, res, { note }) => {
      tried('writeHead', res, () => (res.writeHead as (...a: unknown[]) => unknown)(...args), note);
      note(res.headersSent, res.statusCode);
      res.end('x');
    });
  });

  it('writeHead refuses a second one, and headers after it', async () => {
    await alike(kind, (_req, res, { note }) => {
      res.writeHead(200, { 'X-A': '1' });
      tried('again', res, () => res.writeHead(404, { 'X-A': '2' }), note);
      tried('setHeader', res, () => res.setHeader('X-B', '1'), note);
      res.end('x');
      tried('after the end', res, () => res.writeHead(404, { 'X-A': '2' }), note);
    });
  });

  it('trailers follow the body', async () => {
    const answer = await alike(kind, (_req, res) => {
      res.setHeader('Trailer', 'X-Sum');
      res.write('body');
      res.addTrailers({ 'X-Sum': '42' });
      res.end();
    });
    expect(answer).toContain('42');
  });

  it('flushHeaders sends the head alone and returns nothing', async () => {
    await alike(kind, (_req, res, { note }) => {
      res.setHeader('X-A', '1');
      tried('flush', res, () => { res.flushHeaders(); }, note); // prettier-ignore
      note(res.headersSent);
      res.end('x');
    });
  });
});

describe.each(http1Kinds)('on %s, with a session and without', (kind) => {
  it('writeHead takes a status message, alone and with headers', async () => {
    const answer = await alike(kind, (_req, res) => {
      res.writeHead(299, 'Quite Fine', { 'X-A': '1' });
      res.end('x');
    });
    expect(answer).toContain('299 Quite Fine');
    await alike(kind, (_req, res) => {
      res.writeHead(299, 'Fine');
      res.end();
    });
  });

  it('a statusMessage set before is sent', async () => {
    await alike(kind, (_req, res) => {
      res.statusMessage = 'Mine';
      res.end('x');
    });
  });

  it('a write after the end is an error event and an error for its callback', async () => {
    await alike(kind, (_req, res, { note, happened }) => {
      res.on('error', (error: Error & { code?: string }) => { happened(error.code); }); // prettier-ignore
      res.end('x');
      note(res.write('late', (error) => { happened(['callback', (error as { code?: string } | null)?.code]); })); // prettier-ignore
    });
  });

  it('end takes what is no chunk but falsy for none', async () => {
    for (const none of [0, false, Number.NaN]) {
      await alike(kind, (_req, res, { note }) => {
        tried('end', res, () => res.end(none as unknown as string), note);
      });
    }
  });

  it.each([
    ['a status that is none', [99]],
    ['a flat array of an odd length', [200, ['X-A']]],
    ['a header name that is none', [200, { 'a b': '1' }]],
    ['a header value that is none', [200, { 'X-A': 'a\nb' }]],
  ])('writeHead refuses %s at once, and the handler can still answer', async (_, args) => {
    await alike(kind, (_req, res, { note }) => {
      tried('writeHead', res, () => (res.writeHead as (...a: unknown[]) => unknown)(...args), note);
      note(res.headersSent);
      res.end('sorry');
    });
  });

  it('a status message that is none is refused at once, in writeHead and at the end', async () => {
    await alike(kind, (_req, res, { note }) => {
      tried('writeHead', res, () => res.writeHead(200, 'a\nb'), note);
      tried('end', res, () => res.end('x'), note);
      note(res.headersSent);
      res.statusMessage = 'Fine';
      res.end('sorry');
    });
  });

  it('writeContinue, writeProcessing and writeEarlyHints pass', async () => {
    const answer = await alike(kind, (_req, res) => {
      res.writeContinue();
      res.writeProcessing();
      res.writeEarlyHints({ link: '</a.css>; rel=preload; as=style' });
      res.end('x');
    });
    expect(answer).toContain('103 Early Hints');
  });

  it('what is set on the response after the end changes nothing of it', async () => {
    await alike(kind, (_req, res) => {
      res.statusCode = 201;
      res.end('x');
      res.statusCode = 500;
      res.statusMessage = 'Not this';
    });
  });
});

describe.each(['node:http', 'node:http2'] as const)('on %s, with a session and without', (kind) => {
  // Not on Express: where a header was set before, Node 20 itself refuses pairs.
  it('writeHead takes pairs', async () => {
    const answer = await alike(kind, (_req, res) => {
      (res.writeHead as (...a: unknown[]) => unknown)(202, [['X-A', '1'], ['X-B', '2']]); // prettier-ignore
      res.end('x');
    });
    expect(answer).toContain('202');
  });
});
