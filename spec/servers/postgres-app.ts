// An app of its own process, for postgres-store.spec.ts: says its port, and ends with its input.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import pg from 'pg';
import { session } from 'typed-session';
import { PostgresStore } from 'typed-session/postgres';
import { z } from 'zod';

const pool = new pg.Pool({ connectionString: process.env['POSTGRES_URL'] ?? '' });
const store = new PostgresStore({ pool, table: process.env['TABLE'] });
await store.setup();
const sessions = session({ schema: z.object({ views: z.int().default(0) }), secret: 'keep it', store });
const app = express();
app.use(sessions);
app.get('/view', async (req, res) => {
  await sessions.of(req).update((latest) => {
    latest.views += 1;
  });
  res.json({ views: sessions.of(req).views, pid: process.pid });
});
app.get('/logout', async (req, res) => {
  await sessions.of(req).destroy();
  res.json({});
});
const server = createServer(app as Parameters<typeof createServer>[1]); // an Express app is a listener
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${String((server.address() as AddressInfo).port)}\n`);
});
process.stdin.resume().once('end', () => process.exit());
