// CommonJS in TypeScript: the drop-in is the function itself, however it is imported, and its data can be declared.
import express = require('express');
import library = require('typed-session');
import sqlite = require('typed-session/sqlite');
import required = require('typed-session/express-session');
import imported, { session, type SessionData, type SessionOptions } from 'typed-session/express-session';

declare module 'typed-session/express-session' {
  interface SessionData {
    views: number;
  }
}

const options: SessionOptions & required.SessionOptions = { secret: 'a secret' };
export const all = [
  library.session,
  sqlite.SqliteStore,
  required(options),
  imported(options),
  session(options),
] as const;
export const adapted = required.fromExpressSessionStore(new imported.MemoryStore());
export class OwnStore extends required.MemoryStore {
  override get(id: string, callback: (error: unknown, data?: SessionData | null) => void): void {
    super.get(id, (error, data) => callback(error, data && { ...data, views: data.views + 1 }));
  }
}

express().get('/', (req) => {
  req.session.views = (req.session.views ?? 0) + 1;
  // @ts-expect-error -- views is a number
  req.session.views = 'none';
  req.sessionStore.get(req.sessionID, (_error, data) => data?.views.toFixed());
});
