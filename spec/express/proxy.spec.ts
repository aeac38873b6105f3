import { createServer as createTlsServer } from 'node:https';
import { once } from 'node:events';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import express from 'express';
import express4 from 'express4';
import { describe, expect, it, onTestFinished } from 'vitest';
import { session } from 'typed-session';
import { serve } from '../support/app.js';
import { schema, type Options } from '../support/shop.js';
import { certificate } from '../support/certificate.js';

function build(make: typeof express, options: Options, trustProxy?: boolean | number): ReturnType<typeof express> {
  const sessions = session({ schema, secret: 'Vq3ZsT7nJx0LpR5uYb2WkGd9FhMc6Ea1', ...options });
  const app = make();
  if (trustProxy !== undefined) app.set('trust proxy', trustProxy);
  app.use(sessions);
  app.get('/', (req, res) => {
    sessions.of(req).views += 1;
    res.end();
  });
  return app;
}

const kinds = [
  ['Express 5', express],
  ['Express 4', express4],
] as const;

describe.each(kinds)('behind a proxy that terminates TLS, on %s', (_, make) => {
  const https = { 'X-Forwarded-Proto': 'https' };

  it("sets a Secure cookie where 'trust proxy' is set, under secure: true and under 'auto'", async () => {
    for (const secure of [true, 'auto'] as const) {
      const client = await serve(build(make, { cookie: { secure } }, 1));
      expect((await client.get('/', https)).cookies[0]).toContain('; Secure');
    }
  });

  it("does not believe the header where 'trust proxy' is not set", async () => {
    const strict = await serve(build(make, { cookie: { secure: true } }));
    expect((await strict.get('/', https)).cookies).toEqual([]);
    const auto = await serve(build(make, { cookie: { secure: 'auto' } }));
    expect((await auto.get('/', https)).cookies[0]).not.toContain('Secure');
  });

  it("sets a plain cookie for a plain request under secure: 'auto'", async () => {
    const client = await serve(build(make, { cookie: { secure: 'auto' } }, 1));
    expect((await client.get('/', { 'X-Forwarded-Proto': 'http' })).cookies[0]).not.toContain('Secure');
  });
});

describe('on a TLS server', () => {
  it('sets a Secure cookie, on Express and on bare Node', async () => {
    const sessions = session({ schema, secret: 's', cookie: { secure: true } });
    const bare = (req: Parameters<typeof sessions>[0], res: Parameters<typeof sessions>[1]): void => {
      sessions(req, res, () => {
        sessions.of(req).views += 1;
        res.end();
      });
    };
    for (const listener of [build(express, { cookie: { secure: true } }), bare]) {
      const server = createTlsServer(certificate(), listener);
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      onTestFinished(() => {
        server.closeAllConnections();
        server.close();
      });
      const sent = request({
        port: (server.address() as AddressInfo).port,
        host: '127.0.0.1',
        rejectUnauthorized: false,
      }).end();
      const [answer] = (await once(sent, 'response')) as [{ headers: Record<string, string[]>; resume: () => void }];
      answer.resume();
      expect(answer.headers['set-cookie']?.[0]).toContain('; Secure');
    }
  });
});

it('sets Secure cookies by default in production, and plain ones elsewhere over plain HTTP', async () => {
  const before = process.env['NODE_ENV'];
  onTestFinished(() => {
    process.env['NODE_ENV'] = before;
  });
  process.env['NODE_ENV'] = 'production';
  const production = await serve(build(express, {}, 1));
  process.env['NODE_ENV'] = 'development';
  const development = await serve(build(express, {}, 1));
  expect((await production.get('/', { 'X-Forwarded-Proto': 'https' })).cookies[0]).toContain('; Secure');
  expect((await production.get('/')).cookies).toEqual([]);
  expect((await development.get('/')).cookies[0]).not.toContain('Secure');
});
