/** What the model holds to be wrong, by what is promised of it. */
export const PROMISES = {
  'nothing that was answered is lost, made up or counted twice': [
    'increment lost',
    'increment counted twice',
    'write lost',
    'write overtaken',
    'value invented',
    'cart item lost',
    'stale read',
  ],
  'every token is taken exactly once': ['token taken twice', 'token lost'],
  'no session is served or made anew after its end was answered': ['served after its end', 'record after its end'],
  'nobody is logged out; a client has one session, and a principal no more than the cap': [
    'logged out',
    'sessions of a client',
    'sessions of a principal',
  ],
  'every request is answered, by a success or a documented 401 or 409': ['unexpected answer', 'hang'],
} as const;

/** One of the things that the model holds to be wrong. */
export type Violation = (typeof PROMISES)[keyof typeof PROMISES][number];

export const VIOLATIONS: readonly Violation[] = Object.values(PROMISES).flat();

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
