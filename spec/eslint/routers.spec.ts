import { requireGuard } from '../../lib/eslint/require-guard.js';
import { runRule } from './rule-tester.js';

const FN = "(req: SessionRequest<'userId'>, res) => { res.send(req.session.userId); }";
const REPORT = "No guard runs before this handler, so SessionRequest<'userId'> promises fields that may be undefined.";

/** A program that mounts an unguarded handler on something. */
const on = (object: string, setup = '') => `${setup} ${object}.get('/x', ${FN});`;

/** A program with middleware before an unguarded handler. */
const behind = (middleware: string, setup = '') => `${setup} app.use(${middleware}); app.get('/x', ${FN});`;

/** Several programs in one, each with an app of its own. */
const each = (...programs: string[]) => programs.map((one, index) => `function f${index}(app) { ${one} }`).join('\n');

runRule('require-guard: routers, and what may be a guard', requireGuard, {
  valid: {
    'accepts a handler that a client or a mock gets': [
      on('client'),
      on('apiClient'),
      on('nock', "import nock from 'nock';"),
      on('wrapper'),
      on('observer'),
      on('this.http'),
    ].join('\n'),
    'accepts a handler on a constant that holds no router': `{ ${on('api', 'const api = axios.create();')} } { ${on('server', 'const server = setupServer();')} }`,
    'accepts a handler on a parameter with a type that is no router': `function routes(app: FastifyInstance, api: AxiosInstance) { ${on('app')} ${on('api')} }`,
    'accepts a handler on a member with a type that is no router': `class A { app: FastifyInstance; api = axios.create(); b() { ${on('this.app')} ${on('this.api')} } }`,
    'accepts a handler behind imported middleware in use()': `import { user, auth, allow, log, guards } from './auth.js';
      ${each(behind('user'), behind("'/x', user"), behind('auth.user'), behind("allow('user')"), behind('log, user'), behind('...guards'))}
      const r = Router(); r.use(user); ${on('r')}`,
    'accepts a handler behind a member of this in use()': `class A { router = Router(); b() { this.router.use(this.onlyUsers); ${on('this.router')} } }`,
    'accepts a handler behind middleware that another method mounts': `class A {
      readonly router = Router();
      constructor() { this.guards(); ${on('this.router')} }
      guards() { this.router.use(this.onlyUsers); }
    }`,
    'accepts a handler behind a function that another function mounts': `app.get('/x', ${FN}); function guards() { app.use(requireSession('userId')); }`,
    'accepts a handler behind a call that gets the app': each(
      ...[
        'protectAll(app)',
        'protect({ app, paths })',
        'protect([app])',
        'new Guards(app)',
        'security.protect(app, options)',
        'app.protect(options)',
      ].map((call) => `${call}; ${on('app')}`),
    ),
    'accepts a handler behind a call that gets the router, or its route': `const router = Router(); protect(router); ${on('router')}
      const x = router.route('/x'); protect(x); x.get(${FN});`,
    'accepts a handler on a router that something unknown mounts': `const router = Router(); v1.use('/r', guard, router); ${on('router')}`,
    'accepts a handler behind a function that passes its request on': each(
      behind('(req, res, next) => check(req, res, next)'),
      behind('(req, res, next) => { check({ req }); next(); }'),
      behind('(...args) => check(...args)'),
    ),
    'accepts a handler behind a function that asks who the user is': behind(
      "(req, res, next) => (req.isAuthenticated() ? next() : res.redirect('/login'))",
    ),
    'accepts a handler behind a constant session that holds a guard': behind(
      'session',
      "const session = requireSession('userId');",
    ),
    'accepts a handler behind a guard of the same verb and path': each(
      `app.get('/x', requireSession('userId')); ${on('app')}`,
      `app.get(PATH, user); app.get(PATH, ${FN});`,
    ),
    'accepts a handler behind a guard of a path above it': each(
      `app.use('/a', user); app.get('/a/b', ${FN}); app.get('/A/:id', ${FN});`,
      `app.all('/:any/b', user); app.get('/c/b', ${FN});`,
    ),
    'accepts a handler behind a guard of a path that may match': each(
      `app.use('/{*rest}', user); ${on('app')}`,
      `const PATH = pathOf('x'); app.all(PATH, user); ${on('app')}`,
    ),
    'accepts a handler behind a router with a guard': `const guards = Router(); guards.use(requireSession('userId')); ${behind('guards')}`,
    'accepts a handler behind a guard in the chain that makes the router': `const router = Router().use(requireSession('userId')); ${on('router')}
      export default express().use(requireSession('userId')).get('/x', ${FN});`,
    'accepts a handler of a router that is mounted behind a guard where it is made': `app.use('/r', requireSession('userId'), Router().get('/x', ${FN}));`,
  },
  invalid: {
    'reports a handler on anything that has the name of a router': [
      [
        on('app', "import { app } from './app.js';"),
        on('r', "import { users as r, usersRouter } from './app.js';"),
        on('usersRouter'),
        on('apiV2'),
        on('this.router'),
        on('this.#api'),
        on('deps.router'),
        on('router', 'const { router } = deps;'),
      ]
        .map((program) => (program.includes('import') ? program : `{ ${program} }`))
        .join('\n'),
      ...Array.from({ length: 7 }, () => REPORT), // `users` is no name of a router
    ],
    'reports a handler on a constant that holds a router': [
      [
        on('a', 'const a = express();'),
        on('b', 'const b = Router();'),
        on('c', 'const c = express.Router({ mergeParams: true });'),
        on('d', 'const d = new Router();'),
        on('f', "import e from 'express'; const f = e();"),
        on('g', "import { Router as R } from 'express'; const g = R();"),
        on('h', 'const h = existing ?? express();'),
        on('i', 'const i = Router().use(express.json());'),
        on('k', 'const k = this.app;'),
      ].join('\n'),
      ...Array.from({ length: 9 }, () => REPORT),
    ],
    'reports a handler on an object with the type of a router': [
      `function routes(a: Router, b: express.Router, c: core.Express, d: Application, e: IRouter, f: Mine) {
         ${['a', 'b', 'c', 'd', 'e', 'f'].map((one) => on(one)).join('\n')} }
       type Mine = Router & Extra;
       class A { constructor(private readonly r: Router) {} b() { ${on('this.r')} } }`,
      ...Array.from({ length: 7 }, () => REPORT),
    ],
    'reports a handler behind imported middleware that checks no session': [
      `import cors from 'cors'; import { rateLimit } from 'express-rate-limit'; import helmet from 'helmet';
       import { sessions } from './session.js'; import { session, requireAnonymous } from 'typed-session';
       const limiter = rateLimit({ limit: 9 }); const own = session({ schema });
       app.use(cors(), helmet(), limiter, sessions, own, session({ schema }), requireAnonymous(), passport.session());
       ${on('app')}`,
      REPORT,
    ],
    'reports a handler behind middleware that is mounted on another path': [
      `import { orders } from './orders.js'; app.use('/orders', orders); app.use('/x/y', orders); app.all('/z', orders); ${on('app')}`,
      REPORT,
    ],
    'reports a handler behind a function that uses members of its request only': [
      behind('(req, res, next) => { log(req.method, req.url); next(); }, (error, req, res, next) => next(error)'),
      REPORT,
    ],
    'reports a handler behind a router of this file without a guard': [
      `const other = Router(); other.use(express.json()); other.get('/y', requireSession('userId')); ${behind('other')}`,
      REPORT,
    ],
    'reports a handler before a call that gets the app': [`${on('app')} protectAll(app);`, REPORT],
    'reports a handler behind a call that gets the app to start it': [
      `const server = createServer(app); http.createServer(app); app.set('trust proxy', 1); ${on('app')}`,
      REPORT,
    ],
    'reports a handler behind a call that gets another app': [`protectAll(other); ${on('app')}`, REPORT],
    'reports a handler on a new app in one chain': [`express().get('/x', ${FN}).listen(3000);`, REPORT],
  },
});
