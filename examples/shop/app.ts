import { join } from 'node:path';
import express, { type Express, type RequestHandler } from 'express';
import { AccountController } from './controllers/account.js';
import { addItem, changeItem, removeItem, showCart } from './controllers/cart.js';
import { showCatalogue } from './controllers/catalogue.js';
import { CheckoutController } from './controllers/checkout.js';
import { logIn, logOut, showLogin } from './controllers/login.js';
import { leadToLogin, notFound, showError } from './errors.js';

export function makeApp(sessions: RequestHandler): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(headers);
  app.use(express.static(join(import.meta.dirname, 'public'), { maxAge: '1h' })); // before the sessions: it needs none
  app.use(privately, sessions, express.urlencoded({ extended: false, limit: '10kb' }));

  const account = new AccountController();
  const checkout = new CheckoutController();
  app.get('/', showCatalogue);
  app.get('/cart', showCart);
  app.post('/cart', addItem);
  app.post('/cart/:sku', changeItem);
  app.post('/cart/:sku/remove', removeItem);
  app.get('/login', showLogin);
  app.post('/login', logIn);
  app.post('/logout', logOut);
  app.get('/account', account.show);
  app.get('/checkout', checkout.show);
  app.post('/checkout', checkout.place);

  app.use(notFound, leadToLogin, showError);
  return app;
}

const headers: RequestHandler = (_req, res, next) => {
  res.set({
    'Content-Security-Policy': "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'", // prettier-ignore
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'same-origin',
  });
  next();
};

/** After a logout, the browser's Back button must not show the account. */
const privately: RequestHandler = (_req, res, next) => {
  res.set('Cache-Control', 'no-store');
  next();
};
