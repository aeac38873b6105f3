// An app in ES modules, which prints what its sessions have counted to. It is run as it is, and as a bundle.
import { randomBytes } from 'node:crypto';
import express from 'express';
import { MemoryStore, SessionRequiredError, isoDate, requireSession, session } from 'typed-session';
import expressSession, { Store } from 'typed-session/express-session';
import { z } from 'zod';
import { counted } from './counted.cjs';

const secret = randomBytes(32).toString('hex');
const schema = z.object({ count: z.number().default(0), userId: z.string().optional(), since: isoDate.optional() });
const found = await counted(express, requireSession, {
  sessions: session({ schema, secret, store: new MemoryStore(), cookie: { secure: false } }),
  dropIn: expressSession({ secret, resave: false, saveUninitialized: false }),
});
if (!(found.error instanceof SessionRequiredError)) throw new Error('another SessionRequiredError');
if (!(new expressSession.MemoryStore() instanceof Store)) throw new Error('another Store');
console.log(found.counts);
