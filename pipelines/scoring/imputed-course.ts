import type { FeatureWindows } from '../ports.ts';
import { combinedInUnits, courseOf, type Course, type TimedWindow } from './course.ts';
import type { WholeReconstruction } from './whole-reconstruction.ts';

/** A course with what a model puts where nothing was observed: to be drawn, never to be scored. */
export interface ImputedCourse {
  readonly course: Course;
  /** rows x scored channels, row-major, in channel units; NaN where a value was observed, or nothing can be said. */
  readonly imputed: Float32Array;
  /** How often guesses were replaced, and by how much the last time: root mean square, in scaled units. */
  readonly rounds: number;
  readonly lastChange: number;
  readonly hasConverged: boolean;
}

/** When guesses are good enough. */
export interface ImputationLimits {
  readonly mostRounds: number;
  /** Root mean square change of a round, in scaled units, below which it ends. */
  readonly tolerance: number;
}

export const imputationLimits: ImputationLimits = { mostRounds: 30, tolerance: 0.003 };

/** Share of a window's scored cells of which a model can still tell what the others are. */
const leastKnownShare = 0.5;

/**
 * Fills the cells of scored channels that are not known from what the others say: guesses (see fillGuesses) are given to the
 * model, replaced by their reconstruction, the mean over the windows that cover a cell, and so on until they stay: for a linear
 * autoencoder this is the imputation of principal component analysis by expectation and maximisation (Roweis, EM Algorithms for
 * PCA and SPCA, 1998). Windows of which less than {@link leastKnownShare} is known say nothing. The windows themselves are not
 * changed.
 */
export async function imputedCourse(
  model: WholeReconstruction,
  all: readonly TimedWindow[],
  { mostRounds, tolerance }: ImputationLimits = imputationLimits,
): Promise<ImputedCourse> {
  const { definition, scaler } = model.bundle.manifest;
  const { layout } = model;
  const course = courseOf(definition, all);
  const { windows, encoded } = withGaps(model, all);
  const gaps = new GapCells(course, definition.intervalMs, windows, encoded, layout);
  let rounds = 0;
  let lastChange = gaps.isEmpty ? 0 : Infinity;
  let rebuilt: Float32Array = new Float32Array(encoded.weight.length);
  while (rounds < mostRounds && lastChange > tolerance) {
    rebuilt = await model.reconstruct(encoded);
    lastChange = gaps.replace(rebuilt);
    rounds++;
  }
  const combined = combinedInUnits(layout, scaler, course, definition.intervalMs, windows, rebuilt);
  layout.scored.forEach(({ offset }, channel) => {
    for (let row = 0; row < course.rows; row++)
      if (!gaps.has(row, offset)) combined[row * layout.scored.length + channel] = Number.NaN;
  });
  return { course, imputed: combined, rounds, lastChange, hasConverged: lastChange <= tolerance };
}

/** The windows of which some is not known and enough is, as the model sees them. */
function withGaps(
  model: WholeReconstruction,
  all: readonly TimedWindow[],
): { readonly windows: readonly TimedWindow[]; readonly encoded: FeatureWindows } {
  const { weight } = model.encode(all);
  const cells = weight.length / Math.max(1, all.length);
  const windows = all.filter((_, index) => {
    const own = weight.subarray(index * cells, (index + 1) * cells);
    const known = own.reduce((sum, one) => sum + one, 0);
    return known < cells && known >= leastKnownShare * cells;
  });
  return { windows, encoded: model.encode(windows) };
}

/** The cells of a course that are not known: where they stand in each window that covers them. */
class GapCells {
  readonly #width: number;
  readonly #features: Float32Array;
  /** By cell of the course: its sum over windows, while a round lasts, and how many windows there are. */
  readonly #sums: Float64Array;
  readonly #counts: Uint16Array;
  /** Of each cell in each window: index in the course, in a reconstruction, and among the features. */
  readonly #places: { readonly cell: number; readonly rebuilt: number; readonly feature: number }[] = [];

  constructor(
    course: Course,
    intervalMs: number,
    windows: readonly TimedWindow[],
    { features, weight }: FeatureWindows,
    { rows, features: columns, scoredFeatures }: WholeReconstruction['layout'],
  ) {
    this.#width = scoredFeatures;
    this.#features = features;
    this.#sums = new Float64Array(course.rows * scoredFeatures);
    this.#counts = new Uint16Array(course.rows * scoredFeatures);
    for (const [at, known] of weight.entries()) {
      if (known !== 0) continue;
      const column = at % scoredFeatures;
      const windowRow = Math.floor(at / scoredFeatures);
      const firstRow = (windows[Math.floor(windowRow / rows)]!.startMs - course.startMs) / intervalMs;
      const cell = (firstRow + (windowRow % rows)) * scoredFeatures + column;
      this.#places.push({ cell, rebuilt: at, feature: windowRow * columns + column });
      this.#counts[cell]!++;
    }
  }

  get isEmpty(): boolean {
    return this.#places.length === 0;
  }

  has(row: number, column: number): boolean {
    return this.#counts[row * this.#width + column]! > 0;
  }

  /** Puts into every cell what windows say of it together; the root mean square of how far that is from what was there. */
  replace(rebuilt: Float32Array): number {
    this.#sums.fill(0);
    for (const place of this.#places) this.#sums[place.cell]! += rebuilt[place.rebuilt]!;
    let squares = 0;
    for (const { cell, feature } of this.#places) {
      const value = this.#sums[cell]! / this.#counts[cell]!;
      squares += (value - this.#features[feature]!) ** 2;
      this.#features[feature] = value;
    }
    return Math.sqrt(squares / this.#places.length);
  }
}
