// Parameter decorators, which the standard dialect does not have: the type of a parameter accepts every value that can arrive.
import express, { type Response } from 'express';
import type { RequestHandler } from 'express';
import {
  session,
  RequireSession,
  SessionValue,
  CurrentSession,
  type Session,
  type SessionRequest,
} from 'typed-session';
import { admin, sessionSchema as schema } from './programs.js';

declare const app: express.Express;
declare const cond: boolean;
declare const mw: RequestHandler;
export const uses = [app, cond, mw, schema];

// param literal narrower
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P0 { class C { @RequireSession() m(@SessionValue('role') r: 'admin') { return r; } } }
// param ok exact
// prettier-ignore
namespace P1 { class C { @RequireSession() m(@SessionValue('role') r: 'admin' | 'user', @SessionValue('userId') u: string | undefined, @SessionValue('last') d?: Date) { return [r, u, d]; } } }
// param ok any, unknown
// prettier-ignore
namespace P2 { class C { @RequireSession() m(@SessionValue('role') r: unknown, @SessionValue('role') s: string, @CurrentSession() t: object) { return [r, s, t]; } } }
// param session narrower
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P3 { class C { @RequireSession() m(@CurrentSession() s: Session & { role: 'admin' }) { return s; } } }
// param rest
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P4 { class C { @RequireSession() m(@SessionValue('userId') ...r: number[]) { return r; } } }
// param optional literal
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P5 { class C { @RequireSession() m(@SessionValue('role') r?: 'admin') { return r; } } }
// param generic
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P6 { class C { @RequireSession() m<T extends 'admin'>(@SessionValue('role') r: T) { return r; } } }
// param private
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P7 { class C { @RequireSession() private m(@SessionValue('role') r: 'admin') { return r; } n() { this.m; } } }
// param protected
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P8 { class C { @RequireSession() protected m(@SessionValue('userId') r: number) { return r; } } }
// param private ok type still refused
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P9 { class C { @RequireSession() private m(@SessionValue('userId') r: string) { return r; } n() { this.m; } } }
// param static
// prettier-ignore
namespace P10 { class C { @RequireSession() static m(@SessionValue('userId') r: string) { return r; } } }
// param static bad
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P11 { class C { @RequireSession() static m(@SessionValue('userId') r: number) { return r; } } }
// param constructor
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P12 { class C { constructor(@SessionValue('userId') r: string) { void r; } } }
// param request not first
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P13 { class C { @RequireSession('userId') m(res: Response, @SessionValue('userId') id: string, req: SessionRequest<'userId'>) { void [res, id, req]; } } }
// param then request
// prettier-ignore
namespace P14 { class C { @RequireSession('userId') m(@SessionValue('userId') id: string, req: SessionRequest<'userId'>, res: Response) { void [res, id, req]; } } }
// param then request promises more
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P15 { class C { @RequireSession() m(@SessionValue('userId') id: string, req: SessionRequest<'last'>, res: Response) { void [res, id, req]; } } }
// readonly SessionValue array is writable
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P16 { class C { @RequireSession.readonly() m(@SessionValue('cart') c: string[]) { c.push('x'); } } }
// readonly SessionValue readonly array
// prettier-ignore
namespace P17 { class C { @RequireSession.readonly() m(@SessionValue('cart') c: readonly string[], @SessionValue('userId') u: string) { return [c, u]; } } }
