// The site as its clients see it: several processes behind one name, over real HTTP with connections that are kept.
import { Agent, get } from 'node:http';
import type { Random } from './random.js';
import type { Tally } from './tally.js';

/** What came of a request. */
export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  /** When it was sent and when its answer was there, by a clock that counts these events of the driver. */
  readonly began: number;
  readonly ended: number;
  /** Stored for certain, not stored for certain, or nobody knows: the answer was an error or was cut off. */
  readonly outcome: 'done' | 'refused' | 'unknown';
}

/** What the sessions of a run can be held to. */
export interface Traits {
  /** Every store has compare-and-swap: nothing may be lost. */
  readonly atomic: boolean;
  /** The stores know whose a session is. */
  readonly principals: boolean;
}

const HANG = 20_000;

export class Site {
  /** The ports of the processes that requests go to; changes while a site moves. */
  ports: readonly number[] = [];
  readonly tally: Tally;
  readonly traits: Traits;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 48 });
  #clock = 0;

  constructor(tally: Tally, traits: Traits) {
    this.tally = tally;
    this.traits = traits;
  }

  /** @param random - decides which process it goes to */
  client(random: Random): Client {
    return new Client(this, random.fork(7));
  }

  /** Asks the store itself, through some process. */
  async ask(path: string): Promise<Readonly<Record<string, unknown>>> {
    const { body } = await this.send('ask', `/admin/${path}`, this.ports[0] ?? 0, '');
    return body;
  }

  /** @param cutAfter - the client goes away after so many milliseconds */
  send(
    operation: string,
    path: string,
    port: number,
    cookie: string,
    cutAfter?: number,
    jar?: Client,
  ): Promise<Answer> {
    const began = ++this.#clock;
    return new Promise((resolve) => {
      let cut: NodeJS.Timeout | undefined;
      const settle = (status: number, text: string, kind: string): void => {
        clearTimeout(cut);
        const body = status === 0 ? {} : parse(text);
        const outcome =
          status >= 200 && status < 400 ? 'done' : status === 401 || status === 409 ? 'refused' : 'unknown';
        this.tally.count(operation, kind);
        if (outcome === 'unknown' && kind !== 'cut') {
          this.tally.violation(
            kind === 'hang' ? 'hang' : 'unexpected answer',
            `${path}: ${kind} ${text.slice(0, 300)}`,
          );
        }
        resolve({ status, body, began, ended: ++this.#clock, outcome });
      };
      const request = get({ host: '127.0.0.1', port, path, agent: this.#agent, headers: cookie === '' ? {} : { cookie }, timeout: HANG }); // prettier-ignore
      let isOver: string | undefined;
      request.once('timeout', () => {
        isOver = 'hang';
        request.destroy();
      });
      request.once('error', (error) => {
        settle(0, error.message, isOver ?? 'error');
      });
      request.once('response', (response) => {
        // The cookies are in the jar as soon as the headers are here, in whatever order answers arrive.
        if (isOver === undefined) jar?.take(response.headers['set-cookie'] ?? []);
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.once('end', () => {
          settle(response.statusCode ?? 0, text, String(response.statusCode));
        });
        response.once('error', (error) => {
          settle(0, error.message, isOver ?? 'error');
        });
      });
      if (cutAfter !== undefined) {
        cut = setTimeout(() => {
          isOver = 'cut';
          request.destroy();
        }, cutAfter);
      }
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** A browser. */
export class Client {
  /** The cookie as it is sent. */
  cookie = '';
  readonly #site: Site;
  readonly #random: Random;

  constructor(site: Site, random: Random) {
    this.#site = site;
    this.#random = random;
  }

  /** The id of the session that the cookie names. */
  get id(): string {
    return /s:([^.]+)\./.exec(decodeURIComponent(this.cookie))?.[1] ?? '';
  }

  /** The same browser with the cookie that it has now, whatever comes later. */
  frozen(random: Random): Client {
    const copy = new Client(this.#site, random.fork(11));
    copy.cookie = this.cookie;
    return copy;
  }

  take(lines: readonly string[]): void {
    for (const line of lines) {
      const [pair = ''] = line.split(';');
      this.cookie = pair.endsWith('=') || /expires=thu, 01 jan 1970/i.test(line) ? '' : pair;
    }
  }

  do(operation: string, path = operation, cutAfter?: number): Promise<Answer> {
    const port = this.#random.pick(this.#site.ports);
    return this.#site.send(operation, `/${path}`, port, this.cookie, cutAfter, this);
  }
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}
