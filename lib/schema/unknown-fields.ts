import { ANY_KEY } from './issue-paths.js';
import { matchItems } from './match-items.js';
import { isPlain, sameEncoded, type EncodedPayload } from './encoded-payload.js';

/**
 * Adds the fields that the store holds but the schema does not know, so that a change by this release does not remove
 * them. Another release of the app may have stored them, or the schema may leave them out.
 *
 * @param stored - the encoded payload as it is stored
 * @param known - what the schema keeps of `stored`
 * @param mine - the new encoded payload
 */
export function keepUnknown(stored: EncodedPayload, known: EncodedPayload, mine: EncodedPayload): EncodedPayload {
  const whole: Record<string, unknown> = { ...mine };
  for (const [field, value] of Object.entries(stored)) {
    if (field === '__proto__') continue;
    if (Object.hasOwn(known, field)) {
      if (Object.hasOwn(mine, field)) whole[field] = keepInside(value, known[field], mine[field]);
    } else if (!Object.hasOwn(mine, field)) {
      whole[field] = value;
    }
  }
  return whole;
}

function keepInside(stored: unknown, known: unknown, mine: unknown): unknown {
  if (isPlain(stored) && isPlain(known) && isPlain(mine)) return keepUnknown(stored, known, mine);
  if (Array.isArray(stored) && Array.isArray(known) && Array.isArray(mine) && stored.length === known.length) {
    const found = matchItems(known, mine);
    return mine.map((item: unknown, at): unknown => {
      const index = found[at];
      return index === undefined ? item : keepInside(stored[index], known[index], item);
    });
  }
  return sameEncoded(known, mine) ? stored : mine;
}

/** How many fields of one record are reported. */
const MOST = 50;

/**
 * Returns the paths of the fields that the store holds but the schema does not know. Each path is listed once, and there
 * are at most 50.
 * @param publicPath - replaces keys that a client may have chosen
 */
export function findUnknown(
  stored: EncodedPayload,
  known: EncodedPayload,
  publicPath: (path: readonly PropertyKey[]) => readonly PropertyKey[],
): PropertyKey[][] {
  const found = new Map<string, PropertyKey[]>();
  const path: PropertyKey[] = [];
  look(stored, known);
  return [...found.values()];

  function look(value: unknown, kept: unknown): void {
    if (found.size === MOST) return;
    if (isPlain(value) && isPlain(kept)) {
      for (const field of Object.keys(value)) {
        if (field === '__proto__') continue;
        path.push(field);
        if (Object.hasOwn(kept, field)) look(value[field], kept[field]);
        else note();
        path.pop();
      }
    } else if (Array.isArray(value) && Array.isArray(kept) && value.length === kept.length) {
      path.push(0);
      for (let i = 0; i < value.length; i++) look(value[i], kept[i]);
      path.pop();
    }
  }

  function note(): void {
    const field = path.at(-1);
    const where = publicPath(path.slice(0, -1)).map((part) => (typeof part === 'number' ? ANY_KEY : part));
    const all = [...where, typeof field === 'string' && isName(field) ? field : ANY_KEY];
    const text = all.map(String).join('\0');
    if (found.size < MOST && !found.has(text)) found.set(text, all);
  }
}

/** Whether a key looks like the name of a field in code. Other keys may be data, such as an address, an id, or a number. */
function isName(key: string): boolean {
  return /^[A-Za-z_$][\w$]{0,39}$/.test(key) && !/\d{4}/.test(key);
}
