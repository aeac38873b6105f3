// A union of requirements, or a requirement that may be absent, narrows only what is checked in any case.
import express from 'express';
import type { RequestHandler } from 'express';
import { requireSession, RequireSession, type SessionRequest } from 'typed-session';
import { admin, sessionSchema as schema } from './programs.js';

declare const app: express.Express;
declare const cond: boolean;
declare const mw: RequestHandler;
export const uses = [app, cond, mw, schema];

// union array spread
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P0 { declare const fields: ('userId' | 'last')[]; app.get('/', requireSession(...fields), (req) => { const s: string = req.session.userId; void s; }); }
// union readonly array spread
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P1 { declare const fields: readonly ('userId' | 'last')[]; app.get('/', requireSession(...fields), (req) => { const s: Date = req.session.last; void s; }); }
// union single
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P2 { declare const one: 'userId' | 'last'; app.get('/', requireSession(one), (req) => { const s: string = req.session.userId; void s; }); }
// array of one field spread
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P3 { declare const fields: 'userId'[]; app.get('/', requireSession(...fields), (req) => { const s: string = req.session.userId; void s; }); }
// tuple spread ok
// prettier-ignore
namespace P4 { const fields = ['userId', 'last'] as const; app.get('/', requireSession(...fields), (req) => { const s: string = req.session.userId; const d: Date = req.session.last; void [s, d]; }); }
// optional tuple element
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P5 { declare const fields: ['last', 'userId'?]; app.get('/', requireSession(...(fields as ['last', 'userId'])), (req) => { void req; }); app.get('/', requireSession(...fields), (req) => { const s: string = req.session.userId; void s; }); }
// rest tuple
// prettier-ignore
namespace P6 { declare const fields: ['userId', ...'last'[]]; app.get('/', requireSession(...fields), (req) => { const s: string = req.session.userId; void s; }); }
// rest tuple more
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P7 { declare const fields: ['userId', ...'last'[]]; app.get('/', requireSession(...fields), (req) => { const s: Date = req.session.last; void s; }); }
// cond value or name
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P8 { app.get('/', requireSession(cond ? 'userId' : { role: 'user' }), (req) => { const s: string = req.session.userId; void s; }); }
// cond value or name value
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P9 { app.get('/', requireSession(cond ? 'userId' : { role: 'user' }), (req) => { const s: 'user' = req.session.role; void s; }); }
// cond of same field values
// prettier-ignore
namespace P10 { app.get('/', requireSession(cond ? { role: 'user' } : { role: 'admin' }), (req) => { const s: 'user' | 'admin' = req.session.role; void s; }); }
// cond both imply
// prettier-ignore
namespace P11 { app.get('/', requireSession(cond ? 'userId' : { userId: 'ann' }), (req) => { const s: string = req.session.userId; void s; }); }
// conditional spread
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P12 { app.get('/', requireSession(...(cond ? ['userId' as const] : [])), (req) => { const s: string = req.session.userId; void s; }); }
// conditional spread of two
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P13 { app.get('/', requireSession(...(cond ? ['userId'] as const : ['last'] as const)), (req) => { const s: string = req.session.userId; void s; }); }
// conditional spread object
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P14 { app.get('/', requireSession({ ...(cond ? { role: 'admin' as const } : {}) }), (req) => { const s: 'admin' = req.session.role; void s; }); }
// optional property
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P15 { declare const want: { role?: 'admin' }; app.get('/', requireSession(want), (req) => { const s: 'admin' = req.session.role; void s; }); }
// union of values
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P16 { declare const want: { role: 'admin' | 'user' }; app.get('/', requireSession(want), (req) => { const s: 'admin' = req.session.role; void s; }); }
// union of objects
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P17 { declare const want: { role: 'admin' } | { userId: 'ann' }; app.get('/', requireSession(want), (req) => { const s: 'admin' = req.session.role; void s; }); }
// union of three names
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P18 { declare const one: 'userId' | 'last' | 'role'; app.get('/', requireSession('role', one), (req) => { const s: string = req.session.userId; void s; }); }
// nested cond
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P19 { app.get('/', requireSession(cond ? 'userId' : cond ? 'last' : 'role'), (req) => { const s: string = req.session.userId; void s; }); }
// cond predicate
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P20 { const isAnn = (s: { userId?: string | undefined }): s is { userId: 'ann' } => s.userId === 'ann'; const any = (s: { userId?: string | undefined }) => s.userId !== 'x'; app.get('/', requireSession(cond ? isAnn : any), (req) => { const s: string = req.session.userId; void s; }); }
// cond predicates two
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P21 { const isAnn = (s: { userId?: string | undefined }): s is { userId: 'ann' } => s.userId === 'ann'; const isUser = (s: { role: string }): s is { role: 'user' } => s.role === 'user'; app.get('/', requireSession(cond ? isAnn : isUser), (req) => { const s: string = req.session.userId; void s; }); }
// Requirement typed variable
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P22 { declare const r: 'userId' | { role: 'admin' } | ((s: object) => boolean); app.get('/', requireSession(r), (req) => { const s: string = req.session.userId; void s; }); }
// generic field
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P23 { function f<F extends 'userId' | 'last'>(x: F) { app.get('/', requireSession(x), (req) => { const s: string = req.session.userId; void s; }); } }
// cond guards
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P24 { app.get('/', cond ? requireSession('userId') : requireSession('last'), (req) => { const s: string = req.session.userId; void s; }); }
// cond guards const
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P25 { const g = cond ? requireSession('userId') : requireSession('last'); app.get('/', g, (req) => { const s: Date = req.session.last; void s; }); }
// cond guards both
// prettier-ignore
namespace P26 { app.get('/', cond ? requireSession('userId') : requireSession('userId', 'last'), (req) => { const s: string = req.session.userId; void s; }); }
// cond guards both compile
// prettier-ignore
namespace P27 { app.get('/', cond ? requireSession('userId') : requireSession('last'), (req) => { const s: string | undefined = req.session.userId; void s; }); }
// cond guard or plain mw
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P28 { app.get('/', cond ? requireSession('userId') : mw, (req) => { const s: string = req.session.userId; void s; }); }
// cond guard or plain mw 2
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P29 { app.get('/', cond ? mw : requireSession('userId'), (req) => { const s: string = req.session.userId; void s; }); }
// guard &&
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P30 { const guards = cond ? [requireSession('userId')] : []; app.get('/', ...guards, (req) => { const s: string = req.session.userId; void s; }); }
// decorator cond
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P31 { class C { @RequireSession(cond ? 'userId' : 'last') m(req: SessionRequest<'userId'>) { return req; } } }
// decorator cond decorators
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P32 { class C { @(cond ? RequireSession('userId') : RequireSession('last')) m(req: SessionRequest<'userId'>) { return req; } } }
// decorator array
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P33 { declare const fields: ('userId' | 'last')[]; class C { @RequireSession(...fields) m(req: SessionRequest<'userId'>) { return req; } } }
// decorator optional
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P34 { declare const want: { role?: 'admin' }; class C { @RequireSession(want) m(req: SessionRequest<{ role: 'admin' }>) { return req; } } }
// class decorator array
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P35 { declare const fields: ('userId' | 'last')[]; @RequireSession(...fields) class C { m(req: SessionRequest<'userId'>) { return req; } } }
// decorator tuple
// prettier-ignore
namespace P36 { const fields = ['userId', 'last'] as const; class C { @RequireSession(...fields) m(req: SessionRequest<'userId' | 'last'>) { return req; } } }
// SessionRequest of union is conjunction
// prettier-ignore
namespace P37 { function f(req: SessionRequest<'userId' | 'last'>) { const s: string = req.session.userId; const d: Date = req.session.last; return [s, d]; } }
// with onMissing
// prettier-ignore
namespace P38 { app.get('/', requireSession('userId', { onMissing: (e, rq, rs) => { rs.end(); } }), (req) => { const s: string = req.session.userId; void s; }); }
// optional options
// prettier-ignore
namespace P39 { app.get('/', requireSession('userId', ...(cond ? [{ onMissing: (() => {}) as never }] : [])), (req) => { const s: string = req.session.userId; void s; }); }
