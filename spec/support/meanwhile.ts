import { type } from 'arktype';
import type { Request, RequestHandler, Response } from 'express';
import { isoDate, MemoryStore, session, type Session, type StandardSchema } from 'typed-session';
import { z } from 'zod';
import { deferred, makeApp, ProbedStore, type Client } from './app.js';

interface Payload {
  a: number;
  b: number;
  n: number;
  notice?: string | undefined;
  cart: string[];
}
type Schema = StandardSchema<{ [F in keyof Payload]?: Payload[F] | undefined }, Payload>;
export type Mine = Session<Schema>;
type Options = Partial<Omit<Parameters<typeof session<Schema>>[0], 'schema' | 'store'>>;

const numbers = { a: z.number().default(0), b: z.number().default(0), n: z.number().default(0) };
const rest = { notice: z.string().optional(), cart: z.array(z.string()).default([]) };
/** The same payload by schemas that encode it in each their way. */
export const schemas = {
  'without codecs': z.object({ ...numbers, ...rest }),
  'with codecs': z.object({ ...numbers, ...rest, at: isoDate.default(() => new Date(0)) }),
  'that hands objects through': z.object({ ...numbers, ...rest, cart: z.custom<string[]>(Array.isArray).default([]) }),
  'of another library': type({
    a: 'number = 0',
    b: 'number = 0',
    n: 'number = 0',
    'notice?': 'string',
    cart: type('string[]').default(() => []),
  }),
} satisfies Record<string, Schema>;

/** A {@link openMeanwhile} app. */
export interface Opened {
  readonly client: Client;
  readonly store: ProbedStore;
  /** What a handler does while the store is at work on the next write: once, before the store sees it. */
  readonly meanwhile: (operation: 'create' | 'update', change: () => Promise<void> | void) => void;
  /** The same, while another request is faster: there is a conflict to merge. */
  readonly conflicting: (change: () => void) => void;
}
type Handler = (mine: Mine, res: Response, opened: Opened, req: Request) => Promise<void> | void;

/** An app with the handler of a test under `/`, what is stored under `/stored`, and somebody who changes `n` under `/other`. */
export async function openMeanwhile(schema: Schema, handler: Handler, options: Options = {}): Promise<Opened> {
  const store = new ProbedStore(new MemoryStore());
  const sessions = session<Schema>({ schema, secret: 's', ...options, store });
  const to =
    (handle: Handler): RequestHandler =>
    (req, res) =>
      handle(sessions.of(req), res, opened, req);
  const client = await makeApp((app) => {
    app.use(sessions);
    app.get('/', to(handler));
    app.get('/begin', to((mine, res) => { Object.assign(mine, { notice: 'hello', cart: ['tea'] }); res.end(); })); // prettier-ignore
    app.get('/other', to((mine, res) => { mine.n += 1; res.end(); })); // prettier-ignore
    app.get('/stored', to((mine, res) => void res.json(mine))); // prettier-ignore
  });
  const meanwhile: Opened['meanwhile'] = (operation, change) => {
    store.before[operation] = async () => {
      store.before = {};
      await change();
    };
  };
  const opened: Opened = {
    client,
    store,
    meanwhile,
    conflicting: (change) => {
      meanwhile('update', async () => {
        await client.copy().get('/other');
        change();
      });
    },
  };
  return opened;
}

/** Sends the head and a first byte, and waits until the commit before it is done. */
export function stream(res: Response): Promise<void> {
  const { promise, resolve } = deferred();
  res.write('x', () => { resolve(); }); // prettier-ignore
  return promise;
}
