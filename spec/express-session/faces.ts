import { createRequire } from 'node:module';
import type { RequestHandler } from 'express';
import ours from 'typed-session/express-session';

/** What both modules are, as far as the tests go: ours has types of its own. */
export type Face = typeof ours;

// It has no types, and what is tested is that it is the same thing.
const theirs = createRequire(import.meta.url)('express-session') as Face;

/** Both, so that each test shows that the two cannot be told apart. */
export const faces: readonly (readonly [name: string, face: Face])[] = [
  ['express-session', theirs],
  ['typed-session/express-session', ours],
];

export type Options = NonNullable<Parameters<Face>[0]>;

/** A middleware that stores what changed, with whatever else the test asks for. */
export function middleware(face: Face, options: Options = {}): RequestHandler {
  return face({ secret: 'keep it', resave: false, saveUninitialized: false, ...options }); // Express calls it as any other
}
