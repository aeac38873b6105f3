import { noUseAfterEnd } from '../../lib/eslint/no-use-after-end.js';
import { runRule } from './rule-tester.js';

/** A handler that regenerates its session, runs code, and then reads a field. */
const after = (code: string, before = '') =>
  `async (req, res, next) => { ${before} await req.session.regenerate(); ${code}; res.send(req.session.userId); };`;

const all = (...programs: string[]) => programs.join('\n');

runRule('no-use-after-end: calls that may assign fields', noUseAfterEnd, {
  valid: {
    'accepts a read after a function that gets the request or the session': all(
      after('signIn(req, user)'),
      after('await signIn(req.session, user)'),
      after('new SignIn(req).run()'),
      after('await signIn.call(null, req)'),
    ),
    'accepts a read after a function that gets the request in a literal': all(
      after('await login({ req, user })'),
      after('await login([req])'),
      after('await login({ user, context: { requests: [{ of: req as SessionRequest }] } })'),
      after('await login({ user, ...req })'),
      after('await login(...[req, user])'),
      after('await login({ session: req.session })'),
    ),
    'accepts a read after a function that gets the request in a constant': all(
      after('await login(context)', 'const context = { req, user };'),
      after('await login(list)', 'const context = { req }; const list = [context];'),
    ),
    'accepts a read after a function that may get the request': all(
      after('await login(isOpen ? req : other)'),
      after('await login(other ?? req)'),
    ),
    'accepts a read after a method of the request': all(
      after('await req.login(user)'),
      after('await req.signIn(user)'),
      after('await req.logIn?.(user)'),
    ),
    'accepts a read after a method of an object that has the request': `
      class A {
        async b() { await this.req.session.regenerate(); await this.signIn(user); return this.req.session.userId; }
        async c() { await this.req.session.regenerate(); await signIn(this); return this.req.session.userId; }
        async d(ctx) { await ctx.req.session.regenerate(); await ctx.signIn(user); return ctx.req.session.userId; }
      }`,
    'accepts a read after a method of an object that was made of the request': all(
      after('await auth.signIn(user)', 'const auth = new Auth(req);'),
      after('await auth.users.signIn(user)', 'const auth = authOf({ req });'),
      after('await signIn(user)', 'const signIn = signerOf(req);'),
      after('await signIn(user)', 'const { signIn } = signerOf(req);'),
      after('await signIn(user)', 'const signIn = login.bind(null, req);'),
      after('await auth.signIn(user)', 'const auth = { signIn() { req.session.userId = user.id; } };'),
    ),
    'accepts a read after a closure that mentions the session': all(
      after('await signIn()', 'const signIn = async () => { req.session.userId = user.id; };'),
      after('await signIn(); async function signIn() { req.session.userId = user.id; }'),
      after('signIn()', 'const { session } = req; function signIn() { Object.assign(session, user); }'),
      after('(() => { req.session.userId = user.id; })()'),
    ),
    'accepts a read after a closure that passes the request on': all(
      after('await signIn()', 'const signIn = () => login(req);'),
      after('await signIn()', 'const signIn = () => req.login(user);'),
      after('await a()', 'const a = () => b(); const b = () => { a(); req.session.userId = user.id; };'),
    ),
    'accepts a read after a call that gets a closure': all(
      after('await transaction(async () => { req.session.userId = user.id; })'),
      after('await transaction({ run: () => signIn() })', 'const signIn = () => login(req);'),
      after('await transaction(signIn)', 'const signIn = () => { req.session.userId = user.id; };'),
      after('await new Promise((resolve) => req.login(user, resolve))'),
    ),
    'accepts a read after next(), which runs the handlers that follow': after('await next()'),
    'accepts a read after then(), which runs after regenerate()': all(
      'async (req) => { await req.session.regenerate().then(() => { req.session.userId = id; }); req.session.userId; };',
      'async (req) => { await Promise.all([req.session.regenerate(), signIn(req)]); req.session.userId; };',
    ),
    'accepts a read after a method of the session that the rule does not know': all(
      after('req.session.init()'),
      after('await req.session.signIn?.(user)'),
      'async (req) => { await req.session.destroy(); await req.session.restore(); req.session.userId; };',
    ),
    'accepts a read after an assignment through a literal that holds the request': all(
      after('context.req.session.userId = user.id', 'const context = { req };'),
      after('context.session.userId = user.id', 'const { session } = req; const context = { session };'),
    ),
    'accepts a read after a loop that assigns fields by their names': all(
      after('for (const [name, value] of Object.entries(user)) req.session[name] = value'),
      after('for (const name in user) { if (name !== "id") req.session[name] = user[name]; }'),
    ),
    'accepts a read after the request was replaced': `
      class A { async b() { await this.req.session.destroy(); this.req = await fresh(); return this.req.session.userId; } }`,
  },
  invalid: {
    'reports a read after a function that gets something else': [
      all(
        after('log({ user, at: [now] })'),
        after('log(req.url, req.body, req.session.id)'),
        after('users.save(user)'),
        after('helper(other.session)'),
      ),
      ...Array.from({ length: 4 }, () => '"userId"'),
    ],
    'reports a read after a method of the request that leaves the session alone': [
      all(
        after("log(req.get('Referer'))"),
        after("log(req.header('Accept'), req.accepts('html'), req.is('json'))"),
        after("req.on('close', () => stop())"),
        after('const ajax = req.xhr'),
      ),
      ...Array.from({ length: 4 }, () => '"userId"'),
    ],
    'reports a read after a method of a member of the request': [
      all(after('req.log.info(user)'), after('req.body.parse()')),
      '"userId"',
      '"userId"',
    ],
    'reports a read after a closure that does not mention the session': [
      after('await save(); list.map((one) => one.id)', 'const save = () => users.save(user, req.body);'),
      '"userId"',
    ],
    'reports a read after a closure that nobody has called': [
      after('const signIn = () => { req.session.userId = user.id; }'),
      '"userId"',
    ],
    'reports a read after a function that gets a copy of a field': [
      after('audit(userId); audit(role)', 'const { userId } = req.session; const role = req.session.role;'),
      '"userId"',
    ],
    'reports a read after a method of a value that was loaded with the request': [
      after('audit(user)', 'const user = await load(req);'),
      '"userId"',
    ],
    'reports a read after a method of the session that assigns no field': [
      all(
        after('await req.session.save(); await req.session.touch(); req.session.resetMaxAge()'),
        after("req.session.toString(); req.session.hasOwnProperty('role')"),
      ),
      '"userId"',
      '"userId"',
    ],
    'reports a read after a loop that assigns another field': [
      after('for (const name of names) req.session.role = name'),
      '"userId"',
    ],
    'reports a read after destroy() and a function that gets the request, which cannot assign': [
      `async (req, res) => { await req.session.destroy(); audit({ req }); req.touch(); res.send(req.session.userId); };`,
      '"userId"',
    ],
  },
});
