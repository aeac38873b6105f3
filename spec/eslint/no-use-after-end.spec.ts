import { noUseAfterEnd } from '../../lib/eslint/no-use-after-end.js';
import { runRule } from './rule-tester.js';

const handler = (body: string) => `async (req, res) => { ${body} };`;

runRule('no-use-after-end', noUseAfterEnd, {
  valid: {
    'reads a field before destroy()': handler('res.send(req.session.userId); await req.session.destroy();'),
    'uses a copy that was made before destroy()': handler(
      'const { userId } = req.session; await req.session.destroy(); res.send(userId);',
    ),
    'assigns fields after regenerate(), and reads them': handler(
      'await req.session.regenerate(); req.session.userId = user.id; res.send(req.session.userId);',
    ),
    'assigns with Object.assign after regenerate()': handler(
      'await req.session.regenerate(); Object.assign(req.session, { userId }); res.send(req.session.userId);',
    ),
    'assigns by destructuring after regenerate()': handler(
      'await req.session.regenerate(); ({ id: req.session.userId } = user); res.send(req.session.userId);',
    ),
    'assigns with ??= after regenerate()': handler(
      'await req.session.regenerate(); req.session.userId ??= id; res.send(req.session.userId);',
    ),
    'changes a field by update() after regenerate()': handler(
      'await req.session.regenerate(); await req.session.update((p) => { p.userId = id; }); res.send(req.session.userId);',
    ),
    'asserts that the field is gone': handler(
      'await req.session.destroy(); assert.equal(req.session.userId, undefined); expect(req.session.cart).toEqual([]);',
    ),
    'goes on without the field': handler(
      "await req.session.destroy(); log(req.session.userId ?? 'nobody', req.session.userId?.length, req.session.name || '');",
    ),
    'has a default in a pattern': handler("await req.session.destroy(); const { userId = 'nobody' } = req.session;"),
    'deletes the field': handler('await req.session.regenerate(); delete req.session.userId;'),
    'reads the members that every session has': handler(
      'await req.session.regenerate(); log(req.session.id, req.session.cookie.maxAge, req.session.isNew); await req.session.save(); await req.session.touch();',
    ),
    'reads another field after take()': handler("await req.session.take('notice'); res.send(req.session.userId);"),
    'uses what take() returns': handler("const notice = await req.session.take('notice'); res.send(notice);"),
    'does not know which field is taken': handler('await req.session.take(name); res.send(req.session.userId);'),
    'reads a field that become() was given': handler(
      "await req.session.become({ kind: 'user', userId }); res.send(req.session.userId, req.session.kind);",
    ),
    'does not know what a spread gives become()': handler(
      "await req.session.become({ ...state, kind: 'user' }); res.send(req.session.userId);",
    ),
    'does not know the state that become() is given': handler(
      'await req.session.become(state); res.send(req.session.userId);',
    ),
    'returns in the branch that ends the session': handler(
      'if (req.body.all) { await req.session.destroy(); return res.send("bye"); } res.send(req.session.userId);',
    ),
    'throws in the branch that ends the session': handler(
      'if (tooOld) { await req.session.destroy(); throw new Error("old"); } res.send(req.session.userId);',
    ),
    'returns in both branches after the end': handler(
      'if (a) { await req.session.destroy(); if (b) return; else throw new Error(); } res.send(req.session.userId);',
    ),
    'reads in the other branch': handler(
      'if (a) { await req.session.destroy(); } else { res.send(req.session.userId); }',
    ),
    'reads in the other case of a switch': handler(
      'switch (a) { case 1: await req.session.destroy(); break; default: res.send(req.session.userId); }',
    ),
    'reads before the end in a loop': handler(
      'for (const a of b) { log(req.session.userId); await req.session.destroy(); }',
    ),
    'assigns in a loop after each regenerate()': handler(
      'for (let i = 0; i < n; i++) { await req.session.regenerate(); req.session.userId = i; } log(req.session.userId);',
    ),
    'reads in the catch of a destroy() that failed': handler(
      'try { await req.session.destroy(); } catch { log(req.session.userId); }',
    ),
    'reads in another function': handler('await req.session.destroy(); later(() => req.session.userId);'),
    'ends the session in another function': handler(
      'later(() => req.session.destroy()); res.send(req.session.userId);',
    ),
    'ends the session with a callback, at a time that is not seen': handler(
      'req.session.destroy((error) => next(error)); log(req.session.userId);',
    ),
    'does not wait for a promise that is kept': handler(
      'const ending = req.session.destroy(); log(req.session.userId); await ending;',
    ),
    'ends another session': handler('await admin.of(req).destroy(); res.send(req.session.userId);'),
    'ends the session of another request': handler('await other.session.destroy(); res.send(req.session.userId);'),
    'holds another session in a variable of the same name': handler(
      '{ const s = a.session; await s.destroy(); } { const s = b.session; res.send(s.userId); }',
    ),
    'holds a variable that is assigned again': handler(
      'let s = req.session; await s.destroy(); s = other; res.send(s.userId);',
    ),
    'destroys something that is no session': handler('await stream.destroy(); res.send(stream.userId);'),
    'reads a name that is computed': handler('await req.session.destroy(); res.send(req.session[name]);'),
    'assigns a name that is computed': handler(
      'await req.session.regenerate(); req.session[name] = 1; res.send(req.session.userId);',
    ),
    'passes the session on': handler('await req.session.regenerate(); res.json(req.session);'),
    'changes a field with a default in place after regenerate()': handler(
      "await req.session.regenerate(); req.session.cart.push('x'); req.session.prices['x'] = 1; req.session.visits += 1; req.session.visits++;",
    ),
    'reads a field that is known to have a default': {
      code: handler('await req.session.regenerate(); res.send(req.session.cart, req.session.role);'),
      options: [{ fieldsWithDefault: ['cart', 'role'] }],
    },
    'has constants that lead to each other': 'const a = b; const b = a; await a.session.destroy();',
  },
  invalid: {
    'reports a read after destroy()': [
      handler('await req.session.destroy(); res.send(req.session.userId);'),
      'After destroy() on line 1, "userId" no longer has its value',
    ],
    'reports a read after regenerate()': [
      handler('await req.session.regenerate(); res.send(req.session.userId);'),
      'After regenerate() on line 1, "userId"',
    ],
    'reports a read after become() of a state without the field': [
      handler("await req.session.become({ kind: 'anonymous' }); res.send(req.session.userId);"),
      'After become() on line 1, "userId"',
    ],
    'reports a read of the field that was taken': [
      handler("await req.session.take('token'); res.send(req.session.token);"),
      'After take() on line 1, "token"',
    ],
    'reports a read in the same expression': [
      handler("same(await req.session.take('state'), req.session.state);"),
      '"state"',
    ],
    'reports each read': [
      handler('await req.session.destroy(); log(req.session.userId); res.send(req.session.name.toUpperCase());'),
      '"userId"',
      '"name"',
    ],
    'reports a read by a string': [handler("await req.session.destroy(); log(req.session['userId']);"), '"userId"'],
    'reports a read that is asserted to be there': [
      handler('await req.session.destroy(); log(req.session.userId!, (req.session as Mine).userId as string);'),
      '"userId"',
      '"userId"',
    ],
    'reports what is destructured': [
      handler("await req.session.destroy(); const { userId, name: n, role = 'user', id } = req.session;"),
      '"userId"',
      '"name"',
    ],
    'reports what is destructured by an assignment': [
      handler('await req.session.destroy(); ({ userId } = req.session);'),
      '"userId"',
    ],
    'reports other fields than the one that was assigned': [
      handler('await req.session.regenerate(); req.session.userId = id; log(req.session.userId, req.session.name);'),
      '"name"',
    ],
    'reports other fields than the one that was checked': [
      handler('await req.session.destroy(); if (req.session.userId === undefined) log(req.session.name);'),
      '"name"',
    ],
    'reports a read on the right side of an assignment to the field': [
      handler('await req.session.regenerate(); req.session.userId = req.session.userId;'),
      '"userId"',
    ],
    'reports a read after a branch that ended the session': [
      handler('if (all) { await req.session.destroy(); } res.send(req.session.userId);'),
      '"userId"',
    ],
    'reports a read in a block further in': [
      handler('await req.session.destroy(); if (all) { for (const a of b) log(req.session.userId); }'),
      '"userId"',
    ],
    'reports a read after one of two branches, the other of which returned': [
      handler('if (a) { await req.session.destroy(); } else { return; } res.send(req.session.userId);'),
      '"userId"',
    ],
    'reports a read after a try': [
      handler('try { await req.session.destroy(); } catch (e) { next(e); } res.send(req.session.userId);'),
      '"userId"',
    ],
    'reports a read in a finally': [
      handler('try { await req.session.destroy(); } finally { log(req.session.userId); }'),
      '"userId"',
    ],
    'reports a read after && has ended the session': [
      handler('all && await req.session.destroy(); res.send(req.session.userId);'),
      '"userId"',
    ],
    'reports a read after a switch': [
      handler('switch (a) { case 1: await req.session.destroy(); break; } res.send(req.session.userId);'),
      '"userId"',
    ],
    'reports a read after a while loop that ended the session': [
      handler('while (more()) { if (await bad()) await req.session.destroy(); } res.send(req.session.userId);'),
      '"userId"',
    ],
    'reports a read after a for loop that ended the session': [
      handler('for (let i = 0; i < n; i++) { await req.session.destroy(); } res.send(req.session.userId);'),
      '"userId"',
    ],
    'reports a read where only the other branch assigned the field': [
      handler('await req.session.regenerate(); if (user) { req.session.userId = user.id; } log(req.session.userId);'),
      '"userId"',
    ],
    'reports a read after a loop that ended the session': [
      handler('for (const a of b) { await req.session.destroy(); } res.send(req.session.userId);'),
      '"userId"',
    ],
    'sees the session in a constant': [
      handler('const s = req.session; await s.destroy(); res.send(s.userId);'),
      '"userId"',
    ],
    'sees that a constant and the request have the same session': [
      handler('const { session: s } = req; await s.destroy(); res.send(req.session.userId);'),
      '"userId"',
    ],
    'sees a variable that is never assigned again': [
      handler('let s = req.session; await s.destroy(); res.send(s.userId);'),
      '"userId"',
    ],
    'sees the session that a parameter is destructured into': [
      'async ({ session }, res) => { await session.destroy(); res.send(session.userId); };',
      '"userId"',
    ],
    'sees a promise that is chained': [
      handler('await req.session.destroy().catch(log); res.send(req.session.userId);'),
      '"userId"',
    ],
    'sees a promise among others': [
      handler('await Promise.all([log(), req.session.destroy()]); res.send(req.session.userId);'),
      '"userId"',
    ],
    'sees a call that nobody waits for': [handler('req.session.destroy(); res.send(req.session.userId);'), '"userId"'],
    'sees calls in an optional chain': [
      handler('await req.session?.destroy(); res.send(req.session?.userId);'),
      '"userId"',
    ],
    'reports a change in place after destroy(), which is an error': [
      handler("await req.session.destroy(); req.session.cart.push('x');"),
      'After destroy()',
    ],
    'takes the latest end of a session': [
      handler(
        'await req.session.regenerate(); req.session.userId = id;\nawait req.session.destroy(); log(req.session.userId);',
      ),
      'After destroy() on line 2',
    ],
    'sees the end in a method, a function declaration, and an async generator': [
      `class A { async b(req) { await req.session.destroy(); req.session.x; } }
       async function c(req) { await req.session.destroy(); req.session.y; }
       async function* d(req) { await req.session.destroy(); yield req.session.z; }`,
      '"x"',
      '"y"',
      '"z"',
    ],
    'reports fields that are not said to have a default': [
      {
        code: handler('await req.session.regenerate(); res.send(req.session.cart, req.session.userId);'),
        options: [{ fieldsWithDefault: ['cart'] }],
      },
      '"userId"',
    ],
  },
});
