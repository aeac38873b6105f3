/** @import { ErrorRequestHandler, Response } from 'express' */
/** @import { SessionRequest } from 'typed-session' */
const express = require('express');
const { requireSession, SessionError } = require('typed-session');
const { sessions } = require('./session.js');

/** @param {SessionRequest<'userId'>} req @param {Response} res */
function account(req, res) {
  res.json({ userId: req.session.userId.toUpperCase(), cart: req.session.cart });
}

const app = express();
app.use(sessions);
app.post('/login/:user', (req, res) => {
  req.session.userId = req.params.user; // your app checks a password first
  res.sendStatus(204);
});
app.post('/cart/:sku', (req, res) => {
  req.session.cart.push(req.params.sku);
  res.json(req.session.cart);
});
app.get('/account', requireSession('userId'), account);
app.post('/logout', (req, res, next) => {
  req.session.destroy().then(() => res.sendStatus(204), next);
});

/** @type {ErrorRequestHandler} */
const onError = (error, req, res, next) => {
  if (error instanceof SessionError) res.status(error.status).json({ code: error.code });
  else next(error);
};
app.use(onError);

module.exports = { app };
if (require.main === module) app.listen(3000);
