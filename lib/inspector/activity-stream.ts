import type { AnyRequest, AnyResponse } from '../node/node-messages.js';
import { after, every } from '../timers.js';
import type { Activity, ActivityEntry } from './activity.js';
import type { Html } from './inspector-html.js';
import { secure, sendText } from './inspector-response.js';

/** How many streams may be open in this process. */
const MOST_STREAMS = 20;

/** How long new entries are collected before they are sent, in milliseconds. */
const COLLECT = 250;

/** How often the counts are sent, in milliseconds. This also keeps proxies from closing the connection. */
const COUNTS = 5_000;

/** How long a stream lasts, in milliseconds. The browser opens the next one, and `authorize` is asked again. */
const LIFE = 60_000;

/** How many entries one message contains at most. */
const MOST_ENTRIES = 50;

/** Renders what is sent. */
interface Fragments {
  entries(entries: readonly ActivityEntry[]): Html;
  counts(): Html;
}

/** Sends activity to browsers as server-sent events (WHATWG HTML, section 9.2). */
export class ActivityStreams {
  readonly #activity: Activity;
  readonly #fragments: Fragments;
  readonly #open = new Set<() => void>();
  #isClosed = false;

  constructor(activity: Activity, fragments: Fragments) {
    this.#activity = activity;
    this.#fragments = fragments;
  }

  /** Responds with a stream of what happens from now on, or after the entry that the browser got last. */
  serve(request: AnyRequest, response: AnyResponse, since: string | undefined): void {
    if (this.#isClosed || this.#open.size >= MOST_STREAMS) {
      secure(response).setHeader('Retry-After', '30');
      sendText(response, 503, 'Too many streams are open. The page without them shows the same when it is reloaded.');
      return;
    }
    const lastSeen = request.headers['last-event-id'] ?? since;
    const stream = new Stream(response, this.#activity, this.#fragments, this.#idAfter(lastSeen));
    const end = (): void => {
      this.#open.delete(end);
      stream.end();
    };
    this.#open.add(end);
    response.once('close', end);
    stream.begin(end);
  }

  /** Ends all streams. */
  close(): void {
    this.#isClosed = true;
    for (const end of this.#open) end();
  }

  /** Another process may have sent the last entry: then only what happens from now on is new. */
  #idAfter(lastSeen: unknown): number {
    const [instance, id] = typeof lastSeen === 'string' ? lastSeen.split('-') : [];
    const number = Number(id);
    return instance === this.#activity.instance && Number.isSafeInteger(number) ? number : this.#activity.lastId;
  }
}

class Stream {
  readonly #response: AnyResponse;
  readonly #activity: Activity;
  readonly #fragments: Fragments;
  readonly #stops: (() => void)[] = [];
  #stopCollecting: (() => void) | undefined;
  #sent: number;
  #isPending = false;
  /** Whether the client reads more slowly than it is written to. Then nothing more is written. */
  #isFull = false;
  #hasEnded = false;

  constructor(response: AnyResponse, activity: Activity, fragments: Fragments, sent: number) {
    this.#response = response;
    this.#activity = activity;
    this.#fragments = fragments;
    this.#sent = sent;
  }

  begin(onLifeOver: () => void): void {
    const response = secure(this.#response);
    response.statusCode = 200;
    response.setHeader('Content-Type', 'text/event-stream; charset=utf-8');
    response.setHeader('Cache-Control', 'no-store, no-transform'); // otherwise compression middleware holds it back
    response.setHeader('X-Accel-Buffering', 'no'); // the same for nginx
    response.on('drain', () => {
      this.#isFull = false;
      this.#flush();
    });
    this.#write('retry: 2000\n\n');
    this.#flush();
    this.#stops.push(
      this.#activity.onEntry(() => {
        this.#schedule();
      }),
      every(COUNTS, () => {
        this.#send('counts', this.#fragments.counts());
      }),
      after(LIFE, onLifeOver, false),
    );
  }

  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    for (const stop of this.#stops) stop();
    this.#stopCollecting?.();
    this.#response.end();
  }

  #schedule(): void {
    if (this.#isPending) return;
    this.#isPending = true;
    this.#stopCollecting = after(
      COLLECT,
      () => {
        this.#isPending = false;
        this.#flush();
      },
      false,
    );
  }

  /** Sends the entries that are new. If there are too many, the oldest ones are left out. */
  #flush(): void {
    if (this.#isFull) return;
    const entries = this.#activity.entriesAfter(this.#sent).slice(-MOST_ENTRIES);
    const last = entries.at(-1);
    if (last === undefined) return;
    this.#sent = last.id;
    this.#send('entries', this.#fragments.entries(entries), `${this.#activity.instance}-${last.id}`);
  }

  #send(event: string, { text }: Html, id?: string): void {
    const data = JSON.stringify(text); // one line
    this.#write(`${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${data}\n\n`);
  }

  #write(text: string): void {
    if (this.#hasEnded || this.#isFull) return;
    // Both kinds of responses have `write`; compression middleware adds `flush`.
    const response = this.#response as { write(text: string): boolean; flush?(): void };
    this.#isFull = !response.write(text);
    response.flush?.();
  }
}
