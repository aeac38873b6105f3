// The model: what a session must hold after what was answered, whatever the order on the server.
import type { Answer } from './site.js';
import type { Tally } from './tally.js';

interface Write {
  readonly value: unknown;
  readonly answer: Answer;
}

/** What clients have done to one session. Writes that were refused changed nothing; of those cut off nobody knows. */
export class Ledger {
  readonly #name: string;
  readonly #tally: Tally;
  readonly #increments: Answer[] = [];
  readonly #added: Answer[] = [];
  readonly #items: Write[] = [];
  readonly #same: Write[] = [];
  /** By field, in the order of its one writer. */
  readonly #fields = new Map<string, Write[]>();

  constructor(name: string, tally: Tally) {
    this.#name = name;
    this.#tally = tally;
  }

  incremented(answer: Answer): void {
    this.#increments.push(answer);
  }

  added(answer: Answer): void {
    this.#added.push(answer);
  }

  put(sku: string, answer: Answer): void {
    this.#items.push({ value: sku, answer });
  }

  wrote(field: string, value: unknown, answer: Answer): void {
    const writes = this.#fields.get(field) ?? [];
    writes.push({ value, answer });
    this.#fields.set(field, writes);
  }

  wroteSame(value: string, answer: Answer): void {
    this.#same.push({ value, answer });
  }

  /**
   * Whether a read that saw the session could see just this. Increments whose answers are not there yet are not known
   * here, so only the lower bound is looked at.
   */
  read(answer: Answer): void {
    const n = Number(answer.body['n']);
    const sure = this.#increments.filter(({ outcome, ended }) => outcome === 'done' && ended < answer.began).length;
    if (n < sure) this.#tally.violation('stale read', `${this.#name}: n is ${n}, and ${sure} had been answered before`);
  }

  /** Compares the payload with what it must be, once nothing is under way. */
  verify(payload: Readonly<Record<string, unknown>>): void {
    this.#verifyCount('n', this.#increments, Number(payload['n']));
    this.#verifyCount('m', this.#added, Number(payload['m']));
    this.#verifyCart(payload['cart'] as readonly unknown[] | undefined);
    for (const [field, writes] of this.#fields) {
      const ok = possible(writes, (earlier, later) => writes.indexOf(earlier) < writes.indexOf(later));
      if (!ok.includes(payload[field])) this.#say('write lost', `${field} is ${String(payload[field])}, not ${ok.join(' or ')}`); // prettier-ignore
    }
    const ok = possible(this.#same, (earlier, later) => earlier.answer.ended < later.answer.began);
    if (ok.includes(payload['same'])) return;
    const isKnown = payload['same'] === undefined || this.#same.some(({ value }) => value === payload['same']);
    this.#say(
      isKnown ? 'write overtaken' : 'value invented',
      `same is ${String(payload['same'])}, not ${ok.join(' or ')}`,
    );
  }

  #verifyCount(name: string, answers: readonly Answer[], n: number): void {
    const sure = answers.filter(({ outcome }) => outcome === 'done').length;
    const most = answers.filter(({ outcome }) => outcome !== 'refused').length;
    if (n < sure) this.#say('increment lost', `${name} is ${n}, not ${sure}`, sure - n);
    if (n > most) this.#say('increment counted twice', `${name} is ${n}, not ${most}`, n - most);
  }

  #verifyCart(cart: readonly unknown[] = []): void {
    const known = new Set(this.#items.map(({ value }) => value));
    const wrong = cart.filter((sku, at) => cart.indexOf(sku) !== at || !known.has(sku)).length;
    const lost = this.#items.filter(({ value, answer }) => answer.outcome === 'done' && !cart.includes(value)).length;
    if (lost + wrong > 0) this.#say('cart item lost', `${lost} lost, ${wrong} twice`, lost + wrong);
  }

  #say(kind: Parameters<Tally['violation']>[0], detail: string, times = 1): void {
    this.#tally.violation(kind, `${this.#name}: ${detail}`, times);
  }
}

/** The values that a field may have: of every write that none which is sure to be later has overwritten for certain. */
function possible(writes: readonly Write[], isBefore: (earlier: Write, later: Write) => boolean): unknown[] {
  const counted = writes.filter(({ answer }) => answer.outcome !== 'refused');
  const done = counted.filter(({ answer }) => answer.outcome === 'done');
  const standing = counted.filter((write) => !done.some((later) => isBefore(write, later)));
  const initial = done.length === 0 ? [undefined, 0] : [];
  return [...standing.map(({ value }) => value), ...initial];
}
