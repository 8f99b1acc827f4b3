/** Wakes those who wait for a partition's next records: told by commits, so that nobody polls. */
export class Arrivals<Partition> {
  readonly #waiting = new Map<Partition, Set<() => void>>();

  /** Wakes everybody who waits for `partition`. */
  announce(partition: Partition): void {
    for (const wake of this.#waiting.get(partition) ?? []) wake();
  }

  /** Resolves at the next announcement, after `durationMs`, or when a signal aborts, whichever is first. */
  wait(partition: Partition, durationMs: number, signals: readonly AbortSignal[]): Promise<void> {
    if (signals.some((signal) => signal.aborted)) return Promise.resolve();
    const waiting = this.#waiting.get(partition) ?? new Set();
    this.#waiting.set(partition, waiting);
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        waiting.delete(wake);
        for (const signal of signals) signal.removeEventListener('abort', wake);
        resolve();
      };
      const timer = setTimeout(wake, durationMs);
      waiting.add(wake);
      for (const signal of signals) signal.addEventListener('abort', wake);
    });
  }
}
