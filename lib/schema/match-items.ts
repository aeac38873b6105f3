import { isPlain, ownField, sameEncoded } from './encoded-payload.js';

/** How many fields of an item are tried as its name, and how many items with the same hash are compared. */
const MOST_FIELDS = 8;
const MOST_ALIKE = 8;

/**
 * Returns for each item of a changed list the index that it had before, or `undefined` if it is new. An equal item
 * matches, wherever it is now. Otherwise the item with the same name matches (`id`, or another field that no two items
 * share). Otherwise the item at the same index matches, unless the list has become shorter. The running time is
 * proportional to the size of the lists.
 */
export function matchItems(before: readonly unknown[], after: readonly unknown[]): (number | undefined)[] {
  const left = new Set(before.keys());
  const found = new Array<number | undefined>(after.length).fill(undefined);
  const take = (at: number, index: number): void => {
    found[at] = index;
    left.delete(index);
  };
  after.forEach((item, at) => {
    if (left.has(at) && sameEncoded(before[at], item)) take(at, at);
  });
  matchMoved(before, after, found, left, take);
  for (const field of namesOfItems(before)) matchNamed(field, before, after, found, left, take);
  if (after.length < before.length) return found;
  after.forEach((_, at) => {
    if (found[at] === undefined && left.has(at)) take(at, at);
  });
  return found;
}

type Take = (at: number, index: number) => void;
type Items = readonly unknown[];

/** Matches equal items at another index. */
function matchMoved(before: Items, after: Items, found: Items, left: ReadonlySet<number>, take: Take): void {
  if (left.size === 0) return;
  const byHash = new Map<number, number[]>();
  for (const index of left) {
    const hash = hashOf(before[index]);
    const alike = byHash.get(hash);
    if (alike === undefined) byHash.set(hash, [index]);
    else alike.push(index);
  }
  after.forEach((item, at) => {
    if (found[at] !== undefined) return;
    const alike = byHash.get(hashOf(item)) ?? [];
    const same = alike.slice(0, MOST_ALIKE).find((index) => sameEncoded(before[index], item));
    if (same === undefined) return;
    alike.splice(alike.indexOf(same), 1);
    take(at, same);
  });
}

/** Matches items that have changed but kept their name. */
function matchNamed(
  field: string,
  before: Items,
  after: Items,
  found: Items,
  left: ReadonlySet<number>,
  take: Take,
): void {
  const byName = new Map([...left].map((index) => [nameIn(before[index], field), index]));
  after.forEach((item, at) => {
    if (found[at] !== undefined) return;
    const name = nameIn(item, field);
    const index = name === undefined ? undefined : byName.get(name);
    if (index !== undefined && left.has(index)) take(at, index);
  });
}

/** Returns the fields that differ in all items: first those with the name of an identifier, then text, then numbers. */
function namesOfItems(items: Items): string[] {
  const [first] = items;
  if (typeof first !== 'object' || first === null) return [];
  const rank = (field: string): number =>
    /^(_?id|key|uuid)$/i.test(field) ? 0 : typeof nameIn(first, field) === 'string' ? 1 : 2;
  return Object.keys(first)
    .slice(0, MOST_FIELDS)
    .filter((field) => {
      const names = new Set(items.map((item) => nameIn(item, field)));
      return names.size === items.length && !names.has(undefined);
    })
    .sort((a, b) => rank(a) - rank(b));
}

function nameIn(item: unknown, field: string): string | number | undefined {
  const value = typeof item === 'object' && item !== null ? ownField(item, field) : undefined;
  return typeof value === 'string' || typeof value === 'number' ? value : undefined;
}

/** Returns a hash that is the same for equal values, regardless of the order of their keys. */
function hashOf(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((hash, item) => mix(hash, hashOf(item)), 7);
  if (!isPlain(value)) return textHash(`${typeof value} ${String(value)}`);
  let sum = 11;
  for (const key of Object.keys(value)) {
    if (value[key] !== undefined) sum = (sum + mix(textHash(key), hashOf(value[key]))) | 0;
  }
  return sum;
}

function textHash(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = mix(hash, text.charCodeAt(i));
  return hash;
}

function mix(hash: number, value: number): number {
  return (Math.imul(hash, 31) + value) | 0;
}
