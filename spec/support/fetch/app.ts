import { Client } from '../app.js';

export * from '../app.js';

// The specs of spec/sessions run a second time on the fetch API, in the vitest project "fetch". There, this file replaces
// support/app.js, and support/fetch/entry.ts replaces typed-session.

interface Sessions {
  load(request: Request): Promise<object>;
  commit(request: Request, response: Response): Promise<Response>;
  of(request: Request): object;
}
type Next = (error?: Error) => void;
type Handler = (req: Request, res: AppResponse, next: Next) => unknown;
type ErrorHandler = (error: unknown, req: Request, res: AppResponse, next: Next) => unknown;
type Layer = (req: Request, res: AppResponse) => Promise<unknown>;

/** The part of Express's response that the specs use. `end` sends it. */
class AppResponse {
  statusCode = 200;
  headersSent = false;
  readonly #headers = new Headers();
  readonly #send: (response: Response) => void;

  constructor(send: (response: Response) => void) {
    this.#send = send;
  }

  status(status: number): this {
    this.statusCode = status;
    return this;
  }

  setHeader(name: string, value: string): this {
    this.#headers.set(name, value);
    return this;
  }

  cookie(name: string, value: string): this {
    this.#headers.append('Set-Cookie', `${name}=${value}; Path=/`);
    return this;
  }

  json(value: unknown): this {
    const text = JSON.stringify(value);
    return this.setHeader('Content-Type', 'application/json').end(text);
  }

  send(text: string): this {
    return this.end(text);
  }

  sendStatus(status: number): this {
    return this.status(status).end(String(status));
  }

  redirect(path: string): this {
    return this.setHeader('Location', path).status(302).end();
  }

  end(text = ''): this {
    if (this.headersSent) return this;
    this.headersSent = true;
    const body = this.statusCode === 204 || this.statusCode === 304 ? null : text;
    this.#send(new Response(body, { status: this.statusCode, headers: this.#headers }));
    return this;
  }
}

/** The part of an Express app that the specs use. */
class App {
  readonly #opened = new WeakMap<Request, readonly Sessions[]>();
  readonly #layers: Layer[] = [];
  readonly #errorHandlers: ErrorHandler[] = [];
  #trustsProxy = false;

  set(option: 'trust proxy', value: unknown): void {
    this.#trustsProxy = option === 'trust proxy' && Boolean(value);
  }

  use(...layers: readonly (Sessions | Handler | ErrorHandler)[]): this {
    for (const layer of layers) {
      if (typeof layer !== 'function') {
        this.#layers.push((req) => this.#open(layer, req));
      } else if (layer.length === 4) this.#errorHandlers.push(layer as ErrorHandler);
      else this.#layers.push((req, res) => run(layer as Handler, req, res));
    }
    return this;
  }

  get(path: string, ...handlers: readonly Handler[]): this {
    const pattern = new RegExp(`^${path.replaceAll(/:(\w+)/g, '(?<$1>[^/]+)')}/?$`);
    for (const handler of handlers) {
      this.#layers.push(async (req, res) => {
        const match = pattern.exec(new URL(req.url).pathname);
        if (match === null) return undefined;
        Object.assign(req, { params: { ...match.groups } });
        return run(handler, req, res);
      });
    }
    return this;
  }

  readonly fetch: typeof fetch = async (input, init) => {
    const asked = new Request(input, init);
    const isHttps = this.#trustsProxy && asked.headers.get('X-Forwarded-Proto') === 'https';
    const req = isHttps ? new Request(asked.url.replace('http:', 'https:'), asked) : asked;
    const { searchParams, pathname, hostname } = new URL(req.url);
    Object.assign(req, { query: Object.fromEntries(searchParams), path: pathname, hostname });
    try {
      return await this.#respond(req, async (res) => {
        for (const layer of this.#layers) await layer(req, res);
        res.status(404).end();
      });
    } catch (error) {
      return this.#respond(req, (res) => this.#handleError(error, req, res));
    }
  };

  /** A handler may continue after it has responded. As on Express, the commit begins when it calls `end`. */
  #respond(req: Request, handle: (res: AppResponse) => Promise<unknown>): Promise<Response> {
    return new Promise((resolve, reject) => {
      const res = new AppResponse((response) => {
        this.#commit(req, response).then(resolve, reject);
      });
      handle(res).catch(reject);
    });
  }

  async #open(sessions: Sessions, req: Request): Promise<void> {
    if (!('session' in req)) Object.defineProperty(req, 'session', { get: () => sessions.of(req) });
    await sessions.load(req);
    this.#opened.set(req, [...(this.#opened.get(req) ?? []), sessions]);
  }

  async #commit(req: Request, response: Response): Promise<Response> {
    let sent = response;
    for (const sessions of this.#opened.get(req) ?? []) sent = await sessions.commit(req, sent);
    return sent;
  }

  #handleError(
    error: unknown,
    req: Request,
    res: AppResponse,
    [first, ...rest] = this.#errorHandlers,
  ): Promise<unknown> {
    if (first !== undefined) {
      const handled = run((_req, _res, next) => first(error, req, res, next), req, res);
      return handled.catch((reason: unknown) => this.#handleError(reason, req, res, rest));
    }
    const { status = 500, name, code, message } = error as Error & { status?: number; code?: string };
    return Promise.resolve(res.status(status).json({ error: name, code, message }));
  }
}

/** Resolves when the handler calls `next`. If the handler responds instead, it never resolves. */
function run(handler: Handler, req: Request, res: AppResponse): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const next: Next = (error) => {
      if (error === undefined) resolve(undefined);
      else reject(error);
    };
    Promise.resolve(handler(req, res, next)).catch(reject);
  });
}

/** Registers no test, because these tests are about Express or a stream. */
export const itOnExpress = Object.assign(() => undefined, { each: () => () => undefined });

/** {@link makeApp} on the fetch API, without a socket. */
export function makeApp(build: (app: App) => void): Promise<Client> {
  const app = new App();
  build(app); // it has what the specs use of an Express app
  return Promise.resolve(new Client('http://127.0.0.1', app.fetch));
}
