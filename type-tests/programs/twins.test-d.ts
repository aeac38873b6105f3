// A guard narrows the session of its own middleware, and no other.
import express from 'express';
import type { RequestHandler } from 'express';
import {
  session,
  requireSession,
  RequireSession,
  type SessionRequestOf,
  type SessionMiddleware,
  type SessionRequest,
} from 'typed-session';
import { admin, adminSchema, sessions, twin, sessionSchema as schema } from './programs.js';

declare const app: express.Express;
declare const cond: boolean;
declare const mw: RequestHandler;
export const uses = [app, cond, mw, schema];

// twin narrows req.session
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P0 { app.get('/', twin.requireSession('userId'), (req) => { const s: string = req.session.userId; void s; }); }
// twin narrows sessions.of
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P1 { app.get('/', twin.requireSession('userId'), (req) => { const s: string = sessions.of(req).userId; void s; }); }
// twin narrows twin
// prettier-ignore
namespace P2 { app.get('/', twin.requireSession('userId'), (req) => { const s: string = twin.of(req).userId; void s; }); }
// sessions narrows twin
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P3 { app.get('/', sessions.requireSession('userId'), (req) => { const s: string = twin.of(req).userId; void s; }); }
// root narrows twin
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P4 { app.get('/', requireSession('userId'), (req) => { const s: string = twin.of(req).userId; void s; }); }
// root narrows sessions.of
// prettier-ignore
namespace P5 { app.get('/', requireSession('userId'), async (req) => { const s: string = sessions.of(req).userId; const t: string = (await sessions.load(req)).userId; void [s, t]; }); }
// sessions narrows both
// prettier-ignore
namespace P6 { app.get('/', sessions.requireSession('userId'), (req) => { const s: string = sessions.of(req).userId; const t: string = req.session.userId; void [s, t]; }); }
// two named
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P7 { const a = session({ schema, secret: 's', name: 'a' }), b = session({ schema, secret: 's', name: 'b' }); app.get('/', a.requireSession('userId'), (req) => { const s: string = b.of(req).userId; void s; }); }
// two unregistered of one schema
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P8 { const a = session({ schema: adminSchema, secret: 's', name: 'a' }), b = session({ schema: adminSchema, secret: 's', name: 'b' }); app.get('/', a.requireSession('clearance'), (req) => { const s: number = b.of(req).clearance; void s; }); }
// named lists
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P9 { const a = session({ schema: adminSchema, secret: 's', name: ['a', 'x'] }), b = session({ schema: adminSchema, secret: 's', name: ['b', 'x'] }); app.get('/', a.requireSession('clearance'), (req) => { const s: number = b.of(req).clearance; void s; }); }
// dynamic names
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P11 { declare const n1: string, n2: string; const a = session({ schema: adminSchema, secret: 's', name: n1 }), b = session({ schema: adminSchema, secret: 's', name: n2 }); app.get('/', a.requireSession('clearance'), (req) => { const s: number = b.of(req).clearance; void s; }); }
// twin decorator
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P12 { class C { @twin.RequireSession('userId') m(req: SessionRequest<'userId'>) { return req; } } }
// twin decorator of request
// prettier-ignore
namespace P13 { class C { @twin.RequireSession('userId') m(req: SessionRequestOf<typeof twin, 'userId'>) { const s: string = twin.of(req).userId; return s; } } }
// admin decorator reg request
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P14 { class C { @admin.RequireSession('clearance') m(req: SessionRequest<'userId'>) { return req; } } }
// reg decorator admin request
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P15 { class C { @RequireSession('userId') m(req: SessionRequestOf<typeof adminSchema, 'clearance'>) { return req; } } }
// both decorators both requests
// prettier-ignore
namespace P16 { class C { @RequireSession('userId') m(req: SessionRequest<'userId'>) { return req; } @admin.RequireSession('clearance') n(req: SessionRequestOf<typeof admin, 'clearance'>) { const s: number = admin.of(req).clearance; return s; } } }
// annotation of middleware
// prettier-ignore
namespace P17 { const m: SessionMiddleware<typeof schema> = sessions; const t: SessionMiddleware<typeof schema> = twin; }
// any annotated
// prettier-ignore
namespace P18 { function f(m: SessionMiddleware<typeof adminSchema>) { app.get('/', m.requireSession('clearance'), (req) => { void m.of(req).clearance; }); } f(admin); }

// A list of names is its first name.
const first = session({ schema: adminSchema, secret: 's', name: ['first', 'old'] });
const second = session({ schema: adminSchema, secret: 's', name: ['second', 'old'] });
app.get('/', first.requireSession('clearance'), (req) => {
  const narrowed: number = first.of(req).clearance;
  // @ts-expect-error -- the session of another middleware
  const other: number = second.of(req).clearance;
  return [narrowed, other];
});
