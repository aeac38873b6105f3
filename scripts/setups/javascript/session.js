const { session } = require('typed-session');
const { z } = require('zod');

const sessionSchema = z.object({
  userId: z.string().optional(),
  cart: z.array(z.string()).default([]),
});

const sessions = session({
  schema: sessionSchema,
  secret: process.env.SESSION_SECRET ?? '', // an empty secret is an error at start-up
  principal: 'userId',
});

module.exports = { sessionSchema, sessions };
