import { noUseAfterEnd } from '../../lib/eslint/no-use-after-end.js';
import { runRule } from './rule-tester.js';

const handler = (body: string) => `async (req, res) => { ${body} };`;

/** A handler in which a branch may have destroyed the session. */
const maybe = (body: string) => handler(`if (isOld) { await req.session.destroy(); } ${body}`);

const OPTION = 'If the schema gives the field a default, add "role" to the option "fieldsWithDefault" of this rule.';

runRule('no-use-after-end: checks of a field', noUseAfterEnd, {
  valid: {
    'accepts a read after a check for undefined': handler(
      'await req.session.destroy(); if (req.session.userId === undefined) return; res.send(req.session.userId);',
    ),
    'accepts a check by truth': handler(
      'await req.session.regenerate(); if (req.session.userId) res.send(req.session.userId);',
    ),
    'accepts a check in a condition that has more': handler(
      'await req.session.regenerate(); if (isOpen && !req.session.userId) return; res.send(req.session.userId);',
    ),
    'accepts a check on the left of &&': handler(
      'await req.session.regenerate(); const name = req.session.userId && nameOf(req.session.userId);',
    ),
    'accepts a check by typeof': handler(
      "await req.session.regenerate(); if (typeof req.session.userId === 'string') res.send(req.session.userId);",
    ),
    'accepts a check by instanceof or Array.isArray': handler(
      'await req.session.regenerate(); if (req.session.at instanceof Date && Array.isArray(req.session.cart)) res.send(req.session.at, req.session.cart);',
    ),
    'accepts a check by in': handler(
      "await req.session.regenerate(); if ('userId' in req.session) res.send(req.session.userId);",
    ),
    'accepts a check by in, in a condition that has more': handler(
      "await req.session.regenerate(); if (isOpen && !('userId' in req.session)) return; res.send(req.session.userId);",
    ),
    'accepts a check by hasOwn or hasOwnProperty': handler(
      `await req.session.destroy(); if (Object.hasOwn(req.session, 'a') && req.session.hasOwnProperty('b')) res.send(req.session.a, req.session.b);
       if (Reflect.has(req.session, 'c')) res.send(req.session.c);`,
    ),
    'accepts a switch on the field': handler(
      `await req.session.regenerate();
       switch (req.session.state) { case 'open': res.send(req.session.state); break; default: res.send('new'); }`,
    ),
    'accepts a read after a switch on the field': handler(
      `await req.session.destroy(); switch (req.session?.state) { case 'open': return; } res.send(req.session.state);`,
    ),
    'accepts a comparison with a value if a branch has ended the field': maybe(
      "if (req.session.role === 'admin') res.send(req.session.role);",
    ),
    'accepts includes(), and a case, if a branch has ended the field': maybe(
      `if (ROLES.includes(req.session.role)) return; switch (wanted) { case req.session.level: return; }`,
    ),
    'accepts a comparison after the field was assigned': handler(
      "await req.session.regenerate(); req.session.role = roleOf(user); if (req.session.role === 'admin') next();",
    ),
    'accepts a comparison of a field that has a default': {
      code: handler("await req.session.regenerate(); if (req.session.role === 'admin') next();"),
      options: [{ fieldsWithDefault: ['role'] }],
    },
  },
  invalid: {
    'reports a comparison with a value if the field has none': [
      handler("await req.session.destroy(); if (req.session.role === 'admin') next();"),
      '"role"',
    ],
    'reports a comparison with a value if both branches have ended the field': [
      handler(
        "if (a) await req.session.destroy(); else await req.session.regenerate(); if (req.session.role !== 'user') next();",
      ),
      '"role"',
    ],
    'reports includes() and a case if the field has no value': [
      handler(
        'await req.session.regenerate(); if (ROLES.includes(req.session.role)) next(); switch (a) { case req.session.level: next(); }',
      ),
      '"role"',
      '"level"',
    ],
    'reports a comparison of a size, if a branch has ended the field': [
      maybe('if (req.session.visits > 3) next();'),
      '"visits"',
    ],
    'reports a switch on a member of the field': [
      handler("await req.session.destroy(); switch (req.session.state.kind) { case 'open': next(); }"),
      '"state"',
    ],
    'reports another field than the one that a switch is on': [
      handler("await req.session.destroy(); switch (req.session.state) { case 'open': res.send(req.session.userId); }"),
      '"userId"',
    ],
    'names the field, what to do, and the option, after regenerate()': [
      handler('await req.session.regenerate(); res.send(req.session.role);'),
      `After regenerate() on line 1, "role" no longer has its value, although its type stays the same. Copy the value to a variable before the call, or assign or check the field after it. ${OPTION}`,
    ],
    'does not advise to assign the field after destroy()': [
      handler('await req.session.destroy(); res.send(req.session.role);'),
      `Copy the value to a variable before the call, or check the field after it. ${OPTION}`,
    ],
    'says which error a change after destroy() results in': [
      handler("await req.session.destroy(); req.session.cart.push('x');"),
      'After destroy() on line 1, this change of "cart" results in a SessionEndedError.',
    ],
  },
});
