const { randomBytes } = require('node:crypto');
const { problem, session } = require('typed-session');
const { z } = require('zod');

/** What a session may contain. register.d.ts gives `req.session` its type. */
const sessionSchema = z.object({
  userId: z.string().optional(),
  role: z.enum(['user', 'admin']).default('user'),
  cart: z.array(z.object({ sku: z.string(), qty: z.int().positive() })).default([]),
});

const sessions = session({
  schema: sessionSchema,
  // A restart empties the MemoryStore, so a new secret loses nothing more. With another store, set SESSION_SECRET.
  secret: process.env['SESSION_SECRET'] ?? randomBytes(32).toString('base64'),
  principal: 'userId', // a login gives the session a new id
  onMissing: problem, // 401 as application/problem+json
  onForbidden: problem, // 403 in the same form
});

module.exports = { sessionSchema, sessions };
