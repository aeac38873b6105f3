import { randomUUID } from 'node:crypto';

export interface Note {
  readonly id: string;
  readonly text: string;
}

/** In place of a table in a database: the notes of each user, newest first. */
export class Notes {
  readonly #byUser = new Map<string, Note[]>();

  of(userId: string): readonly Note[] {
    return this.#byUser.get(userId) ?? [];
  }

  add(userId: string, text: string): Note {
    const note = { id: randomUUID(), text };
    this.#byUser.set(userId, [note, ...this.of(userId)]);
    return note;
  }

  /** Returns false if the user has no such note. */
  remove(userId: string, id: string): boolean {
    const notes = this.of(userId);
    const rest = notes.filter((note) => note.id !== id);
    this.#byUser.set(userId, rest);
    return rest.length < notes.length;
  }
}
