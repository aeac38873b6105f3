// A package of a monorepo: what it exports has no type annotations, and its declarations are emitted.
import { Router, type Request as ExpressRequest } from 'express';
import {
  AllowAnonymous,
  byAccept,
  cached,
  CurrentSession,
  defineSession,
  expiring,
  isoDate,
  mapOf,
  MemoryStore,
  migration,
  moving,
  problem,
  redirect,
  requireAnonymous,
  requireSession,
  RequireSession,
  RotateSession,
  session,
  type ReadonlySessionRequest,
  type SessionRequest,
  type SessionRequestOf,
  SessionValue,
  setOf,
  urlText,
} from 'typed-session';
import { session as fetchSession } from 'typed-session/fetch';
import { withSessionSecurity } from 'typed-session/openapi';
import { z } from 'zod';

export const sessionSchema = z.object({
  userId: z.string().optional(),
  role: z.enum(['user', 'admin']).default('user'),
  cart: z.array(z.object({ sku: z.string(), quantity: z.int() })).default([]),
  home: urlText.optional(),
  seen: isoDate.optional(),
  code: expiring(z.string().optional(), { after: 60_000 }),
  tags: setOf(z.string()).optional(),
  prices: mapOf(z.string(), z.number()).optional(),
});
declare module 'typed-session' {
  interface Register {
    schema: typeof sessionSchema;
  }
}

export const store = new MemoryStore();
export const quick = cached(store, { ttl: 1000 });
export const both = moving({ from: store, to: quick });
export const options = { schema: sessionSchema, secret: 'a secret for this test that is long enough', store } as const;
export const sessions = session({ ...options, principal: 'userId' });
export const adminSchema = z.object({ adminId: z.string().optional() });
export const admin = session({ ...options, schema: adminSchema, name: 'admin', principal: 'adminId' });

export const old = z.object({ user: z.string().optional() });
export const toNew = migration(old, sessionSchema, ({ user }) => ({ userId: user, role: 'user' as const, cart: [] }));
export const definition = defineSession({ schema: sessionSchema, version: 1, migrations: { 1: toNew } });

export const signedIn = requireSession('userId');
export const isAdmin = requireSession('userId', { role: 'admin' });
export const hasCart = requireSession((mine) => mine.cart.length > 0);
export const reading = requireSession.readonly('userId');
export const nobody = requireAnonymous({ onPresent: redirect('/') });
export const adminOnly = admin.requireSession('adminId');
export const adminReading = admin.requireSession('adminId');
export const SignedIn = RequireSession('userId');
export const Reading = RequireSession.readonly('userId');
export const Admin = admin.RequireSession('adminId');
export const Open = AllowAnonymous();
export const Rotated = RotateSession();
export const Current = CurrentSession('userId');
export const UserId = SessionValue('userId');
export const { of, list, revoke } = sessions;
export const missing = { problem, page: byAccept({ html: redirect('/login'), json: problem }) };
export const secured = withSessionSecurity;

export const router = Router();
export const routes = router.get('/', signedIn, (req, res) => {
  res.json(req.session.userId);
});
export const handlers = [signedIn, isAdmin] as const;
export function current(req: ExpressRequest) {
  return req.session;
}
export const mine = (req: ExpressRequest) => sessions.of(req);
export const sessionsOf = (user: string) => sessions.list(user);

export const web = fetchSession({ ...options, name: 'web' });
export const webGuard = web.requireSession('userId');
export const webSession = (request: Request) => web.load(request);
export const read = [
  (req: SessionRequest<'userId'>) => req.session,
  (req: ReadonlySessionRequest<'userId'>) => req.session,
  (req: SessionRequestOf<typeof admin>) => admin.of(req),
  (req: ReadonlySessionRequest) => [req.session.seen, req.session.tags, req.session.home],
] as const;
export const payload = (req: ExpressRequest) => ({ ...req.session });
export const cookie = (req: ExpressRequest) => req.session.cookie;
export const taken = (req: ExpressRequest) => req.session.take('userId');
export const moved = (req: ExpressRequest) => req.session.update((mine) => void (mine.role = 'admin'));
export const invalid = { onInvalid: 'repair', merge: { cart: (base: unknown, mine: unknown) => mine } } as const;
export const { requireSession: adminGuard, RequireSession: AdminDecorator } = admin;
export const mustLogIn = requireSession;
export const MustLogIn = RequireSession;
export const reads = requireSession.readonly;
export class Controller {
  @SignedIn
  show(req: SessionRequest<'userId'>) {
    return req.session.userId;
  }
  @Admin
  admin(req: SessionRequestOf<typeof admin, 'adminId'>) {
    return admin.of(req).adminId;
  }
}
export const listed = async (user: string) => (await sessions.list(user)).map(({ payload }) => payload);
export const migrated = () => sessions.migrateAll({});
