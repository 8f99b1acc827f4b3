/**
 * Does work on items, several at once, each lane with something of its own that is opened when it starts and closed at its
 * end. Results are in the order of the items. After the first failure no lane takes another item, and that failure is thrown
 * once all have stopped.
 */
export async function inLanes<Item, Own, Result>(
  items: readonly Item[],
  lanes: number,
  open: () => Promise<Own>,
  close: (own: Own) => Promise<unknown>,
  work: (item: Item, own: Own) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const failures: unknown[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    const own = await open();
    try {
      while (next < items.length && failures.length === 0) {
        const index = next++;
        results[index] = await work(items[index]!, own);
      }
    } catch (error) {
      failures.push(error);
    } finally {
      await close(own);
    }
  };
  await Promise.all(Array.from({ length: Math.min(lanes, items.length) }, lane));
  if (failures.length > 0) throw failures[0];
  return results;
}
