import express, { type RequestHandler, type Response } from 'express';
import express4 from 'express4';
import { describe, it } from 'vitest';
import { RequireSession, session } from 'typed-session';
import { makeApp } from '../support/app.js';
import { expectTable, GUARD_TABLE, tableSchema } from '../support/guard-table.js';

type Loose = (...asked: any[]) => (method: unknown, context: object) => RequestHandler;

describe.each(['principal', 'none'] as const)('the table of 401 and 403, option %s, holds', (option) => {
  it.each([
    ['Express 5', express],
    ['Express 4', express4],
  ] as const)('for methods in the standard dialect, on %s', async (_, make) => {
    const principal = option === 'principal' ? { principal: 'userId' as const } : {};
    const sessions = session({ schema: tableSchema, secret: 's', ...principal });
    const client = await makeApp((app) => {
      app.use(sessions);
      app.get('/set', (req, res) => {
        Object.assign(sessions.of(req), JSON.parse(req.query['payload'] as string));
        res.end();
      });
      GUARD_TABLE.forEach(([asked], index) => {
        const show = (_req: unknown, res: Response): unknown => res.json('passed');
        const context = { kind: 'method', name: 'show', addInitializer: () => undefined };
        app.get(`/row/${index}`, (RequireSession as unknown as Loose)(...asked)(show, context));
      });
    }, make);
    await expectTable(client, option);
  });
});
