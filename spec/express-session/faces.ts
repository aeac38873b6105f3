import { createRequire } from 'node:module';
import type { RequestHandler } from 'express';
import ours from 'typed-session/express-session';
import type { Cookie } from '../../lib/express-session/drop-in-cookie.js';
import type { MemoryStoreConstructor } from '../../lib/express-session/drop-in-memory-store.js';
import type { createSession } from '../../lib/express-session/drop-in-middleware.js';
import type { SessionOptions } from '../../lib/express-session/drop-in-options.js';
import type { Session } from '../../lib/express-session/drop-in-session.js';
import type { StoreConstructor } from '../../lib/express-session/drop-in-store.js';

/** What both modules are at run time. The public types say less: they are those of `@types/express-session`. */
export type Face = ((options?: SessionOptions | null) => ReturnType<typeof createSession>) & {
  Store: StoreConstructor;
  MemoryStore: MemoryStoreConstructor;
  Session: typeof Session;
  Cookie: typeof Cookie;
};

// It has no types, and what is tested is that it is the same thing.
const theirs = createRequire(import.meta.url)('express-session') as Face;

/** Both, so that each test shows that the two cannot be told apart. */
export const faces: readonly (readonly [name: string, face: Face])[] = [
  ['express-session', theirs],
  ['typed-session/express-session', ours as unknown as Face],
];

export type Options = NonNullable<Parameters<Face>[0]>;

/** A middleware that stores what changed, with whatever else the test asks for. */
export function middleware(face: Face, options: Options = {}): RequestHandler {
  return face({ secret: 'keep it', resave: false, saveUninitialized: false, ...options }); // Express calls it as any other
}
