import express from 'express';
import { expectError, expectType } from 'tsd';
import { session } from 'typed-session';
import { z } from 'zod';

// An app that has not registered its schema reaches its session through the middleware …
const sessions = session({ schema: z.object({ views: z.int().default(0) }), secret: 's' });
express().get('/', (req) => {
  expectType<number>(sessions.of(req).views);
  // … and req.session has the members, but no fields.
  expectType<Promise<void>>(req.session.rotate());
  expectError(req.session.views);
});
