// A decorated method, or a method of a decorated class, relies on no more than its decorator ensures.
import express, { type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import {
  RequireSession,
  RotateSession,
  DestroySession,
  AllowAnonymous,
  type SessionRequestOf,
  type SessionRequest,
} from 'typed-session';
import { adminSchema, sessionSchema as schema } from './programs.js';

declare const app: express.Express;
declare const cond: boolean;
declare const mw: RequestHandler;
export const uses = [app, cond, mw, schema];

// AllowAnonymous method
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P0 { @RequireSession('userId') class C { @AllowAnonymous() open(req: SessionRequest<'userId'>) { return req; } m(req: SessionRequest<'userId'>) { return req; } } }
// AllowAnonymous method ok
// prettier-ignore
namespace P1 { @RequireSession('userId') class C { @AllowAnonymous() open(req: Request) { return req; } m(req: SessionRequest<'userId'>) { return req; } } }
// AllowAnonymous method with own guard
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P2 { @RequireSession('userId') class C { @AllowAnonymous() @RequireSession('userId') open(req: SessionRequest<'userId'>) { return req; } } }
// AllowAnonymous subclass
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P3 { @RequireSession('userId') class B { m(req: SessionRequest<'userId'>) { return req; } } @AllowAnonymous() class C extends B {} }
// AllowAnonymous subclass ok
// prettier-ignore
namespace P4 { @RequireSession('userId') class B { m(req: Request) { return req; } } @AllowAnonymous() class C extends B {} }
// AllowAnonymous then RequireSession
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P5 { @RequireSession('userId') class B { m(req: SessionRequest<'userId'>) { return req; } } @AllowAnonymous() @RequireSession('userId') class C extends B {} }
// AllowAnonymous own request
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P6 { class C { @AllowAnonymous() open(req: SessionRequestOf<typeof adminSchema, 'clearance'>) { return req; } } }
// property handler in guarded class
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P7 { @RequireSession('userId') class C { remove = (req: Request, res: Response) => { void req; res.end(); }; } }
// property handler promises
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P8 { @RequireSession('userId') class C { remove = (req: SessionRequest<'userId'>) => { void req; }; } }
// property RequestHandler
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P9 { @RequireSession('userId') class C { remove: RequestHandler = (req, res) => { void req; res.end(); }; } }
// getter handler
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P10 { @RequireSession('userId') class C { get remove() { return (req: Request, res: Response) => { void req; res.end(); }; } } }
// getter handler promises
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P11 { @RequireSession('userId') class C { get remove() { return (req: SessionRequest<'last'>) => { void req; }; } } }
// decorated optional
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P12 { class C { @RequireSession('userId') m(req?: SessionRequest<'userId'>) { return req; } } }
// decorated optional more
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P13 { class C { @RequireSession('userId') m(req?: SessionRequest<'last'>) { return req; } } }
// decorated undefined
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P14 { class C { @RequireSession('userId') m(req: SessionRequest<'last'> | undefined) { return req; } } }
// decorated undefined same
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P15 { class C { @RequireSession('userId') m(req: SessionRequest<'userId'> | undefined) { return req; } } }
// decorated union of requests
// prettier-ignore
namespace P16 { class C { @RequireSession('userId') m(req: SessionRequest<'last'> | Request) { return req; } } }
// decorated plain optional
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P17 { class C { @RequireSession('userId') m(req?: Request) { return req; } } }
// error handler
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P18 { class C { @RequireSession('userId') m(err: unknown, req: SessionRequest<'userId'>, res: Response, next: NextFunction) { void [err, req, res, next]; } } }
// error handler any
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P19 { class C { @RequireSession('userId') m(err: any, req: Request, res: Response, next: NextFunction) { void [err, req, res, next]; } } }
// error handler class
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P20 { @RequireSession('userId') class C { m(err: Error, req: Request, res: Response, next: NextFunction) { void [err, req, res, next]; } } }
// request not first
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P21 { class C { @RequireSession('userId') m(res: Response, req: SessionRequest<'userId'>) { void [req, res]; } } }
// rest
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P22 { class C { @RequireSession('userId') m(...args: [SessionRequest<'last'>, Response]) { void args; } } }
// rest ok
// prettier-ignore
namespace P23 { class C { @RequireSession('userId') m(...args: [SessionRequest<'userId'>, Response]) { void args; } } }
// generic request (compiles with TypeScript 5.5 and standard decorators)
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P24 { class C { @RequireSession('userId') m<R extends SessionRequest<'last'>>(req: R) { void req; } } }
// RotateSession alone
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P25 { class C { @RotateSession() m(req: SessionRequest<'userId'>) { return req; } } }
// DestroySession alone
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P26 { class C { @DestroySession() m(req: SessionRequest<'userId'>) { return req; } } }
// RotateSession with guard
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P27 { class C { @RotateSession() @RequireSession('userId') m(req: SessionRequest<'userId'>) { return req; } } }
// RotateSession by itself with requirement
// prettier-ignore
namespace P28 { class C { @RotateSession('userId') m(req: SessionRequest<'userId'>) { return req; } @RequireSession('userId') @DestroySession('userId') n(req: SessionRequest<'userId'>) { return req; } } }
// RotateSession login
// prettier-ignore
namespace P29 { class C { @RotateSession() m(req: Request, res: Response) { void req; res.end(); } @RotateSession() n(req: SessionRequest) { return req; } } }
// RotateSession with guard below
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P30 { class C { @RequireSession('userId') @RotateSession() m(req: SessionRequest<'userId'>) { return req; } } }
// Rotate in guarded class
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P31 { @RequireSession('userId') class C { @RotateSession() m(req: SessionRequest<'userId'>) { return req; } } }
// override relies on more (types cannot see)
// prettier-ignore
namespace P32 { class B { @RequireSession('userId') m(req: SessionRequest<'userId'>) { return req; } } class C extends B { override m(req: SessionRequest<'userId' | 'last'>) { return req as never; } } }
// override relies on other in guarded class
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P33 { @RequireSession('userId') class B { m(req: SessionRequest<'userId'>) { return req; } } class C extends B { override m(req: SessionRequest<'last'>) { return req as never; } } }
// override relies on base plain (types cannot see)
// prettier-ignore
namespace P34 { class B { @RequireSession('userId') m(req: Request) { return req as never; } } class C extends B { override m(req: SessionRequest<'last'>) { return req as never; } } }
// override ok
// prettier-ignore
namespace P35 { class B { @RequireSession('userId') m(req: SessionRequest<'userId'>) { return req; } } class C extends B { override m(req: SessionRequest<'userId'>) { return req; } } }
// private ctor
// prettier-ignore
namespace P36 { @RequireSession('userId') class C { private constructor() {} static make() { return new C(); } m(req: SessionRequest<'userId'>) { return req; } } }
// protected ctor
// prettier-ignore
namespace P37 { @RequireSession('userId') class C { protected constructor() {} static make() { return new C(); } m(req: SessionRequest<'userId'>) { return req; } } }
// private ctor refused
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P38 { @RequireSession('userId') class C { private constructor() {} static make() { return new C(); } m(req: SessionRequest<'last'>) { return req; } } }
