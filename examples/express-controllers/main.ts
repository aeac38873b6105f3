import type { AddressInfo } from 'node:net';
import express from 'express';
import { AccountController, LoginController, NotesController } from './account.js';
import { sessions } from './session.js';

const app = express();
app.use(express.json(), sessions);

// The decorators bind each method to its object, so that it can be passed to Express without .bind().
const account = new AccountController();
const notes = new NotesController();
app.get('/prices', account.prices);
app.post('/login', new LoginController().login);
app.get('/account', account.show);
app.post('/account/notes', account.addNote);
app.get('/account/notes', notes.list);
app.delete('/account/notes', notes.clear);
app.post('/logout', account.logout);

const server = app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
});
