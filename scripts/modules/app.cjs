// The app of app.mjs in CommonJS.
const { randomBytes } = require('node:crypto');
const express = require('express');
const { MemoryStore, SessionRequiredError, isoDate, requireSession, session } = require('typed-session');
const expressSession = require('typed-session/express-session');
const { z } = require('zod');
const { counted } = require('./counted.cjs');

const secret = randomBytes(32).toString('hex');
const schema = z.object({ count: z.number().default(0), userId: z.string().optional(), since: isoDate.optional() });
counted(express, requireSession, {
  sessions: session({ schema, secret, store: new MemoryStore(), cookie: { secure: false } }),
  dropIn: expressSession({ secret, resave: false, saveUninitialized: false }),
}).then((found) => {
  if (!(found.error instanceof SessionRequiredError)) throw new Error('another SessionRequiredError');
  if (!(new expressSession.MemoryStore() instanceof expressSession.Store)) throw new Error('another Store');
  console.log(found.counts);
});
