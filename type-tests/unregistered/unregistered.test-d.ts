import express from 'express';
import { expectError, expectType } from 'tsd';
import { requireSession, session, type SessionRequest } from 'typed-session';
import { z } from 'zod';

// An app that has not registered its schema reaches its session through the middleware …
const sessions = session({ schema: z.object({ views: z.int().default(0) }), secret: 's' });
express().get('/', (req) => {
  expectType<number>(sessions.of(req).views);
  // … and req.session has the members, but no fields.
  expectType<Promise<void>>(req.session.rotate());
  expectType<string>(req.session.id);
  expectError(req.session.views);
  expectError((req.session.views = 1));
});
// Guards without a field need no schema; with one they do.
express().get('/', requireSession(), (req) => {
  expectType<boolean>(req.session.isNew);
});
sessions.requireSession('views');
expectError(sessions.requireSession('nope'));
expectError(requireSession('views'));
expectError<SessionRequest<'views'>>(null);
declare const request: SessionRequest;
expectType<Promise<void>>(request.session.save());
// The cookie's name is a name, or a list of names.
const named = { schema: z.object({ views: z.int().default(0) }), secret: 's' };
session({ ...named, name: 'sid' });
session({ ...named, name: ['__Host-sid', 'connect.sid'] as const });
expectError(session({ ...named, name: 5 }));
expectError(session({ ...named, name: ['sid', 5] }));
