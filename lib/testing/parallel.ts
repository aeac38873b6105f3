/** How many commands are on their way at once: enough to meet, and no more than a pool of connections queues. */
const WIDTH = 100;

/** Does something with each, many at a time, and gives the results in order. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  act: (item: Item, at: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const rest = items.entries(); // one iterator for all: whoever is free takes the next
  const work = async (): Promise<void> => {
    for (const [at, item] of rest) results[at] = await act(item, at);
  };
  await Promise.all(Array.from({ length: Math.min(WIDTH, items.length) }, work));
  return results;
}

/** Does the same several times at once. */
export function times<Result>(count: number, act: (at: number) => Promise<Result>): Promise<Result[]> {
  return Promise.all(Array.from({ length: count }, (_, at) => act(at)));
}
