/** What a model's threshold made of windows, by their ends. */
export interface WindowAlarms {
  readonly version: string;
  readonly violates: ReadonlyMap<number, boolean>;
}

/** How two models decided on windows that end at the same times; shares of these windows, which add up to 1. */
export interface Agreement {
  readonly a: string;
  readonly b: string;
  /** Windows that both judged. */
  readonly windows: number;
  readonly both: number;
  readonly onlyA: number;
  readonly onlyB: number;
  readonly neither: number;
}

/** The agreement of every two models on the windows that end after a time. */
export function agreementOf(models: readonly WindowAlarms[], afterMs: number): Agreement[] {
  return models.flatMap((a, index) => models.slice(index + 1).map((b) => agreementOfTwo(a, b, afterMs)));
}

function agreementOfTwo(a: WindowAlarms, b: WindowAlarms, afterMs: number): Agreement {
  const counts = { both: 0, onlyA: 0, onlyB: 0, neither: 0 };
  for (const [endMs, byA] of a.violates) {
    const byB = b.violates.get(endMs);
    if (endMs <= afterMs || byB === undefined) continue;
    counts[byA ? (byB ? 'both' : 'onlyA') : byB ? 'onlyB' : 'neither']++;
  }
  const windows = counts.both + counts.onlyA + counts.onlyB + counts.neither;
  const share = (count: number): number => (windows === 0 ? 0 : count / windows);
  return {
    a: a.version,
    b: b.version,
    windows,
    both: share(counts.both),
    onlyA: share(counts.onlyA),
    onlyB: share(counts.onlyB),
    neither: share(counts.neither),
  };
}
