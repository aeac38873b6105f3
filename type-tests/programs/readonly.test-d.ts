// A readonly session cannot be changed, and its handlers ask for no other.
import express, { Router, type Request, type RequestHandler, type Response } from 'express';
import { requireSession, type DeepReadonly, type ReadonlySessionRequest, type SessionRequest } from 'typed-session';
import { z } from 'zod';
import { sessionSchema as schema } from './programs.js';

declare const app: express.Express;
declare const cond: boolean;
declare const mw: RequestHandler;
export const uses = [app, cond, mw, schema];

// readonly behind plain
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P0 { app.get('/', requireSession('userId'), requireSession.readonly('userId'), (req) => { req.session.userId = 'x'; }); }
// readonly behind plain reads
// prettier-ignore
namespace P1 { app.get('/', requireSession('userId'), requireSession.readonly('last'), (req) => { const s: string = req.session.userId; const d: Date | undefined = undefined; void [s, d]; }); }
// readonly annotated Request
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P2 { app.get('/', requireSession.readonly('userId'), (req: Request, res: Response) => { req.session.userId = 'x'; res.end(); }); }
// readonly annotated SessionRequest
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P3 { app.get('/', requireSession.readonly('userId'), (req: SessionRequest<'userId'>, res: Response) => { req.session.userId = 'x'; res.end(); }); }
// readonly annotated bare SessionRequest
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P4 { app.get('/', requireSession.readonly('userId'), (req: SessionRequest) => { void req; }); }
// readonly annotated ReadonlySessionRequest
// prettier-ignore
namespace P5 { app.get('/', requireSession.readonly('userId'), (req: ReadonlySessionRequest<'userId'>, res: Response) => { res.json(req.session.userId); }); }
// readonly annotated less
// prettier-ignore
namespace P6 { app.get('/', requireSession.readonly('userId'), (req: ReadonlySessionRequest, res: Response) => { res.json(req.session.userId); }); }
// readonly annotated more
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P7 { app.get('/', requireSession.readonly('userId'), (req: ReadonlySessionRequest<'last'>, res: Response) => { res.json(req.session.last); }); }
// readonly use
// prettier-ignore
namespace P8 { app.use(requireSession.readonly('userId')); app.use('/x', requireSession.readonly()); Router().use(requireSession.readonly()); }
// readonly use annotated
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P9 { app.use(requireSession.readonly('userId'), (req: Request, res: Response) => { req.session.userId = 'x'; res.end(); }); }
// readonly route
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P10 { app.route('/x').get(requireSession.readonly('userId'), (req) => { req.session.userId = 'x'; }); }
// readonly const handler
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P11 { const h: RequestHandler = (req, res) => { req.session.userId = 'x'; res.end(); }; app.get('/', requireSession.readonly('userId'), h); }
// readonly date setTime
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P12 { app.get('/', requireSession.readonly('last'), (req) => { req.session.last.setTime(0); }); }
// readonly date reads
// prettier-ignore
namespace P13 { app.get('/', requireSession.readonly('last'), (req) => { const n: number = req.session.last.getTime(); const s = req.session.last.toISOString() + String(req.session.last); const b = req.session.last < new Date(); const c = new Date(req.session.last.getTime()); void [n, s, b, c, +c]; }); }
// readonly map
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P14 { type R = DeepReadonly<{ m: Map<string, { a: number[] }>; s: Set<string> }>; function f(r: R) { r.m.set('a', { a: [] }); } }
// readonly map deep
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P15 { type R = DeepReadonly<{ m: Map<string, { a: number[] }>; s: Set<string> }>; function f(r: R) { r.m.get('a')?.a.push(1); } }
// readonly set
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P16 { type R = DeepReadonly<{ m: Map<string, { a: number[] }>; s: Set<string> }>; function f(r: R) { r.s.add('x'); } }
// readonly map reads
// prettier-ignore
namespace P17 { type R = DeepReadonly<{ m: Map<string, { a: number[] }>; s: Set<string>; u: URL; d: Date }>; function f(r: R) { return [r.m.get('a')?.a[0], r.s.has('x'), [...r.m.keys()], r.u.href, r.d.getTime()]; } }
// readonly url
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P18 { type R = DeepReadonly<{ u: URL }>; function f(r: R) { r.u.href = 'x'; } }
// readonly brands
// prettier-ignore
namespace P19 { type R = DeepReadonly<{ a: string & z.BRAND<'Id'>; n: number & { readonly __n: 'N' }; b?: (string & z.BRAND<'Id'>) | undefined }>; declare function takes(id: string & z.BRAND<'Id'>, n: number & { readonly __n: 'N' }): void; function f(r: R) { takes(r.a, r.n); if (r.b) takes(r.b, r.n); return r.a.toUpperCase(); } }
// readonly brand schema
// prettier-ignore
namespace P20 { const s2 = z.object({ id: z.string().brand<'Id'>().optional(), o: z.object({ a: z.string() }).brand<'O'>().optional() }); type R = DeepReadonly<z.infer<typeof s2>>; declare function takes(id: z.infer<typeof s2>['id']): void; declare function takesO(o: { readonly a: string } & z.BRAND<'O'>): void; function f(r: R) { takes(r.id); if (r.o) takesO(r.o); } }
// readonly class with private
// prettier-ignore
namespace P21 { class Money { #n = 1; private m = 2; get() { return this.#n + this.m; } } type R = DeepReadonly<{ a: Money }>; declare function takes(m: Money): void; function f(r: R) { takes(r.a); return r.a.get(); } }
// readonly json copy
// prettier-ignore
namespace P22 { const s2 = z.object({ data: z.json().optional() }); type R = DeepReadonly<z.infer<typeof s2>>; function f(r: R) { const { ...copy } = r; return copy; } }
// readonly tuples
// prettier-ignore
namespace P23 { type R = DeepReadonly<{ t: [number, { a: string }]; a: string[][]; u: unknown; n: null; b: bigint }>; function f(r: R) { const n: number = r.t[0]; const s: string = r.t[1].a; const x: readonly (readonly string[])[] = r.a; return [n, s, x, r.u, r.n, r.b]; } }
// readonly tuples bad
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P24 { type R = DeepReadonly<{ t: [number, { a: string }] }>; function f(r: R) { r.t[1].a = 'x'; } }
// readonly buffer
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P25 { type R = DeepReadonly<{ t: Uint8Array }>; function f(r: R) { r.t[0] = 1; r.t.fill(0); } }
// readonly Date to writable param
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P26 { declare function takes(d: Date): void; app.get('/', requireSession.readonly('last'), (req) => { takes(req.session.last); }); }
// readonly reads a date
// prettier-ignore
namespace P27 { app.get('/', requireSession.readonly('last'), (req, res) => { res.send(req.session.last.toISOString()); }); }
