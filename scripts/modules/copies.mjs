// Two installed copies in one process: each keeps its own sessions, on the same request too.
import express from 'express';
import { once } from 'node:events';
import * as one from 'typed-session';
import * as other from './copy/node_modules/typed-session/dist/index.js';
import { z } from 'zod';
import { counted } from './counted.cjs';

const secret = 'x'.repeat(32);
const schema = z.object({ count: z.number().default(0), userId: z.string().optional() });
if (one.SessionError === other.SessionError) throw new Error('there is only one copy');
for (const copy of [one, other]) {
  const { counts, error } = await counted(express, copy.requireSession, { sessions: copy.session({ schema, secret }) });
  if (counts !== 'sessions=2' || !(error instanceof copy.SessionRequiredError))
    throw new Error(counts, { cause: error });
}

const app = express();
app.use('/one', one.session({ schema, secret, name: 'one' }));
app.use('/other', other.session({ schema, secret, name: 'other' }));
app.use((req, res) => void res.json((req.session.count += 1)));
const server = app.listen(0);
await once(server, 'listening');
const cookies = new Map();
const counts = [];
for (const path of ['one', 'other', 'other', 'one', 'one']) {
  const cookie = cookies.get(path) ?? '';
  const response = await fetch(`http://localhost:${server.address().port}/${path}`, { headers: { cookie } });
  cookies.set(path, response.headers.get('set-cookie')?.split(';')[0] ?? cookie);
  counts.push(await response.text());
}
server.closeAllConnections();
server.close();
if (counts.join() !== '1,1,2,2,3') throw new Error(counts.join());
console.log('apart');
