/** Counts the turns of the event loop that other work gets while something runs. */
export async function turnsDuring<T>(work: () => Promise<T>): Promise<{ result: T; turns: number }> {
  let turns = 0;
  let next = setImmediate(tick);
  function tick(): void {
    turns += 1;
    next = setImmediate(tick);
  }
  const result = await work();
  clearImmediate(next);
  return { result, turns };
}
