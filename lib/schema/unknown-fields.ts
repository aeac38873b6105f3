import { isPlain, sameTree } from './tree.js';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Puts back what a newer version of the app had stored and this one does not know, so that a change made by this one
 * takes nothing away from it.
 *
 * @param stored - the tree as it was stored
 * @param known - what this version's schema keeps of it
 * @param mine - what this version wants to store
 */
export function keepUnknown(stored: Fields, known: Fields, mine: Fields): Fields {
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
  if (sameTree(known, mine)) return stored;
  if (isPlain(stored) && isPlain(known) && isPlain(mine)) return keepUnknown(stored, known, mine);
  if (!Array.isArray(stored) || !Array.isArray(known) || !Array.isArray(mine)) return mine;
  // An item is found again by what is known of it, wherever it stands now; a changed one by its place.
  const left = new Set(known.keys());
  const found = mine.map((item, at) => {
    const same = [at, ...left].find((index) => left.has(index) && sameTree(known[index], item));
    if (same !== undefined) left.delete(same);
    return same;
  });
  return mine.map((item: unknown, at): unknown => {
    const index = found[at] ?? (left.has(at) && mine.length === known.length ? at : undefined);
    return index === undefined ? item : keepInside(stored[index], known[index], item);
  });
}
