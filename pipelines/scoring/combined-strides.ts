/** A window with the errors of its strides, as scores tell them. */
export interface StridedWindow {
  readonly windowEndMs: number;
  readonly reconstructionError: number;
  /** By stride, oldest first; the newest ends with the window. NaN where nothing counts. */
  readonly strideErrors: Float32Array;
}

/** What all windows that cover a stride say of it. */
export interface CombinedStride<Window> {
  readonly endMs: number;
  /** Mean over the windows. */
  readonly error: number;
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
}

/** What is not settled yet: plain data. */
export interface CombinedStridesState<Window> {
  readonly open: readonly Readonly<OpenStride<Window>>[];
  readonly settledToMs: number;
}

/**
 * Combines overlapping windows: the error of a stride is its mean over all windows that cover it. So what is odd is found where
 * it is, by everything that was seen around it, rather than wherever a window holds it. A stride is settled when no later
 * window can cover it: a window's length less a stride after it ended.
 */
export class CombinedStrides<Window extends StridedWindow> {
  readonly #strideMs: number;
  /** Ascending. */
  #open: OpenStride<Window>[];
  /** Strides that end no later have had their say. */
  #settledToMs: number;

  constructor(strideMs: number, state: CombinedStridesState<Window> = { open: [], settledToMs: -Infinity }) {
    this.#strideMs = strideMs;
    this.#open = state.open.map((stride) => ({ ...stride }));
    this.#settledToMs = state.settledToMs;
  }

  get settledToMs(): number {
    return this.#settledToMs;
  }

  /** Takes the next window; returns the strides that are settled by it, ascending. */
  push(window: Window): CombinedStride<Window>[] {
    const { strideErrors, windowEndMs } = window;
    const oldest = windowEndMs - (strideErrors.length - 1) * this.#strideMs;
    strideErrors.forEach((error, index) => this.#add(oldest + index * this.#strideMs, error, window));
    return this.#settle(oldest);
  }

  /** The rest, as if no window followed. */
  conclude(): CombinedStride<Window>[] {
    return this.#settle(Infinity);
  }

  snapshot(): CombinedStridesState<Window> {
    return { open: this.#open.map((stride) => ({ ...stride })), settledToMs: this.#settledToMs };
  }

  #add(endMs: number, error: number, window: Window): void {
    if (Number.isNaN(error) || endMs <= this.#settledToMs) return;
    const open = this.#open.find((stride) => stride.endMs === endMs);
    if (!open) {
      this.#open.push({ endMs, sum: error, windows: 1, worst: window });
      return;
    }
    open.sum += error;
    open.windows++;
    if (window.reconstructionError > open.worst.reconstructionError) open.worst = window;
  }

  #settle(toMs: number): CombinedStride<Window>[] {
    const settled = this.#open.filter(({ endMs }) => endMs <= toMs);
    this.#open = this.#open.filter(({ endMs }) => endMs > toMs);
    this.#settledToMs = Math.max(this.#settledToMs, settled.at(-1)?.endMs ?? -Infinity);
    return settled.map(({ endMs, sum, windows, worst }) => ({ endMs, error: sum / windows, windows, worst }));
  }
}

/** Errors kept of a holdout's strides: the newest. */
const keptErrors = 4096;

/**
 * The combined errors of the strides of a holdout, the newest 4096, oldest first. Its windows may be closer together than a
 * stride, or further apart: those count that are about a stride apart. `strideErrors` is windows x strides, oldest first.
 */
export function combinedErrors(
  strideMs: number,
  windows: readonly { readonly endMs: number }[],
  strideErrors: Float32Array,
): number[] {
  const combined = new CombinedStrides<StridedWindow>(strideMs);
  const strides = strideErrors.length / windows.length;
  const settled: CombinedStride<StridedWindow>[] = [];
  const firstMs = windows[0]?.endMs ?? 0;
  let lastMs = -Infinity;
  windows.forEach(({ endMs }, index) => {
    if (endMs - lastMs < strideMs) return;
    lastMs = endMs;
    const windowEndMs = firstMs + Math.round((endMs - firstMs) / strideMs) * strideMs;
    const ofWindow = strideErrors.subarray(index * strides, (index + 1) * strides);
    settled.push(...combined.push({ windowEndMs, reconstructionError: 0, strideErrors: ofWindow }));
  });
  settled.push(...combined.conclude());
  return settled.slice(-keptErrors).map(({ error }) => error);
}
