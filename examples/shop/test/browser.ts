import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { MemoryStore } from 'typed-session';
import { makeApp } from '../app.js';
import { openSessions } from '../session.js';

/** Starts the shop on a free port with an empty store. It stops when the test ends. */
export async function openShop(test: TestContext): Promise<string> {
  const app = makeApp(openSessions(new MemoryStore(), 'a secret that only the tests use, 32+'));
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  test.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A client that keeps its session cookie and follows redirects. */
export class Browser {
  readonly #base: string;
  readonly #userAgent: string;
  #cookie = '';

  constructor(base: string, userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0') {
    this.#base = base;
    this.#userAgent = userAgent;
  }

  get cookie(): string {
    return this.#cookie;
  }

  get(path: string): Promise<Page> {
    return this.#send(path);
  }

  post(path: string, form: Record<string, string> = {}): Promise<Page> {
    return this.#send(path, form);
  }

  logIn(login: string, password: string): Promise<Page> {
    return this.post('/login', { login, password });
  }

  async #send(path: string, form?: Record<string, string>): Promise<Page> {
    const response = await fetch(this.#base + path, {
      method: form === undefined ? 'GET' : 'POST',
      body: form === undefined ? null : new URLSearchParams(form),
      headers: { accept: 'text/html', 'user-agent': this.#userAgent, cookie: this.#cookie },
      redirect: 'manual',
    });
    for (const line of response.headers.getSetCookie()) {
      const [, value = ''] = /^shop=([^;]*)/.exec(line) ?? [];
      this.#cookie = value === '' ? '' : `shop=${value}`;
    }
    const body = await response.text();
    const location = response.headers.get('location');
    return location === null ? { path, status: response.status, body } : this.#send(location);
  }
}

export interface Page {
  /** Where the redirects ended. */
  readonly path: string;
  readonly status: number;
  readonly body: string;
}
