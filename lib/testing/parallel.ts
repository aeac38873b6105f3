/** The number of commands that run at the same time: enough to collide, and no more than a connection pool can queue. */
const WIDTH = 100;

/** Calls a function for each item, many at a time, and returns the results in order. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  act: (item: Item, at: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const rest = items.entries(); // all workers share one iterator: a free one takes the next item
  const work = async (): Promise<void> => {
    for (const [at, item] of rest) results[at] = await act(item, at);
  };
  await Promise.all(Array.from({ length: Math.min(WIDTH, items.length) }, work));
  return results;
}

/** Calls a function several times at the same time. */
export function times<Result>(count: number, act: (at: number) => Promise<Result>): Promise<Result[]> {
  return Promise.all(Array.from({ length: count }, (_, at) => act(at)));
}
