// Handlers see what all guards before them in the same call check, and rely on no more.
import express, { Router, type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import {
  session,
  requireSession,
  RequireSession,
  type SessionRequestOf,
  type SessionField,
  type SessionMiddleware,
  type SessionRequest,
  type SessionSchema,
} from 'typed-session';
import { z } from 'zod';
import { admin, sessions, sessionSchema as schema } from './programs.js';

declare const app: express.Express;
declare const cond: boolean;
declare const mw: RequestHandler;
export const uses = [app, cond, mw, schema];

// use guard handler
// prettier-ignore
namespace P0 { app.use(requireSession('userId'), (req, res) => { const s: string = req.session.userId; res.json(s); }); }
// router use guard handler
// prettier-ignore
namespace P1 { Router().use(requireSession('userId'), (req, res) => { const s: string = req.session.userId; res.json(s); }); }
// use guard annotated
// prettier-ignore
namespace P2 { app.use(requireSession('userId'), (req: SessionRequest<'userId'>, res: Response) => { const s: string = req.session.userId; res.json(s); }); }
// route get
// prettier-ignore
namespace P3 { app.route('/x/:id').get(requireSession('userId'), (req, res) => { const s: string = req.session.userId; const i: string = req.params.id; res.json([s, i]); }); }
// route get post chain
// prettier-ignore
namespace P4 { app.route('/x').get(requireSession('userId'), (req) => { const s: string = req.session.userId; void s; }).post(requireSession('last'), (req) => { const d: Date = req.session.last; void d; }); }
// route all, mw
// prettier-ignore
namespace P5 { app.route('/x').all(mw, requireSession('userId'), (req) => { const s: string = req.session.userId; void s; }); }
// route unguarded
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P6 { app.route('/x').get((req) => { const s: string = req.session.userId; void s; }); }
// two guards
// prettier-ignore
namespace P7 { app.get('/', requireSession('userId'), requireSession('last'), (req) => { const s: string = req.session.userId; const d: Date = req.session.last; void [s, d]; }); }
// two guards own and root
// prettier-ignore
namespace P8 { app.get('/', requireSession('userId'), admin.requireSession('clearance'), (req) => { const s: string = req.session.userId; const d: number = admin.of(req).clearance; void [s, d]; }); }
// three guards
// prettier-ignore
namespace P9 { app.get('/:id', requireSession('userId'), requireSession('last'), requireSession({ role: 'admin' }), (req, res) => { const s: string = req.session.userId; const d: Date = req.session.last; const r: 'admin' = req.session.role; const i: string = req.params.id; res.json([s, d, r, i]); }); }
// four guards
// prettier-ignore
namespace P10 { app.get('/:id', requireSession(), requireSession('userId'), requireSession('last'), requireSession({ role: 'admin' }), (req, res) => { const s: string = req.session.userId; const d: Date = req.session.last; const r: 'admin' = req.session.role; const i: string = req.params.id; res.json([s, d, r, i]); }); }
// guard mw guard
// prettier-ignore
namespace P11 { app.get('/', requireSession('userId'), express.json(), requireSession('last'), (req) => { const s: string = req.session.userId; const d: Date = req.session.last; void [s, d]; }); }
// mw guard guard
// prettier-ignore
namespace P12 { app.get('/', express.json(), requireSession('userId'), requireSession('last'), (req) => { const s: string = req.session.userId; const d: Date = req.session.last; void [s, d]; }); }
// mw guard mw guard
// prettier-ignore
namespace P13 { app.get('/', mw, requireSession('userId'), mw, requireSession('last'), (req) => { const s: string = req.session.userId; const d: Date = req.session.last; void [s, d]; }); }
// guard guard mw
// prettier-ignore
namespace P14 { app.get('/', requireSession('userId'), requireSession('last'), mw, (req) => { const s: string = req.session.userId; const d: Date = req.session.last; void [s, d]; }); }
// two guards use
// prettier-ignore
namespace P15 { app.use(requireSession('userId'), requireSession('last'), (req) => { const s: string = req.session.userId; const d: Date = req.session.last; void [s, d]; }); }
// two guards use path
// prettier-ignore
namespace P16 { app.use('/x', requireSession('userId'), requireSession('last'), (req) => { const s: string = req.session.userId; const d: Date = req.session.last; void [s, d]; }); }
// two guards route
// prettier-ignore
namespace P17 { app.route('/x').post(requireSession('userId'), requireSession('last'), (req) => { const s: string = req.session.userId; const d: Date = req.session.last; void [s, d]; }); }
// two guards path array
// prettier-ignore
namespace P18 { app.get(['/a', '/b'], requireSession('userId'), requireSession('last'), (req) => { const s: string = req.session.userId; const d: Date = req.session.last; void [s, d]; }); }
// two guards regexp
// prettier-ignore
namespace P19 { app.get(/x/, requireSession('userId'), requireSession('last'), (req) => { const s: string = req.session.userId; const d: Date = req.session.last; void [s, d]; }); }
// two guards annotated
// prettier-ignore
namespace P20 { app.get('/', requireSession('userId'), requireSession('last'), (req: SessionRequest<'userId' | 'last'>, res: Response) => { const s: string = req.session.userId; const d: Date = req.session.last; res.json([s, d]); }); }
// two guards, two handlers
// prettier-ignore
namespace P21 { app.get('/', requireSession('userId'), requireSession('last'), (req, res, next) => { const s: string = req.session.userId; const d: Date = req.session.last; void [s, d]; next(); }, (req, res) => { const s: string = req.session.userId; res.json(s); }); }
// lambda mw, guard, handler
// prettier-ignore
namespace P22 { app.get('/', (req, res, next) => { next(); }, requireSession('userId'), (req) => { const s: string = req.session.userId; void s; }); }
// lambda mw before is not narrowed
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P23 { app.get('/', (req, res, next) => { const s: string = req.session.userId; void s; next(); }, requireSession('userId'), (req) => { const s: string = req.session.userId; void s; }); }
// lambda between is narrowed
// prettier-ignore
namespace P24 { app.get('/', requireSession('userId'), (req, res, next) => { const s: string = req.session.userId; void s; next(); }, requireSession('last'), (req) => { const s: string = req.session.userId; const d: Date = req.session.last; void [s, d]; }); }
// guards in an array
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P25 { app.get('/', [requireSession('userId'), requireSession('last')], (req: Request) => { const s: string = req.session.userId; void s; }); }
// guards in an array compile
// prettier-ignore
namespace P26 { app.get('/', [requireSession('userId'), requireSession('last')], (req: Request, res: Response) => { res.json(req.session.userId); }); }
// subrouter
// prettier-ignore
namespace P27 { app.use('/x', requireSession('userId'), Router()); app.use(requireSession('userId'), Router()); }
// requires more than two guards check
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P28 { app.get('/', requireSession('userId'), requireSession({ role: 'admin' }), (req) => { const d: Date = req.session.last; void d; }); }
// typed locals
// prettier-ignore
namespace P29 { declare const withLocals: RequestHandler<object, any, any, any, { user: string }>; app.get('/', requireSession('userId'), withLocals); }
// typed body
// prettier-ignore
namespace P30 { declare const typed: RequestHandler<{ id: string }, { ok: boolean }, { name: string }>; app.post('/:id', typed, requireSession('userId'), (req, res) => { const s: string = req.session.userId; const n: string = req.body.name; res.json({ ok: s === n }); }); }
// async handler
// prettier-ignore
namespace P31 { app.get('/', requireSession('userId'), async (req, res) => { const s: string = req.session.userId; await req.session.save(); res.json(s); }); }
// RequestHandler constant
// prettier-ignore
namespace P32 { const h: RequestHandler = (req, res) => { res.json(req.session.userId); }; app.get('/', requireSession('userId'), h); app.get('/', requireSession('userId'), requireSession('last'), h); app.use(requireSession('userId'), h); }
// RequestHandler constant narrowed
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P33 { const h: RequestHandler = (req, res) => { const s: string = req.session.userId; res.json(s); }; app.get('/', requireSession('userId'), h); }
// guard constant
// prettier-ignore
namespace P34 { const g: RequestHandler = requireSession('userId'); app.get('/', g, (req, res) => { res.json(req.session.userId); }); const l: RequestHandler[] = [requireSession('userId'), mw, admin.requireSession('clearance')]; app.use(...l); }
// asyncHandler generic
// prettier-ignore
namespace P35 { declare function wrap<P, ResBody, ReqBody, ReqQuery, L extends Record<string, any>>(h: (req: Request<P, ResBody, ReqBody, ReqQuery, L>, res: Response<ResBody, L>, next: NextFunction) => Promise<void>): RequestHandler<P, ResBody, ReqBody, ReqQuery, L>; app.get('/', requireSession('userId'), wrap(async (req: SessionRequest<'userId'>, res) => { const s: string = req.session.userId; res.json(s); })); }
// asyncHandler generic unannotated
// prettier-ignore
namespace P36 { declare function wrap<P, ResBody, ReqBody, ReqQuery, L extends Record<string, any>>(h: (req: Request<P, ResBody, ReqBody, ReqQuery, L>, res: Response<ResBody, L>, next: NextFunction) => Promise<void>): RequestHandler<P, ResBody, ReqBody, ReqQuery, L>; app.get('/', requireSession('userId'), wrap(async (req, res) => { const s: string = req.session.userId; res.json(s); })); }
// asyncHandler package-like (Parameters)
// prettier-ignore
namespace P37 { declare function asyncHandler<P = import('express-serve-static-core').ParamsDictionary, ResBody = any, ReqBody = any, ReqQuery = import('express-serve-static-core').Query, L extends Record<string, any> = Record<string, any>>(handler: (...args: Parameters<RequestHandler<P, ResBody, ReqBody, ReqQuery, L>>) => void | Promise<void>): RequestHandler<P, ResBody, ReqBody, ReqQuery, L>; app.get('/', requireSession('userId'), asyncHandler(async (req: SessionRequest<'userId'>, res) => { const s: string = req.session.userId; res.json(s); })); }
// asyncHandler RequestHandler (impossible)
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P38 { declare function asyncHandler(fn: RequestHandler): RequestHandler; app.get('/', requireSession('userId'), asyncHandler(async (req: SessionRequest<'userId'>, res) => { const s: string = req.session.userId; res.json(s); })); }
// asyncHandler generic in H
// prettier-ignore
namespace P39 { declare function asyncHandler<H extends (req: any, res: any, next: any) => unknown>(fn: H): H; app.get('/', requireSession('userId'), asyncHandler(async (req: SessionRequest<'userId'>, res) => { const s: string = req.session.userId; res.json(s); })); }
// annotated other field
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P40 { function me(req: SessionRequest<'userId'>) { return req; } app.get('/', requireSession('last'), me); }
// annotated more fields
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P41 { function me(req: SessionRequest<'userId' | 'last'>) { return req; } app.get('/', requireSession('last'), me); }
// annotated no field checked
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P42 { function me(req: SessionRequest<'userId'>) { return req; } app.get('/', requireSession(), me); }
// annotated inline other
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P43 { app.get('/', requireSession('last'), (req: SessionRequest<'userId'>, res: Response) => { res.json(req.session.userId); }); }
// annotated value other
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P44 { app.get('/', requireSession({ role: 'user' }), (req: SessionRequest<{ role: 'admin' }>, res: Response) => { res.json(req.session.userId); }); }
// annotated route other
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P45 { app.route('/').get(requireSession('last'), (req: SessionRequest<'userId'>, res: Response) => { res.json(req.session.userId); }); }
// annotated use other
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P46 { app.use(requireSession('last'), (req: SessionRequest<'userId'>, res: Response) => { res.json(req.session.userId); }); }
// annotated with two guards other
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P47 { app.get('/', requireSession('last'), requireSession({ role: 'admin' }), (req: SessionRequest<'userId'>, res: Response) => { res.json(req.session.userId); }); }
// annotated own other
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P48 { app.get('/', admin.requireSession('level'), (req: SessionRequestOf<typeof admin, 'clearance'>) => { void req; }); }
// annotated own
// prettier-ignore
namespace P49 { app.get('/', admin.requireSession('clearance', 'level'), (req: SessionRequestOf<typeof admin, 'clearance'>) => { const n: number = admin.of(req).clearance; void n; }); }
// annotated reg behind own
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P50 { app.get('/', admin.requireSession('level'), (req: SessionRequest<'userId'>) => { void req; }); }
// annotated own behind reg
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P51 { app.get('/', requireSession('userId'), (req: SessionRequestOf<typeof admin, 'clearance'>) => { void req; }); }
// annotated with default
// prettier-ignore
namespace P52 { app.get('/', requireSession('userId'), (req: SessionRequest<'userId' | 'role'>, res: Response) => { res.json(req.session.userId); }); }
// annotated fewer
// prettier-ignore
namespace P53 { app.get('/', requireSession('userId', 'last'), (req: SessionRequest<'userId'>, res: Response) => { res.json(req.session.userId); }); }
// annotated none
// prettier-ignore
namespace P54 { app.get('/', requireSession('userId', 'last'), (req: Request, res: Response) => { res.json(req.session.userId); }); app.get('/', requireSession('userId'), (req: SessionRequest) => { void req; }); }
// annotated without guard
// prettier-ignore
namespace P55 { app.get('/', (req: SessionRequest<'userId'>, res: Response) => { res.json(req.session.userId); }); }
// bound method behind guard
// prettier-ignore
namespace P56 { class K { @RequireSession('userId') m(req: SessionRequest<'userId'>, res: Response) { res.json(req.session.userId); } @RequireSession('last') n(req: SessionRequest<'last'>) { return req; } } app.get('/', requireSession('userId'), new K().m); app.get('/', new K().m); }
// method of another field behind guard
// prettier-ignore
namespace P57 { class K { @RequireSession('last') n(req: SessionRequest<'last'>) { return req; } } app.get('/', new K().n); }
// generic guard none
// prettier-ignore
namespace P58 { function protect<S extends SessionSchema>(m: SessionMiddleware<S>) { app.get('/', m.requireSession(), (req, res) => { res.json(m.of(req)); }); } }
// generic guard field
// prettier-ignore
namespace P59 { function protect<S extends typeof schema>(m: SessionMiddleware<S>) { app.get('/', m.requireSession('userId'), (req, res) => { res.json(m.of(req)); }); } }
// generic guard zod object
// prettier-ignore
namespace P60 { function protect<S extends z.ZodObject<{ userId: z.ZodOptional<z.ZodString> }>>(m: SessionMiddleware<S>) { return m.requireSession('userId'); } }
// generic guard over field
// prettier-ignore
namespace P61 { function protect<S extends SessionSchema, F extends SessionField<S>>(m: SessionMiddleware<S>, f: F) { return m.requireSession(f); } }
// generic root guard over field
// prettier-ignore
namespace P62 { function protect<F extends 'userId' | 'last'>(f: F) { return requireSession(f); } }
// generic root guard over registered field
// prettier-ignore
namespace P63 { function protect<F extends SessionField<typeof schema>>(f: F) { return requireSession(f); } }
// generic guard made inside
// prettier-ignore
namespace P64 { function make<S extends z.ZodObject>(schema: S, initial: z.infer<S>) { const m = session({ schema, secret: 's', initial } as never) as SessionMiddleware<S>; return [m, m.requireSession()]; } }
// generic guard predicate
// prettier-ignore
namespace P65 { function protect<S extends typeof schema>(m: SessionMiddleware<S>) { return m.requireSession((s) => s.cart.length > 0); } }
// generic guard values (impossible)
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P66 { function protect<S extends typeof schema>(m: SessionMiddleware<S>) { return m.requireSession({ role: 'admin' }); } }
// loose object values
// prettier-ignore
namespace P67 { const loose = session({ schema: z.looseObject({ userId: z.string().optional() }), secret: 's', name: 'loose' }); app.get('/', loose.requireSession({ plan: 'pro' }), (req) => { void loose.of(req).userId; }); }
// loose object names
// prettier-ignore
namespace P68 { const loose = session({ schema: z.looseObject({ userId: z.string().optional() }), secret: 's', name: 'loose' }); app.get('/', loose.requireSession('plan', 'userId'), (req) => { const s: string = loose.of(req).userId; void s; }); }
// loose object values wrong
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P69 { const loose = session({ schema: z.looseObject({ userId: z.string().optional() }), secret: 's', name: 'loose' }); loose.requireSession({ userId: 5 }); }
// catchall
// prettier-ignore
namespace P70 { const loose = session({ schema: z.object({ userId: z.string().optional() }).catchall(z.number()), secret: 's', name: 'loose' }); loose.requireSession({ n: 5 }); }
// unknown field of a strict
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P71 { requireSession({ nope: 5 }); }
// both values
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P72 { requireSession({ role: 'admin' }, { role: 'user' }); }
// by hand
// prettier-ignore
namespace P73 { function f(req: Request, res: Response) { requireSession('userId')(req, res, (e) => { void e; }); sessions.requireSession('userId')(req, res, () => {}); requireSession.readonly()(req, res, () => {}); } }
// by hand on node
// prettier-ignore
namespace P74 { function f(req: import('node:http').IncomingMessage, res: import('node:http').ServerResponse) { requireSession('userId')(req, res, (e) => { void e; }); admin.requireSession('level')(req, res, (e) => { void e; }); } }
