// A web-standard app, as a host calls it: `fetch(request)` of the default export.
import { session } from 'typed-session/fetch';
import { z } from 'zod';

const sessions = session({
  schema: z.object({ userId: z.string().optional(), views: z.int().default(0) }),
  secret: 'only for a script, and 32 bytes long at least',
  principal: 'userId',
});
const users = sessions.requireSession('userId');

/** @param {Request} request */
export function answer(request) {
  switch (new URL(request.url).pathname) {
    case '/count':
      return sessions.handle(request, (mine) => new Response(String((mine.views += 1))));
    case '/login':
      return sessions.handle(request, (mine) => {
        mine.userId = 'ada';
        return Response.redirect(new URL('/account', request.url), 303); // its headers are immutable
      });
    case '/account':
      return sessions.handle(request, users, (mine) => Response.json({ id: mine.userId, views: mine.views }));
    case '/devices':
      return sessions.handle(request, users, async (mine) =>
        Response.json((await sessions.list(mine.userId, { current: request })).map(({ isCurrent }) => isCurrent)),
      );
    case '/logout':
      return sessions.handle(request, async (mine) => {
        await mine.destroy();
        return new Response(null, { status: 204 });
      });
    default:
      return new Response('no such page', { status: 404 });
  }
}
