import { strideRows, type StreamDefinition } from '../telemetry/stream-definition.ts';

/** A window that has errors of its strides. */
export interface StridedWindow {
  readonly windowEndMs: number;
  readonly reconstructionError: number;
}

/** What all windows that cover a stride say of it. */
export interface CombinedStride<Window> {
  readonly endMs: number;
  /** Mean over the windows. */
  readonly error: number;
  /** Of each of its rows, oldest first, the lower median over the windows with a say on it; empty where no window tells. */
  readonly rowErrors: Float32Array;
  /** How many windows that is of. */
  readonly windows: number;
  /** The one of them with the greatest error. */
  readonly worst: Window;
}

interface OpenStride<Window> {
  readonly endMs: number;
  sum: number;
  windows: number;
  worst: Window;
  /** The errors of its rows, by window that tells them. */
  readonly rowErrors: Float32Array[];
}

/** Snapshots of before tell nothing of rows. */
type StoredStride<Window> = Omit<OpenStride<Window>, 'rowErrors'> & Partial<Pick<OpenStride<Window>, 'rowErrors'>>;

/** What is not settled yet: plain data. */
export interface CombinedStridesState<Window> {
  readonly open: readonly Readonly<StoredStride<Window>>[];
  readonly settledToMs: number;
}

/**
 * Combines overlapping windows: the error of a stride is its mean over all windows that cover it. So what is odd is found where
 * it is, by everything that was seen around it, rather than wherever a window holds it. A stride is settled when no later
 * window can cover it: a window's length less a stride after it ended.
 */
export class CombinedStrides<Window extends StridedWindow> {
  readonly #strideMs: number;
  readonly #strideRows: number;
  /** Ascending. */
  #open: OpenStride<Window>[];
  /** Strides that end no later have had their say. */
  #settledToMs: number;

  constructor(
    definition: StreamDefinition,
    state: CombinedStridesState<Window> = { open: [], settledToMs: -Infinity },
  ) {
    this.#strideMs = definition.strideMs;
    this.#strideRows = strideRows(definition);
    this.#open = state.open.map(copied);
    this.#settledToMs = state.settledToMs;
  }

  get settledToMs(): number {
    return this.#settledToMs;
  }

  /**
   * Takes the next window; returns the strides that are settled by it, ascending. `strideErrors` are by stride, oldest first; the
   * newest ends with the window; NaN where nothing counts. `rowErrors` are by row alike, NaN where the window has no say, and empty
   * where it does not tell them; rows beyond whole strides are the oldest. They must not change afterwards.
   */
  push(window: Window, strideErrors: Float32Array, rowErrors: Float32Array): CombinedStride<Window>[] {
    const oldest = window.windowEndMs - (strideErrors.length - 1) * this.#strideMs;
    const firstRow = rowErrors.length - strideErrors.length * this.#strideRows;
    strideErrors.forEach((error, index) => {
      const from = firstRow + index * this.#strideRows;
      const rows = rowErrors.subarray(from, from + this.#strideRows);
      this.#add(oldest + index * this.#strideMs, error, rows, window);
    });
    return this.#settle(oldest);
  }

  /** The rest, as if no window followed. */
  conclude(): CombinedStride<Window>[] {
    return this.#settle(Infinity);
  }

  snapshot(): CombinedStridesState<Window> {
    return { open: this.#open.map(copied), settledToMs: this.#settledToMs };
  }

  #add(endMs: number, error: number, rows: Float32Array, window: Window): void {
    if (Number.isNaN(error) || endMs <= this.#settledToMs) return;
    const open = this.#open.find((stride) => stride.endMs === endMs) ?? this.#begin(endMs, window);
    open.sum += error;
    open.windows++;
    if (rows.length > 0) open.rowErrors.push(rows);
    if (window.reconstructionError > open.worst.reconstructionError) open.worst = window;
  }

  #begin(endMs: number, worst: Window): OpenStride<Window> {
    const stride = { endMs, sum: 0, windows: 0, worst, rowErrors: [] };
    this.#open.push(stride);
    return stride;
  }

  #settle(toMs: number): CombinedStride<Window>[] {
    const settled = this.#open.filter(({ endMs }) => endMs <= toMs);
    this.#open = this.#open.filter(({ endMs }) => endMs > toMs);
    this.#settledToMs = Math.max(this.#settledToMs, settled.at(-1)?.endMs ?? -Infinity);
    return settled.map(({ endMs, sum, windows, worst, rowErrors }) => {
      return { endMs, error: sum / windows, rowErrors: lowerMedians(rowErrors), windows, worst };
    });
  }
}

function copied<Window>(stride: Readonly<StoredStride<Window>>): OpenStride<Window> {
  return { ...stride, rowErrors: [...(stride.rowErrors ?? [])] };
}

/** Row by row, what most of the windows with a say have or exceed. */
function lowerMedians(rowErrors: readonly Float32Array[]): Float32Array {
  const medians = new Float32Array(rowErrors[0]?.length ?? 0);
  const seen = new Float32Array(rowErrors.length);
  for (let row = 0; row < medians.length; row++) {
    let count = 0;
    for (const ofWindow of rowErrors) if (ofWindow[row]! >= 0) seen[count++] = ofWindow[row]!;
    medians[row] = seen.subarray(0, count).sort()[(count - 1) >> 1] ?? Number.NaN;
  }
  return medians;
}

/** Errors kept of a holdout's strides: the newest. */
const keptErrors = 4096;

/**
 * The combined errors of the strides of a holdout, the newest 4096, oldest first. Its windows may be closer together than a
 * stride, or further apart: those count that are about a stride apart. `strideErrors` is windows x strides, oldest first.
 */
export function combinedErrors(
  definition: StreamDefinition,
  windows: readonly { readonly endMs: number }[],
  strideErrors: Float32Array,
): number[] {
  const { strideMs } = definition;
  const combined = new CombinedStrides<StridedWindow>(definition);
  const rowErrors = new Float32Array(0);
  const strides = strideErrors.length / windows.length;
  const settled: CombinedStride<StridedWindow>[] = [];
  const firstMs = windows[0]?.endMs ?? 0;
  let lastMs = -Infinity;
  windows.forEach(({ endMs }, index) => {
    if (endMs - lastMs < strideMs) return;
    lastMs = endMs;
    const windowEndMs = firstMs + Math.round((endMs - firstMs) / strideMs) * strideMs;
    const ofWindow = strideErrors.subarray(index * strides, (index + 1) * strides);
    settled.push(...combined.push({ windowEndMs, reconstructionError: 0 }, ofWindow, rowErrors));
  });
  settled.push(...combined.conclude());
  return settled.slice(-keptErrors).map(({ error }) => error);
}
