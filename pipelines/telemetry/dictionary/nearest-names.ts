/** The known names that are nearest to one that was meant, nearest first. */
export function nearestNames(meant: string, known: Iterable<string>, count: number): string[] {
  const distances = [...known].map((name) => ({ name, distance: editDistance(meant, name) }));
  return distances
    .sort((a, b) => a.distance - b.distance)
    .slice(0, count)
    .map(({ name }) => name);
}

/** Insertions, deletions and replacements between two texts (Levenshtein, 1966), of which only the first 40 characters count. */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (let i = 0; i < Math.min(from.length, 40); i++) {
    const current = [i + 1];
    for (let j = 0; j < to.length; j++) {
      const replaced = previous[j]! + (from[i] === to[j] ? 0 : 1);
      current.push(Math.min(replaced, previous[j + 1]! + 1, current[j]! + 1));
    }
    previous = current;
  }
  return previous[to.length]!;
}
