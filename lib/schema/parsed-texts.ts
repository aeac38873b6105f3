import { RecentMap } from '../recent-map.js';
import { isPlain, type EncodedPayload } from './encoded-payload.js';
import { isJsonExact } from './json-values.js';

/** How many characters of text are remembered at least, with the objects that were parsed from them. */
const REMEMBERED = 2_000_000;

/** A stored text, and the result of `JSON.parse`. The value is never changed. */
export interface ParsedText {
  readonly text: string;
  readonly value: EncodedPayload;
  /** Whether the schema is known to keep exactly this value. */
  isExact: boolean;
}

/**
 * Remembers what was parsed last, by the record's key in the store. It saves the parsing if the store returns the same text
 * again, as it does for most requests of a client that comes back. The value is still validated and decoded each time.
 */
export class ParsedTexts {
  readonly #recent = new RecentMap<ParsedText>(REMEMBERED, ({ text }) => text.length);

  /** Parses a text, or finds what it was parsed to; `undefined` if it is not the JSON of an object. */
  find(key: string, text: string): ParsedText | undefined {
    const found = this.#recent.get(key);
    if (found?.text === text) return found;
    const value = parse(text);
    if (value === undefined) return undefined;
    const parsed = { text, value, isExact: false };
    this.#recent.set(key, parsed);
    return parsed;
  }

  /** Remembers a text, and the value that it was made from. */
  add(key: string, text: string, value: EncodedPayload, isExact: boolean): void {
    if (isJsonExact(value)) this.#recent.set(key, { text, value, isExact });
    else this.#recent.delete(key);
  }

  forget(key: string): void {
    this.#recent.delete(key);
  }
}

/** Parses a stored text; `undefined` if it is not the JSON of an object. */
export function parse(text: string): EncodedPayload | undefined {
  let encoded: unknown;
  try {
    encoded = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isPlain(encoded) ? encoded : undefined;
}
