import type { TSESTree } from '@typescript-eslint/types';
import type { SessionPath } from './access-paths.js';

/** The methods after which fields of a session are gone. */
export type EndMethod = 'destroy' | 'regenerate' | 'take' | 'become';

/** A call after which fields of a session are gone. */
export interface End {
  readonly method: EndMethod;
  readonly call: TSESTree.CallExpression;
}

/** One session: the call that ended all its fields, and the fields for which something else holds. */
interface Ended {
  readonly path: SessionPath;
  readonly all: End | undefined;
  /** By field: the call that ended it, or `undefined` if the field is known to be there, or was checked. */
  readonly fields: ReadonlyMap<string, End | undefined>;
}

/** Which fields of which sessions are gone at one point of the control flow. */
export class EndedFields {
  readonly #sessions = new Map<string, Ended>();

  /** What may hold where several branches meet: a field that is gone at the end of one of them. */
  static merge(branches: readonly EndedFields[]): EndedFields {
    const merged = new EndedFields();
    for (const key of new Set(branches.flatMap((branch) => [...branch.#sessions.keys()]))) {
      const all = branches.flatMap((branch) => branch.#sessions.get(key) ?? []);
      const [first] = all;
      if (first === undefined) continue;
      const names = new Set(all.flatMap(({ fields }) => [...fields.keys()]));
      const fields = [...names].map((name) => [name, endOf(all, (one) => find(one, name))] as const);
      merged.#sessions.set(key, { path: first.path, all: endOf(all, (one) => one.all), fields: new Map(fields) });
    }
    return merged;
  }

  /** All fields of a session are gone, except those that the call itself sets. */
  endAll(path: SessionPath, end: End, set: readonly string[] = []): void {
    this.#sessions.set(path.key, { path, all: end, fields: new Map(set.map((field) => [field, undefined])) });
  }

  /** One field is gone. */
  endField(path: SessionPath, field: string, end: End): void {
    this.#set(path, field, end);
  }

  /** A field has been assigned, or checked. */
  know(path: SessionPath, field: string): void {
    if (this.#sessions.has(path.key)) this.#set(path, field, undefined);
  }

  /** Every field may have been assigned. */
  forget(path: SessionPath): void {
    this.#sessions.delete(path.key);
  }

  /**
   * Other code gets the session, or its request, and may assign fields. After `destroy()` it may not, because a change of an
   * ended session is an error.
   */
  share(key: string): void {
    for (const [session, { path, all }] of this.#sessions)
      if ((session === key || path.request === key) && all?.method !== 'destroy') this.#sessions.delete(session);
  }

  /** The call after which a field is gone; `undefined` if it is there, as far as is known. */
  get(path: SessionPath, field: string): End | undefined {
    const session = this.#sessions.get(path.key);
    return session && find(session, field);
  }

  #set(path: SessionPath, field: string, end: End | undefined): void {
    const { all, fields } = this.#sessions.get(path.key) ?? { all: undefined, fields: [] };
    this.#sessions.set(path.key, { path, all, fields: new Map([...fields, [field, end]]) });
  }
}

function find({ all, fields }: Ended, field: string): End | undefined {
  return fields.has(field) ? fields.get(field) : all;
}

function endOf(sessions: readonly Ended[], choose: (session: Ended) => End | undefined): End | undefined {
  for (const session of sessions) {
    const end = choose(session);
    if (end !== undefined) return end;
  }
  return undefined;
}
