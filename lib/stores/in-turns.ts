import { nextTurn } from '../timers.js';

/** How many items are converted before other work has its turn. With 2 kB in each, a page takes less than a millisecond. */
const PAGE = 100;

/** Converts items one by one. Other work has its turn after each page of them, so that thousands do not block the process. */
export async function mapInTurns<T, R>(items: readonly T[], convert: (item: T) => R): Promise<R[]> {
  const converted: R[] = [];
  for (const item of items) {
    if (converted.length > 0 && converted.length % PAGE === 0) await nextTurn();
    converted.push(convert(item));
  }
  return converted;
}

/** Splits items into pages. */
export function pagesOf<T>(items: readonly T[], size = PAGE): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, page) =>
    items.slice(page * size, (page + 1) * size),
  );
}
