const express = require('express');
const { requireSession } = require('typed-session');
const { sessions } = require('./session.js');

/**
 * @typedef {import('express').Request} Request
 * @typedef {import('express').Response} Response
 * @typedef {import('express').NextFunction} NextFunction
 */

const app = express();
app.use(express.json(), sessions);

app.post('/login', (req, res) => {
  const { user } = /** @type {{ user?: unknown }} */ (req.body); // a real login also checks a password
  req.session.userId = String(user);
  req.session.role = user === 'root' ? 'admin' : 'user';
  res.json({ userId: req.session.userId, role: req.session.role });
});

// Behind the guard, `userId` is a string: the editor completes toUpperCase().
app.get('/account', requireSession('userId'), (req, res) => {
  const { userId, role, cart } = req.session;
  res.json({ name: userId.toUpperCase(), role, cart });
});

// A handler that is declared by itself names its type in JSDoc.
/**
 * @param {import('typed-session').SessionRequest<'userId' | { role: 'admin' }>} req
 * @param {Response} res
 */
function showAdmin(req, res) {
  res.json({ admin: req.session.userId });
}
app.get('/admin', requireSession('userId', { role: 'admin' }), showAdmin);

/**
 * Express 4 does not catch the errors of async handlers. This passes them to the error handlers.
 *
 * @param {(req: Request, res: Response) => Promise<unknown>} handler
 * @returns {(req: Request, res: Response, next: NextFunction) => void}
 */
const caught = (handler) => (req, res, next) => {
  handler(req, res).catch(next);
};

app.post(
  '/cart/:sku',
  caught(async (req, res) => {
    const sku = String(req.params['sku']);
    // `update` works on the latest stored session, so two clicks at the same time both count.
    await req.session.update(({ cart }) => {
      const item = cart.find((one) => one.sku === sku);
      if (item === undefined) cart.push({ sku, qty: 1 });
      else item.qty += 1;
    });
    res.json(req.session.cart);
  }),
);

// Every method of a session also accepts a callback as its last argument.
app.post('/logout', (req, res, next) => {
  req.session.destroy((error) => {
    if (error) next(error);
    else res.sendStatus(204);
  });
});

// Only if this file is started, and not if a test requires it.
if (require.main === module) {
  const server = app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', () => {
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
    console.log(`http://127.0.0.1:${port}`);
  });
}

module.exports = { app };
