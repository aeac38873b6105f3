/** What the model holds to be wrong, by the names that the program prints. */
export const PROMISES = {
  'increment lost': 'no answered increment is lost',
  'increment counted twice': 'no increment is counted twice',
  'write lost': 'no answered write of a field of its own is lost',
  'cart item lost': 'no answered cart item is lost, or there twice',
  'write overtaken': 'of writes to one field none stands that another followed',
  'value invented': 'every value was written by somebody',
  'stale read': 'a read shows what was answered before it began',
  'token taken twice': 'no token is taken twice',
  'token lost': 'no token is lost',
  'served after its end': 'no session is served to a request that began after its end was answered',
  'record after its end': 'no record is left or made anew after an end',
  'logged out': 'nobody is logged out',
  'sessions of a client': 'a client has exactly one session after its id rotated',
  'sessions of a principal': 'a principal has the sessions that were not ended, and no more than the cap',
  'unexpected answer': 'every answer is a success or a documented 401 or 409',
  hang: 'every request is answered',
} as const;

/** One of the things that the model holds to be wrong. */
export type Violation = keyof typeof PROMISES;

export const VIOLATIONS = Object.keys(PROMISES) as readonly Violation[];

/** What a run on one store has counted. */
export class Tally {
  readonly operations = new Map<string, number>();
  readonly answers = new Map<string, number>();
  readonly #violations = new Map<Violation, string[]>();
  rounds = 0;

  count(operation: string, answer: string): void {
    this.operations.set(operation, (this.operations.get(operation) ?? 0) + 1);
    this.answers.set(answer, (this.answers.get(answer) ?? 0) + 1);
  }

  /** @param times - how many increments, tokens or whatever it is */
  violation(kind: Violation, detail: string, times = 1): void {
    const told = this.#violations.get(kind) ?? [];
    for (let at = 0; at < times; at++) told.push(detail);
    this.#violations.set(kind, told);
  }

  of(kind: Violation): readonly string[] {
    return this.#violations.get(kind) ?? [];
  }

  get requests(): number {
    return [...this.operations.values()].reduce((sum, count) => sum + count, 0);
  }
}
