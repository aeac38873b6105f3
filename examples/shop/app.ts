import { join } from 'node:path';
import express, { type Express, type RequestHandler } from 'express';
import { AccountController } from './controllers/account.js';
import { AdminController } from './controllers/admin.js';
import { addItem, changeItem, removeItem, showCart } from './controllers/cart.js';
import { showCatalogue } from './controllers/catalogue.js';
import { CheckoutController } from './controllers/checkout.js';
import { DevicesController } from './controllers/devices.js';
import { logIn, logOut, showLogin } from './controllers/login.js';
import { notFound, redirectToLogin, showError } from './errors.js';
import type { Sessions } from './session.js';

export function makeApp(sessions: Sessions, { proxies = 0 } = {}): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('trust proxy', proxies); // behind a proxy, X-Forwarded-Proto decides whether a request came over TLS
  app.use(headers);
  // These need no session, so they come before the middleware.
  app.use(express.static(join(import.meta.dirname, 'public'), { maxAge: '1h' }));
  app.get('/healthz', (_req, res) => void res.send('ok'));

  app.use(notCached, sessions, express.urlencoded({ extended: false, limit: '10kb' }));
  app.get('/', showCatalogue);
  app.get('/cart', showCart);
  app.post('/cart', addItem);
  app.post('/cart/:sku', changeItem);
  app.post('/cart/:sku/remove', removeItem);
  app.get('/login', showLogin);
  app.post('/login', logIn);
  app.post('/logout', logOut);

  const account = new AccountController(sessions);
  app.get('/account', account.show);
  const checkout = new CheckoutController();
  app.get('/checkout', checkout.show);
  app.post('/checkout', checkout.place);
  const devices = new DevicesController(sessions);
  app.get('/devices', devices.show);
  app.post('/devices/revoke-others', devices.revokeOthers);
  app.post('/devices/:key/revoke', devices.revoke);
  const admin = new AdminController(sessions);
  app.get('/admin', admin.show);
  app.post('/admin/users/:id/revoke', admin.revoke);

  app.use(notFound, redirectToLogin, showError);
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
const notCached: RequestHandler = (_req, res, next) => {
  res.set('Cache-Control', 'no-store');
  next();
};
