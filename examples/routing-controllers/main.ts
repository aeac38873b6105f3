import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { useExpressServer } from 'routing-controllers';
import { SessionErrorMiddleware } from 'typed-session/routing-controllers';
import { AccountController, LoginController } from './account.js';
import { sessions } from './session.js';

const app = express();
app.use(sessions);
useExpressServer(app, {
  controllers: [AccountController, LoginController],
  middlewares: [SessionErrorMiddleware],
});

const server = app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
});
