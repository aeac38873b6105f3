import type { TSESTree } from '@typescript-eslint/types';
import type { SessionPath } from './session-sources.js';

/** The methods after which fields of a session are gone. */
export type EndMethod = 'destroy' | 'regenerate' | 'take' | 'become';

/** A call after which fields of a session are gone. */
export interface End {
  readonly method: EndMethod;
  readonly call: TSESTree.CallExpression;
  /** Whether the call is only on some of the ways to this point of the code. */
  readonly isPossible?: boolean;
}

/** One session: the call that ended all its fields, and the fields that differ from that. */
interface Ended {
  readonly path: SessionPath;
  readonly all: End | undefined;
  /** By field: the call that ended it; `undefined` if the field is known to have a value, or was checked. */
  readonly fields: ReadonlyMap<string, End | undefined>;
}

/** Which fields of which sessions are gone at one point of the control flow. */
export class EndedFields {
  readonly #sessions = new Map<string, Ended>();

  /** What may hold at a point where several branches meet: a field that is gone at the end of one of them. */
  static merge(branches: readonly EndedFields[]): EndedFields {
    const merged = new EndedFields();
    for (const key of new Set(branches.flatMap((branch) => [...branch.#sessions.keys()]))) {
      const all = branches.map((branch) => branch.#sessions.get(key));
      const path = all.find((one) => one !== undefined)?.path;
      if (path === undefined) continue;
      const names = new Set(all.flatMap((one) => [...(one?.fields.keys() ?? [])]));
      const fields = [...names].map((name) => [name, mergeEnds(all.map((one) => one && find(one, name)))] as const);
      merged.#sessions.set(key, { path, all: mergeEnds(all.map((one) => one?.all)), fields: new Map(fields) });
    }
    return merged;
  }

  /** Whether no session is known to have lost a field. */
  get isEmpty(): boolean {
    return this.#sessions.size === 0;
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

  /** Every field of a session may have a value: it was assigned, or is of another session now. */
  forget(key: string): void {
    for (const [session, { path }] of this.#sessions) if (holds(key, path)) this.#sessions.delete(session);
  }

  /**
   * Other code gets an object that is the session, or has it, and may assign fields. It cannot do so after `destroy()`, because
   * changing an ended session is an error.
   */
  share(key: string): void {
    for (const [session, { path, all }] of this.#sessions)
      if (holds(key, path) && all?.method !== 'destroy') this.#sessions.delete(session);
  }

  /** The call after which a field is gone; `undefined` if the field has a value, as far as is known. */
  get(path: SessionPath, field: string): End | undefined {
    const session = this.#sessions.get(path.key);
    return session && find(session, field);
  }

  #set(path: SessionPath, field: string, end: End | undefined): void {
    const { all, fields } = this.#sessions.get(path.key) ?? { all: undefined, fields: [] };
    this.#sessions.set(path.key, { path, all, fields: new Map([...fields, [field, end]]) });
  }
}

/** Whether the object with a key is the session itself, its request, or an object that has the request. */
function holds(key: string, { key: session, carrier }: SessionPath): boolean {
  return key === session || key === carrier || carrier?.startsWith(`${key}.`) === true;
}

function find({ all, fields }: Ended, field: string): End | undefined {
  return fields.has(field) ? fields.get(field) : all;
}

function mergeEnds(ends: readonly (End | undefined)[]): End | undefined {
  const end = ends.find((one) => one !== undefined);
  const isEverywhere = ends.every((one) => one !== undefined && one.isPossible !== true);
  return end && { ...end, isPossible: !isEverywhere };
}
