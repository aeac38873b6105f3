import { count, type Terminal } from '../terminal.js';

/** How wide the bar is, in characters. */
const WIDTH = 24;

/** How often it is drawn at most, in milliseconds. */
const INTERVAL = 100;

/**
 * The progress of a long run, as one line on the standard error that is redrawn. Nothing is drawn if that is not a terminal.
 */
export class ProgressLine {
  readonly #terminal: Terminal;
  readonly #total: number | undefined;
  #drawnAt = -Infinity;

  /** @param total - how much there is to do, as far as the store knows */
  constructor(terminal: Terminal, total: number | undefined) {
    this.#terminal = terminal;
    this.#total = total === 0 ? undefined : total;
  }

  show(done: number, text: string): void {
    if (!this.#terminal.isInteractive || performance.now() - this.#drawnAt < INTERVAL) return;
    this.#drawnAt = performance.now();
    this.#terminal.writeError(`\r\u001b[K${this.#bar(done)}${text}`);
  }

  /** Removes the line. */
  end(): void {
    if (this.#terminal.isInteractive) this.#terminal.writeError('\r\u001b[K');
  }

  #bar(done: number): string {
    if (this.#total === undefined) return '';
    const share = Math.min(1, done / this.#total);
    const full = Math.round(share * WIDTH);
    return `${'█'.repeat(full)}${'░'.repeat(WIDTH - full)} ${String(Math.round(share * 100)).padStart(3)} % of ${count(this.#total)}  `;
  }
}

/** How many sessions a store has, if it can tell; shown as what a progress bar is measured by. */
export async function sizeOf(store: object): Promise<number | undefined> {
  const { size } = store as { size?: () => Promise<number> };
  if (typeof size !== 'function') return undefined;
  return size.call(store).catch(() => undefined); // a store made for express-session may have something else under this name
}
