import { subscribe, tracingChannel, unsubscribe } from 'node:diagnostics_channel';
import { inspect } from 'node:util';
import pino from 'pino';
import { expect, it, onTestFinished, vi } from 'vitest';
import { MemoryStore, session, sessionErrors, type SessionEvents, type SessionTraces } from 'typed-session';
import { z } from 'zod';
import { ProbedStore, serve } from '../support/app.js';
import express from 'express';

const secret = 'the-signing-secret-of-this-spec-0123456789';
const schema = z.object({
  userId: z.string().optional(),
  token: z.string().meta({ sensitive: true }).optional(),
  card: z.string().max(30).optional(),
  count: z.int().default(0),
});

const events: readonly (keyof SessionEvents)[] = [
  'typed-session:load',
  'typed-session:commit',
  'typed-session:touch',
  'typed-session:conflict',
  'typed-session:invalid',
  'typed-session:unknown-fields',
  'typed-session:rotate',
  'typed-session:destroy',
  'typed-session:late-change',
  'typed-session:error',
];
const traces: readonly (keyof SessionTraces)[] = ['typed-session:load', 'typed-session:commit', 'typed-session:store'];

/** Prints what an operator would: all events and traces without their requests, and all that goes to the console. */
function printAll(): string[] {
  const printed: string[] = [];
  const print = (message: unknown): void => {
    const { request: _, ...rest } = message as { request?: object };
    printed.push(inspect(rest, { depth: 20 }));
  };
  for (const name of events) {
    subscribe(name, print);
    onTestFinished(() => void unsubscribe(name, print));
  }
  for (const name of traces) {
    const subscribers = { start: print, end: print, asyncStart: print, asyncEnd: print, error: print };
    tracingChannel(name).subscribe(subscribers);
    onTestFinished(() => tracingChannel(name).unsubscribe(subscribers));
  }
  for (const method of ['error', 'warn', 'log'] as const) {
    const spy = vi.spyOn(console, method).mockImplementation((...args) => void printed.push(inspect(args)));
    onTestFinished(() => spy.mockRestore());
  }
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation((...args) => void printed.push(inspect(args)));
  onTestFinished(() => warn.mockRestore());
  return printed;
}

it('events, traces, warnings, errors, and logged sessions contain no id, no secret, and no sensitive value', async () => {
  const printed = printAll();
  const store = new ProbedStore(new MemoryStore());
  const sessions = session({ schema, secret, store, principal: 'userId' });
  const log = pino({ level: 'info' }, { write: (line: string) => void printed.push(line) });
  const app = express();
  app.use(sessions);
  app.get('/login', async (req, res) => {
    Object.assign(sessions.of(req), { userId: 'u1', token: 'sensitive-value', card: 'card-number' });
    await sessions.of(req).save();
    log.info({ session: sessions.of(req) }, 'signed in');
    console.log(sessions.of(req));
    res.end();
  });
  app.get('/count', (req, res) => {
    sessions.of(req).count += 1;
    res.end();
  });
  app.get('/wrong', (req, res) => {
    sessions.of(req).card = 'card-number'.repeat(10);
    res.end();
  });
  app.get('/late', (req, res) => {
    res.end();
    sessions.of(req).token = 'sensitive-value';
  });
  app.get('/logout', async (req, res) => {
    await sessions.of(req).destroy();
    res.end();
  });
  app.use(sessionErrors());
  const client = await serve(app as never);
  const cookies: string[] = [];
  for (const path of ['/count', '/login', '/count', '/wrong', '/late']) {
    await client.get(path);
    cookies.push(client.cookieHeader);
  }
  store.before.read = () => Promise.reject(new Error(`a driver that quotes ${client.cookieHeader}`));
  await client.get('/count');
  store.before = {};
  await client.get('/logout');
  const forged = client.copy();
  forged.jar.set('sid', 's%3Aforgedforgedforgedforgedforgedforged.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA');
  await forged.get('/count');

  expect(printed.length).toBeGreaterThan(60);
  const text = printed.join('\n').replaceAll(/\[cause\]:[^]*?\n {2}\}/g, ''); // the cause is the driver's, and may quote anything
  const ids = cookies.map((cookie) => /s:([^.]+)\./.exec(decodeURIComponent(cookie))?.[1] ?? '?');
  for (const hidden of [...ids, secret, 'sensitive-value', 'card-number'.repeat(10)]) {
    expect(text.split(hidden).length - 1).toBe(0);
  }
});
