import type { MainSession } from './types.js';

/**
 * The entry points that a program uses; each of them adds its member. `req.session` is declared once, here, because two
 * declarations of one property must not differ.
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- filled by the entry points
export interface EntryPoints {}

/**
 * The type of `req.session` that an entry point declares, beside the type that `@types/express-session` declares (the typings of
 * stores import it): Express's request must have both, or the compiler rejects it.
 */
export type BesideOthers<Ours> = Express.Request extends { session: infer Theirs } ? Ours & Theirs : Ours;

/** What `req.session` is in this program. */
export type SessionProperty<LocalsObj> = EntryPoints extends { main: true }
  ? MainSession<LocalsObj>
  : EntryPoints extends { dropIn: { session: infer DropIn } }
    ? BesideOthers<DropIn>
    : unknown;

/** {@link BesideOthers} for `req.sessionStore`. */
type StoreBesideOthers<Ours> = Express.Request extends { sessionStore: infer Theirs } ? Ours & Theirs : Ours;

/** What `req.sessionStore` is in this program: the store that the drop-in was given. */
export type SessionStoreProperty = StoreBesideOthers<
  EntryPoints extends { dropIn: { sessionStore: infer DropIn } } ? DropIn : unknown
>;

declare module 'express-serve-static-core' {
  // The names of the type parameters are Express's.
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- all must be named to name the last
  interface Request<P, ResBody, ReqBody, ReqQuery, LocalsObj> {
    /** The request's session. Its fields are those of the registered schema; in the drop-in, those of `SessionData`. */
    session: SessionProperty<LocalsObj>;
    /** The store that the session middleware was given, as in express-session. */
    sessionStore: SessionStoreProperty;
  }
}
