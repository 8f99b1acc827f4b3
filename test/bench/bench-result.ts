/** What a benchmark says: a rate, and its ratio to something that the reader knows. */
export interface BenchResult {
  /** `decode`, or `score.dense`: the file's name, and what of it. */
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What the ratio compares with, run in the same process in turns. */
  readonly against: string;
  readonly ratio: number;
  /** More of the same measurement, by name with its unit. */
  readonly figures?: Readonly<Record<string, number>>;
}
