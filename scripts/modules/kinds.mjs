// Both kinds of one installed copy in one process: `session()` from `require`, the guard from `import`, and the reverse.
import { createRequire } from 'node:module';
import express from 'express';
import * as imported from 'typed-session';
import importedRules from 'typed-session/eslint';
import importedDropIn from 'typed-session/express-session';
import { z } from 'zod';
import { counted } from './counted.cjs';

const require = createRequire(import.meta.url);
const loaded = Object.keys(require.cache).filter((file) => /[\\/]zod[\\/]/.test(file));
if (loaded.length > 0) throw new Error(`import loads zod a second time: ${loaded[0]}`);
const required = require('typed-session');
if (importedDropIn !== require('typed-session/express-session')) throw new Error('two drop-ins');
if (importedRules !== require('typed-session/eslint')) throw new Error('two ESLint plugins');

const secret = 'x'.repeat(32);
for (const [first, second] of [
  [imported, required],
  [required, imported],
]) {
  for (const zod of [z, require('zod').z]) {
    const schema = zod.object({
      count: zod.number().default(0),
      userId: zod.string().meta({ sensitive: true }).optional(),
      since: first.isoDate.optional(),
      code: second.expiring(zod.string(), { after: 1000 }),
    });
    const sessions = first.session({ schema, secret, store: new second.MemoryStore() });
    const { counts, error } = await counted(express, second.requireSession, { sessions });
    if (counts !== 'sessions=2') throw new Error(counts);
    for (const { SessionError, SessionRequiredError } of [first, second])
      if (!(error instanceof SessionError && error instanceof SessionRequiredError))
        throw new Error('instanceof', { cause: error });
  }
}
console.log('agree');
