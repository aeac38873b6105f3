import { noUseAfterEnd } from '../../lib/eslint/no-use-after-end.js';
import { runRule } from './rule-tester.js';

const handler = (body: string) => `async (req, res) => { ${body} };`;

/** A class with a method that ends `this.session` and then reads a field of it. */
const logout = (members: string, imports = '') => `${imports}
  class Logout { ${members} async run() { await this.session.destroy(); return this.session.userId; } }`;

const SESSION = "import type { Session } from 'typed-session';";
const MIDDLEWARE = "import { session } from 'typed-session'; const sessions = session({ schema, secret });";

/** A handler that ends `sessions.of(req)` and then reads a field of it. */
const ofRequest = (setup: string, object = 'sessions') =>
  `${setup} ${handler(`await ${object}.of(req).destroy(); res.send(${object}.of(req).userId);`)}`;

runRule('no-use-after-end: which objects are sessions', noUseAfterEnd, {
  valid: {
    'accepts a session of Mongoose': `const session = await mongoose.startSession(); await session.destroy(); log(session.userId);
      async function run(conn) { const session = await conn.startSession(); await session.destroy(); return session.id2; }`,
    'accepts a session that is destructured from the result of a call':
      'const { session } = await connect(); await session.destroy(); log(session.userId);',
    'accepts db.session of a constant': `const db = open(); await db.session.destroy(); log(db.session.userId);
      import { driver } from './neo4j.js'; await driver.session.destroy(); log(driver.session.userId);`,
    'accepts driver.session, ctx.session, and socket.session of a parameter': `async (driver) => { await driver.session.destroy(); driver.session.userId; };
      async (ctx, next) => { await ctx.session.destroy(); ctx.session.userId; };
      async (socket) => { await socket.session.destroy(); socket.session.userId; };
      async (dbClient) => { const { session } = dbClient; await session.destroy(); session.userId; };`,
    'accepts X.session of a parameter with a type that is no request': `async (c: Context) => { await c.session.destroy(); c.session.userId; };
      async ({ session }: TransactionOptions) => { await session.destroy(); session.userId; };
      async ({ session }: { session: ClientSession }) => { await session.destroy(); session.userId; };`,
    'accepts this.session of a class that does not declare it': logout(''),
    'accepts this.session of another type': logout(
      'constructor(private readonly session: ClientSession) {}',
      "import type { ClientSession } from 'mongodb';",
    ),
    'accepts this.session without a type': logout('session = open();'),
    'accepts this.session of a type of the same name': logout('session: Session;'),
    'accepts a parameter session without a type': 'async (session) => { await session.destroy(); session.userId; };',
    'accepts Map.of(x), Array.of(x), and Observable.of(x)': `import { Map } from 'immutable'; import { Observable } from 'rxjs'; import * as rx from 'rxjs';
      ${['Map', 'Array', 'Observable', 'rx.Observable'].map((object) => ofRequest('', object)).join('\n')}`,
    'accepts X.of(y) if y is no request':
      "import { sessions } from './s.js'; async (key) => { await sessions.of(cart).destroy(); sessions.of(cart).userId; };",
    'accepts X.of(req) if X is a constant that holds something else': ofRequest('const sessions = new Cache();'),
    'accepts X.of(req) if session() is of another package': ofRequest(
      "import { session } from './sessions.js'; const sessions = session();",
    ),
    'accepts X.of(req) if X is a global': ofRequest(''),
    'accepts this.sessions.of(req) if the class does not declare it':
      'class A { async b(req) { await this.sessions.of(req).destroy(); this.sessions.of(req).userId; } }',
  },
  invalid: {
    'reports the session of a parameter with any name': [
      'async (r, res) => { await r.session.destroy(); r.session.userId; };',
      '"userId"',
    ],
    'reports the session of a parameter with the type of a request': [
      `import type { SessionRequest } from 'typed-session'; type Mine = SessionRequest<'userId'> & Extra;
       async (a: SessionRequest<'userId'>) => { await a.session.destroy(); a.session.x; };
       async (a: express.Request) => { await a.session.destroy(); a.session.y; };
       async (ctx: Mine) => { await ctx.session.destroy(); ctx.session.z; };`,
      '"x"',
      '"y"',
      '"z"',
    ],
    'reports the session of a request that a controller of Nest or routing-controllers gets': [
      'class A { @Get() async b(@Req() request: Request) { await request.session.destroy(); return request.session.userId; } }',
      '"userId"',
    ],
    'reports the session of this.request, context.req, and getRequest()': [
      `class A { constructor(@Inject(REQUEST) readonly request: Request) {}
         async b() { await this.request.session.destroy(); this.request.session.x; } }
       async ({ context }) => { await context.req.session.destroy(); context.req.session.y; };
       async (host) => { const it = host.switchToHttp().getRequest(); await it.session.destroy(); it.session.z; };`,
      '"x"',
      '"y"',
      '"z"',
    ],
    'reports the session of a constant that holds a request': [
      `async (ctx) => { const r = ctx.req; await r.session.destroy(); r.session.x; };
       async (ctx) => { const { req: r } = ctx; await r.session.destroy(); r.session.y; };
       async ({ request: r }) => { await r.session.destroy(); r.session.z; };`,
      '"x"',
      '"y"',
      '"z"',
    ],
    'reports a session that is destructured from a typed parameter': [
      `${SESSION} async ({ session }: Request) => { await session.destroy(); session.x; };
       async ({ session }: { session: Session }) => { await session.destroy(); session.y; };`,
      '"x"',
      '"y"',
    ],
    'reports this.session of a parameter property with a type of typed-session': [
      logout('constructor(@InjectSession() private readonly session: Session) {}', SESSION),
      '"userId"',
    ],
    'reports this.session of a field with a type of typed-session': [
      logout('private session!: Session<typeof schema> | undefined;', SESSION),
      '"userId"',
    ],
    'reports this.session with a type of typed-session under another name': [
      `import type * as ts from 'typed-session/express-session'; ${logout('session: Mine;')} type Mine = ts.Session;`,
      '"userId"',
    ],
    'reports a parameter with the type of a session': [
      `${SESSION} class A { async b(@CurrentSession() mine: Session) { await mine.destroy(); return mine.userId; } }`,
      '"userId"',
    ],
    'reports sessions.of(req) of a constant that session() has made': [ofRequest(MIDDLEWARE), '"userId"'],
    'reports sessions.of(x) of a constant that session() has made': [
      `${MIDDLEWARE} async (x) => { await sessions.of(x).destroy(); sessions.of(x).userId; };`,
      '"userId"',
    ],
    'reports sessions.of(req) if session() has another name or comes from a namespace': [
      `import { session as make } from 'typed-session'; import * as ts from 'typed-session';
       const { session } = require('typed-session');
       ${ofRequest('const a = make({ schema });', 'a')} ${ofRequest('const b = ts.session({ schema });', 'b')}
       ${ofRequest('const c = session({ schema });', 'c')}`,
      '"userId"',
      '"userId"',
      '"userId"',
    ],
    'reports sessions.of(req) of an imported middleware': [
      ofRequest("import { sessions } from './session.js';"),
      '"userId"',
    ],
    'reports sessions.of(req) of an imported middleware that is a member': [
      ofRequest("import * as auth from './session.js';", 'auth.sessions'),
      '"userId"',
    ],
    'reports sessions.of(req) of a parameter': [
      `export const logout = (sessions) => ${ofRequest('')} export const other = ({ admin }) => ${ofRequest('', 'admin')}`,
      '"userId"',
      '"userId"',
    ],
    'reports this.sessions.of(req) of a middleware that Nest injects': [
      `import type { SessionMiddleware } from 'typed-session';
       class A { constructor(@InjectSessionMiddleware() private readonly sessions: SessionMiddleware) {}
         async b(req) { await this.sessions.of(req).destroy(); return this.sessions.of(req).userId; } }`,
      '"userId"',
    ],
    'reports sessions.of(req) that a constant holds': [
      `${MIDDLEWARE} ${handler('const mine = sessions.of(req); await mine.regenerate(); res.send(sessions.of(req).userId);')}`,
      '"userId"',
    ],
    'reports the session of a request that an object holds': [
      'class A { async b() { await this.ctx.req.session.destroy(); return this.ctx.req.session.userId; } }',
      '"userId"',
    ],
  },
});
