// The same for NestJS and routing-controllers.
import express from 'express';
import type { RequestHandler } from 'express';
import {
  session,
  AllowAnonymous,
  SessionValue,
  type Session,
  type SessionMiddleware,
  type SessionRequest,
} from 'typed-session';
import * as nest from 'typed-session/nestjs';
import * as rc from 'typed-session/routing-controllers';
import { admin, sessionSchema as schema } from './programs.js';

declare const app: express.Express;
declare const cond: boolean;
declare const mw: RequestHandler;
export const uses = [app, cond, mw, schema];

// param literal narrower nest
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P0 { class C { @nest.RequireSession() m(@nest.SessionValue('role') r: 'admin') { return r; } } }
// param literal narrower rc
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P1 { class C { @rc.RequireSession() m(@rc.SessionValue('role') r: 'admin') { return r; } } }
// readonly SessionValue nest
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P2 { class C { @nest.RequireSession.readonly() m(@nest.SessionValue('cart') c: string[]) { c.push('x'); } } }
// inject number
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P3 { class C { constructor(@nest.InjectSession() readonly s: number) {} } }
// inject property number
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P4 { class C { @nest.InjectSession() readonly s!: number; } }
// inject ok
// prettier-ignore
namespace P5 { class C { constructor(@nest.InjectSession() readonly s: Session) {} } }
// inject ok property
// prettier-ignore
namespace P6 { class C { @nest.InjectSession() readonly s!: Session; } }
// inject second of two
// prettier-ignore
namespace P7 { class C { constructor(readonly a: number, @nest.InjectSession() readonly s: Session) {} } }
// inject second of two, bad
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P8 { class C { constructor(readonly a: Session, @nest.InjectSession() readonly s: number) {} } }
// inject narrowed session
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P9 { class C { constructor(@nest.InjectSession() readonly s: Session & { userId: string }) {} } }
// inject private ctor property
// prettier-ignore
namespace P10 { class C { constructor(@nest.InjectSession() private readonly s: Session) {} get() { return this.s; } } }
// inject private property (types cannot see)
// prettier-ignore
namespace P11 { class C { @nest.InjectSession() private readonly s!: number; get() { return this.s; } } }
// inject SESSIONS number
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P12 { class C { constructor(@nest.InjectSessionMiddleware() readonly s: number) {} } }
// inject SESSIONS
// prettier-ignore
namespace P13 { class C { constructor(@nest.InjectSessionMiddleware() readonly s: SessionMiddleware<typeof schema>) {} } }
// nest AllowAnonymous
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P14 { @nest.RequireSession('userId') class C { @nest.AllowAnonymous() open(req: SessionRequest<'userId'>) { return req; } } }
