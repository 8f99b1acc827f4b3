import type { FaultKind } from '../truth.ts';
import { SeededRandom } from '../random.ts';
import type { RowRange } from './datasets/row-range.ts';

/** Kinds of fault that can be put into telemetry that was recorded. */
const kinds = ['step', 'drift', 'noise', 'stuck', 'oscillation'] as const satisfies readonly FaultKind[];

/** Rows of telemetry: rows x channels, row-major. */
export interface TelemetryRows {
  readonly values: Float64Array | Float32Array;
  readonly channels: number;
}

export interface InjectionPlan {
  /** Share of the rows that are to be anomalous. */
  readonly share: number;
  /** How long one is, in rows: between these. */
  readonly leastRows: number;
  readonly mostRows: number;
  /** Amplitudes, in standard deviations of the channel over these rows: between these. */
  readonly leastAmplitude: number;
  readonly mostAmplitude: number;
  /** Columns that can be faulty. */
  readonly faulty: readonly number[];
  readonly seed: number;
}

/** What was put where. */
export interface Injection {
  readonly kind: (typeof kinds)[number];
  readonly columns: readonly number[];
  readonly rows: RowRange;
}

/** Columns that one fault shows in at most. */
const mostColumns = 3;

/**
 * Telemetry with faults in it, of which the truth is known: a step, a drift, noise, a value that is stuck or an oscillation, in
 * one to three channels at once. They lie apart, one in each of as many equal parts as there are, ascending. A column that
 * never moves is left alone, unless all are so. The same for the same seed; `rows` are left as they are.
 */
export function injectAnomalies<Rows extends TelemetryRows>(
  rows: Rows,
  plan: InjectionPlan,
): { readonly values: Rows['values']; readonly injections: readonly Injection[] } {
  const { channels } = rows;
  const values = rows.values.slice();
  const count = values.length / channels;
  const deviations = new Map(plan.faulty.map((column) => [column, deviationOf(rows, column)]));
  const moving = plan.faulty.filter((column) => deviations.get(column)! > 0);
  const candidates = moving.length > 0 ? moving : plan.faulty;
  const random = SeededRandom.for(plan.seed, 'injections');
  const mean = (plan.leastRows + plan.mostRows) / 2;
  const parts = Math.min(Math.round((plan.share * count) / mean), Math.floor(count / plan.mostRows));
  const injections = Array.from({ length: parts }, (_, part): Injection => {
    const length = Math.round(random.between(plan.leastRows, plan.mostRows));
    const from = Math.floor((part * count) / parts);
    const first = from + random.below(Math.floor(((part + 1) * count) / parts) - from - length + 1);
    const kind = kinds[random.below(kinds.length)]!;
    const columns = random.shuffle([...candidates]).slice(0, 1 + random.below(mostColumns));
    for (const column of columns) {
      const size = (deviations.get(column)! || 1) * random.between(plan.leastAmplitude, plan.mostAmplitude);
      spoil(values, channels, { kind, column, first, length, size }, random);
    }
    return { kind, columns, rows: [first, first + length - 1] };
  });
  return { values, injections };
}

interface Spoilt {
  readonly kind: Injection['kind'];
  readonly column: number;
  readonly first: number;
  readonly length: number;
  /** Amplitude, in the channel's unit. */
  readonly size: number;
}

function spoil(
  values: Float64Array | Float32Array,
  channels: number,
  { kind, column, first, length, size }: Spoilt,
  random: SeededRandom,
): void {
  const sign = random.uniform() < 0.5 ? -1 : 1;
  const period = random.between(4, 20);
  const stuckAt = values[first * channels + column]! + sign * size;
  for (let row = 0; row < length; row++) {
    const at = (first + row) * channels + column;
    if (kind === 'stuck') values[at] = stuckAt;
    else if (kind === 'step') values[at]! += sign * size;
    else if (kind === 'drift') values[at]! += (sign * size * (row + 1)) / length;
    else if (kind === 'noise') values[at]! += size * random.normal();
    else values[at]! += sign * size * Math.sin((2 * Math.PI * (row + 0.5)) / period);
  }
}

function deviationOf({ values, channels }: TelemetryRows, column: number): number {
  let [n, mean, squares] = [0, 0, 0];
  for (let at = column; at < values.length; at += channels) {
    const distance = values[at]! - mean;
    mean += distance / ++n;
    squares += distance * (values[at]! - mean);
  }
  return n > 0 ? Math.sqrt(squares / n) : 0;
}
