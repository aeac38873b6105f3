// Sessions on the fetch API: handlers behind a guard have what it has found, and no more.
import { session, type FetchSessions } from 'typed-session/fetch';
import { z } from 'zod';

const schema = z.object({
  userId: z.string().optional(),
  role: z.enum(['user', 'admin']).optional(),
  cart: z.array(z.string()).default([]),
});
const secret = 's';
declare const request: Request;
const sessions = session({ schema, secret, principal: 'userId' });
const response = new Response();
export const uses = [schema, secret, request, sessions, response];

// the session without a guard
// prettier-ignore
namespace P0 { sessions.handle(request, (mine) => { const id: string | undefined = mine.userId; mine.cart.push('x'); void id; return response; }); }
// a field without a guard
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P1 { sessions.handle(request, (mine) => { const id: string = mine.userId; void id; return response; }); }
// behind a guard
// prettier-ignore
namespace P2 { sessions.handle(request, sessions.requireSession('userId', { role: 'admin' }), (mine) => { const id: string = mine.userId; const role: 'admin' = mine.role; void [id, role]; return response; }); }
// behind a guard that looked for another field
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P3 { sessions.handle(request, sessions.requireSession('role'), (mine) => { const id: string = mine.userId; void id; return response; }); }
// a guard of an unknown field
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P4 { sessions.requireSession('userID'); }
// a guard with an impossible value
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P5 { sessions.requireSession({ role: 'root' }); }
// a guard with handlers
// prettier-ignore
namespace P6 { sessions.requireSession('userId', { onMissing: (error, refused) => Response.json({ missing: error.code, at: refused.url }, { status: 401 }) }); }
// a handler that returns no response
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P7 { sessions.handle(request, (mine) => mine.cart); }
// options of Express
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P8 { session({ schema, secret, unset: 'destroy' }); }
// an onMissing that returns nothing
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P9 { session({ schema, secret, onMissing: () => undefined }); }
// the principal of another type
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P10 { void sessions.list(3); }
// list, revoke, of
// prettier-ignore
namespace P11 { void sessions.list('ada', { current: request }); void sessions.revoke('ada', { except: sessions.of(request) }); const any: FetchSessions<typeof schema> = sessions; void any; }
// a principal that is stored as a list
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P12 { session({ schema, secret, principal: 'cart' }); }
// a guard of other sessions
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P13 { const others = session({ schema: z.object({ a: z.string().optional() }), secret }); sessions.handle(request, others.requireSession('a'), () => response); }
// initial with too much
// @ts-expect-error -- as the line above says
// prettier-ignore
namespace P14 { session({ schema, secret, initial: { cart: [], usreId: 'x' } }); }
