import { requireGuard } from '../../lib/eslint/require-guard.js';
import { runRule } from './rule-tester.js';

const FN = "(req: SessionRequest<'userId'>, res) => { res.send(req.session.userId); }";
const REPORT = "No guard runs before this handler, so SessionRequest<'userId'> promises fields that may be undefined.";

runRule('require-guard', requireGuard, {
  valid: {
    'has a guard in the call': `app.get('/x', requireSession('userId'), ${FN});`,
    'has the guard of a middleware in the call': `app.get('/x', sessions.requireSession('userId'), ${FN});`,
    'has a readonly guard in the call': `app.get('/x', requireSession.readonly('userId'), (req: ReadonlySessionRequest<'userId'>) => {});
      app.get('/y', sessions.requireSession.readonly('userId'), ${FN});`,
    'has a guard that is imported by another name': `import { requireSession as guard } from 'typed-session'; app.get('/x', guard('userId'), ${FN});`,
    'has a constant that is a guard': `const user = requireSession('userId'); app.get('/x', user, ${FN});`,
    'has a guard in a list': `app.get('/x', [log, requireSession('userId')], ${FN}); app.post('/x', [requireSession('userId'), ${FN}]);`,
    'has a guard that is not the first': `app.get('/x', express.json(), requireSession('userId'), ${FN});`,
    'has an imported middleware in the call, which may be a guard': `import { user } from './auth.js'; app.get('/x', user, ${FN});`,
    'has a call in the call, which may make a guard': `app.get('/x', allow('user'), ${FN});`,
    'has a member in the call, which may be a guard': `app.get('/x', auth.user, ${FN});`,
    'has a spread in the call, which may hold a guard': `app.get('/x', ...guards, ${FN});`,
    'has a function that looks at the session by itself': `app.get('/x', (req, res, next) => next(req.session.userId ? undefined : 'route'), ${FN});`,
    'has a guard in an earlier app.use()': `app.use(requireSession('userId')); app.get('/x', ${FN});`,
    'has a guard in an earlier router.use() with a path': `const router = Router(); router.use('/x', requireSession('userId')); router.get('/x', ${FN});`,
    'has a guard in an earlier app.all()': `app.all('/x', requireSession('userId')); app.get('/x', ${FN});`,
    'has a guard earlier in the chain': `app.use(requireSession('userId')).get('/x', ${FN});`,
    'has a guard in the chain of a route': `router.route('/x').all(requireSession('userId')).get(${FN}).post(${FN});`,
    'has a guard of the same verb in the chain of a route': `router.route('/x').get(requireSession('userId')).get(${FN});`,
    'has a guard of a route that a constant holds': `const x = router.route('/x'); x.all(requireSession('userId')); x.get(${FN});`,
    'has a guard of the router of the route': `router.use(requireSession('userId')); router.route('/x').get(${FN});`,
    'has a guard before the router where it is mounted': `const router = Router(); router.get('/x', ${FN}); app.use('/r', requireSession('userId'), router);`,
    'has a guard of the app that the router is mounted on': `const router = Router(); router.get('/x', ${FN}); app.use(requireSession('userId')); app.use('/r', router);`,
    'promises no field': `app.get('/x', (req: SessionRequest, res) => {}); app.get('/y', (req: SessionRequest<never, { id: string }>) => {}); app.get('/z', (req: SessionRequest<{}>) => {});`,
    'is annotated with another request': `app.get('/x', (req: Request<'userId'>, res) => {});`,
    'accepts a SessionRequestOf that promises no field': `app.get('/x', (req: SessionRequestOf<typeof admin>) => {}); app.get('/y', (req: SessionRequestOf<typeof admin, never>) => {});`,
    'accepts a SessionRequestOf behind the guard of its middleware': `app.get('/x', admin.requireSession('clearance'), (req: SessionRequestOf<typeof admin, 'clearance'>) => {});`,
    'accepts a type that leads to itself': `type A = B & C; type B = A; app.get('/x', (req: A) => {});`,
    'is not annotated': `app.get('/x', (req, res) => {});`,
    'is a method that a decorator may guard': `app.get('/x', new Orders().list); app.get('/y', orders.list);`,
    'is imported': `import { me } from './me.js'; app.get('/x', me);`,
    'is passed to a wrapper that may be a guard': `app.get('/x', withUser(${FN}));`,
    'is passed to something that is no router': `register(${FN}); map.forEach(${FN});`,
    'is on a shared router, which is ignored on request': {
      code: `export const router = Router(); router.get('/x', ${FN});
        const other = Router(); other.route('/x').get(${FN}); export default other;
        export function routes(app: Express) { app.get('/x', ${FN}); }
        import { third } from './third.js'; third.get('/x', ${FN});
        class A { b() { this.router.get('/x', ${FN}); } }`,
      options: [{ ignoreSharedRouters: true }],
    },
  },
  invalid: {
    'reports a handler without a guard': [`app.get('/x', ${FN});`, REPORT],
    'reports a handler of every verb': [
      `app.post('/x', ${FN}); app.put('/x', ${FN}); app.patch('/x', ${FN}); app.delete('/x', ${FN}); app.all('/x', ${FN}); app.use('/x', ${FN}); app.use(${FN});`,
      ...Array.from({ length: 7 }, () => REPORT),
    ],
    'reports a handler of a route': [`router.route('/x').get(${FN}).post(${FN});`, REPORT, REPORT],
    'reports a handler whose guard comes after it': [`app.get('/x', ${FN}, requireSession('userId'));`, REPORT],
    'reports a handler whose use() comes after it': [
      `app.get('/x', ${FN}); app.use(requireSession('userId'));`,
      REPORT,
    ],
    'reports a handler whose guard is another router’s': [
      `const a = Router(), b = Router(); a.use(requireSession('userId')); b.get('/x', ${FN});`,
      REPORT,
    ],
    'reports a handler whose guard is of another verb': [
      `app.get('/x', requireSession('userId')); app.post('/x', ${FN}); router.route('/x').get(requireSession('userId')).post(${FN});`,
      REPORT,
      REPORT,
    ],
    'reports a handler behind middleware that checks nothing': [
      `app.use(express.json()); app.use(sessions); app.get('/x', express.json(), (req, res, next) => next(), ${FN});`,
      REPORT,
    ],
    'reports a handler whose path a constant holds': [
      `app.get(PATH, ${FN}); app.get(PATHS.me, ${FN});`,
      REPORT,
      REPORT,
    ],
    'reports a readonly request, several fields, and values': [
      `app.get('/x', (req: ReadonlySessionRequest<'userId'>) => {});
       app.get('/y', (req: SessionRequest<'userId' | { role: 'admin' }>) => {});
       app.get('/z', (req: SessionRequest<{ role: 'admin' }, Params>) => {});`,
      "so ReadonlySessionRequest<'userId'> promises",
      "so SessionRequest<'userId' | { role: 'admin' }> promises",
      "so SessionRequest<{ role: 'admin' }, Params> promises",
    ],
    'reports a request of another name for the type': [
      `import { SessionRequest as Req } from 'typed-session'; import * as t from 'typed-session';
       type Mine = t.SessionRequest<'userId'> & Extra;
       app.get('/x', (req: Req<'userId'>) => {}); app.get('/y', (req: Mine) => {});`,
      "so Req<'userId'> promises",
      'so Mine promises',
    ],
    'reports a SessionRequestOf whose second argument names fields': [
      `app.get('/x', (req: SessionRequestOf<typeof admin, 'clearance'>) => {});
       app.get('/y', (req: ts.SessionRequestOf<typeof adminSchema, { level: 'writer' }, Params>) => {});`,
      "so SessionRequestOf<typeof admin, 'clearance'> promises",
      "so ts.SessionRequestOf<typeof adminSchema, { level: 'writer' }, Params> promises",
    ],
    'reports a handler that is declared in the same file, where it is passed': [
      `app.get('/x', me);\nfunction me(req: SessionRequest<'userId'>, res) {}\nconst you = ${FN};\napp.get('/y', you);`,
      REPORT,
      REPORT,
    ],
    'reports a handler in a wrapper for async handlers': [
      `app.get('/x', asyncHandler(async (req: SessionRequest<'userId'>, res) => {}));`,
      REPORT,
    ],
    'reports a handler in a list': [`app.get('/x', [${FN}]);`, REPORT],
    'reports an error handler': [`app.use((error: Error, req: SessionRequest<'userId'>, res, next) => {});`, REPORT],
    'reports a handler on a router that is exported': [
      `export const router = Router(); router.get('/x', ${FN});`,
      REPORT,
    ],
    'reports a handler on an app, and on a router of this file alone, if shared routers are ignored': [
      {
        code: `export const app = express(); app.get('/x', ${FN}); const router = Router(); router.get('/x', ${FN});`,
        options: [{ ignoreSharedRouters: true }],
      },
      REPORT,
      REPORT,
    ],
    'reports a handler on a router that is mounted without a guard': [
      `const router = Router(); router.get('/x', ${FN}); app.use('/r', router);`,
      REPORT,
    ],
    'reports a handler on routers that are mounted in each other': [
      `const a = Router(), b = Router(); a.use(b); b.use(a); b.get('/x', ${FN});`,
      REPORT,
    ],
  },
});
