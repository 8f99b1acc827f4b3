import type { BinGrid, Ribbon, ThresholdStep } from './api.ts';
import { scoreBins, type ViewSources } from './stream-view.ts';
import { thresholdSteps } from './threshold-steps.ts';

/** Every stream's greatest score over the threshold that governed it, a cell. */
export async function ribbon({ model, levels, history }: ViewSources, grid: BinGrid): Promise<Ribbon> {
  const streams = model.streams().map(async (stream) => {
    await levels.prepare(stream);
    const { max } = await scoreBins(history, stream.definition!, grid);
    return { stream: stream.stream, ratio: ratios(max, thresholdSteps(levels, stream), grid) };
  });
  return { grid, streams: await Promise.all(streams) };
}

function ratios(
  scores: readonly (number | null)[],
  steps: readonly ThresholdStep[],
  { fromMs, binMs }: BinGrid,
): readonly (number | null)[] {
  return scores.map((score, bin) => {
    const level = steps.findLast((step) => step.drawnFromMs < fromMs + (bin + 1) * binMs)?.level;
    return score === null || !level ? null : Number((score / level).toPrecision(3));
  });
}
