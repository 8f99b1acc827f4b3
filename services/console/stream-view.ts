import type { HistorySeries, HistoryStore } from '../../pipelines/ports.ts';
import type { ChannelDefinition } from '../../pipelines/telemetry/channel.ts';
import type { StreamDefinition } from '../../pipelines/telemetry/stream-definition.ts';
import type { ThresholdLevels } from '../../pipelines/thresholds/threshold-levels.ts';
import type { BinGrid, BinnedSeries, ChannelView, StreamView, ThresholdStep, TimeSpan } from './api.ts';
import { anomaliesIn } from './anomalies-in.ts';
import { binGrid, binnedSeries, carryForward, sortIntoBins } from './bin-grid.ts';
import type { ImputedGaps } from './imputed-gaps.ts';
import type { ReadModel } from './read-model.ts';
import type { StreamModel } from './stream-model.ts';
import type { Summaries } from './summaries.ts';
import { thresholdSteps } from './threshold-steps.ts';

const maxAnomalies = 500;
/** How far before the range a carried value may come from, in bins: a bound on the work of one request. */
const maxCarryBins = 4000;

/** Where views come from. */
export interface ViewSources {
  readonly model: ReadModel;
  readonly levels: ThresholdLevels;
  readonly summaries: Summaries;
  readonly history: HistoryStore;
  readonly imputed: ImputedGaps;
}

/** One stream over a range: scores from history, settings and events from the log. */
export async function streamView(
  sources: ViewSources,
  stream: StreamModel,
  channels: readonly ChannelDefinition[],
  grid: BinGrid,
): Promise<StreamView> {
  const definition = stream.definition!;
  const range = { fromMs: grid.fromMs, toMs: grid.fromMs + grid.bins * grid.binMs };
  await sources.levels.prepare(stream);
  const untilMs = Math.min(range.toMs, stream.watermarkMs ?? range.toMs);
  const imputed = sources.imputed.seriesIn(stream, channels, range);
  const [score, anomalies, ...views] = await Promise.all([
    scoreBins(sources.history, definition, grid),
    anomaliesIn(sources, stream.stream, range, maxAnomalies),
    ...channels.map((channel) => channelView(sources.history, definition, channel, grid, untilMs, imputed)),
  ]);
  return {
    stream: stream.stream,
    definitionVersion: definition.version,
    grid,
    score,
    channels: views,
    thresholds: stepsIn(thresholdSteps(sources.levels, stream), range),
    anomalies,
    gaps: stream.gapsIn(range),
    stale: stream.staleIn(range),
    faults: sources.model.faults().filter((fault) => fault.stream === stream.stream && meets(fault, range)),
  };
}

/** Scores stand at window ends; a score is drawn over the newest stride of its window. */
export async function scoreBins(
  history: HistoryStore,
  { stream, strideMs }: Pick<StreamDefinition, 'stream' | 'strideMs'>,
  grid: BinGrid,
): Promise<BinnedSeries> {
  const { fromMs, binMs } = grid;
  const bins = grid.bins + Math.ceil(strideMs / binMs);
  const series = await history.scoreSeries(stream, { fromMs, toMs: fromMs + bins * binMs }, bins);
  const newestStride = { ...series, timeMs: series.timeMs.map((windowEndMs) => windowEndMs - strideMs) };
  return binnedSeries(sortIntoBins(newestStride, grid, strideMs));
}

async function channelView(
  history: HistoryStore,
  definition: StreamDefinition,
  channel: ChannelDefinition,
  grid: BinGrid,
  untilMs: number,
  imputedSeries: Promise<ReadonlyMap<string, HistorySeries>>,
): Promise<ChannelView> {
  const staleAfterMs = channel.staleAfterMs ?? definition.staleAfterMs;
  const carryBins = Math.min(maxCarryBins, Math.ceil(staleAfterMs / grid.binMs));
  const fromMs = grid.fromMs - carryBins * grid.binMs;
  const withCarry = binGrid(fromMs, grid.fromMs + grid.bins * grid.binMs, grid.binMs);
  const [telemetry, reconstruction, imputed] = await Promise.all([
    history.series('telemetry', definition.stream, channel.id, span(withCarry), withCarry.bins),
    history.series('reconstruction', definition.stream, channel.id, span(grid), grid.bins),
    imputedSeries.then((series) => series.get(channel.id) ?? null),
  ]);
  const seen = sortIntoBins(telemetry, withCarry);
  carryForward(seen, staleAfterMs, untilMs);
  return {
    channelId: channel.id,
    telemetry: binnedSeries(seen, carryBins),
    reconstruction: binnedSeries(sortIntoBins(reconstruction, grid, definition.intervalMs)),
    imputed: imputed && binnedSeries(sortIntoBins(imputed, grid, definition.intervalMs)),
  };
}

function span({ fromMs, binMs, bins }: BinGrid): TimeSpan {
  return { fromMs, toMs: fromMs + bins * binMs };
}

function meets(event: { readonly startMs: number; readonly endMs: number }, { fromMs, toMs }: TimeSpan): boolean {
  return event.startMs < toMs && event.endMs > fromMs;
}

/** The steps that govern some of a range: those within it and the one before. */
function stepsIn(steps: readonly ThresholdStep[], { fromMs, toMs }: TimeSpan): readonly ThresholdStep[] {
  const first = steps.findLastIndex((step) => step.drawnFromMs <= fromMs);
  return steps.slice(Math.max(first, 0)).filter((step) => step.drawnFromMs < toMs);
}
