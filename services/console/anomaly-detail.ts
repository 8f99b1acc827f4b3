import type { BundleStore, HistoryStore } from '../../pipelines/ports.ts';
import type { StreamDefinition } from '../../pipelines/telemetry/stream-definition.ts';
import { expectedRate } from '../../pipelines/thresholds/expected-violations.ts';
import { thresholdCalibration } from '../../pipelines/thresholds/threshold-calibration.ts';
import type { AnomalyDetail, AnomalySummary, Contribution, Deviation } from './api.ts';
import type { StreamModel } from './stream-model.ts';
import { binGrid, binWidthMs, carryForward, sortIntoBins } from './bin-grid.ts';

const explained = 3;
const maxBins = 2000;

/** An anomaly with how far its main contributors were from what the model expected, and how rare such a score is. */
export async function anomalyDetail(
  { history, bundles }: { readonly history: HistoryStore; readonly bundles: BundleStore },
  anomaly: AnomalySummary,
  stream: StreamModel | null,
): Promise<AnomalyDetail> {
  const definition = stream?.definition;
  if (!definition) return { ...anomaly, deviations: [], expected: null };
  const main = anomaly.contributions.slice(0, explained);
  const [expected, ...deviations] = await Promise.all([
    rateOf(bundles, anomaly, stream),
    ...main.map((part) => deviation(history, anomaly, definition, part)),
  ]);
  return { ...anomaly, deviations: deviations.filter((found) => found !== null), expected };
}

/** By the setting that judged it; null where its model is no longer there. */
async function rateOf(
  bundles: BundleStore,
  { modelVersion, decidedAtMs, peakScore }: AnomalySummary,
  { thresholds }: StreamModel,
): Promise<AnomalyDetail['expected']> {
  const setting = thresholds.findLast(({ effectiveFromMs }) => effectiveFromMs <= decidedAtMs)?.setting;
  const bundle = await bundles.get(modelVersion).catch(() => null);
  return setting && bundle ? expectedRate(peakScore, setting, thresholdCalibration(bundle.manifest, setting)) : null;
}

/** Observed and expected where they are farthest apart, in bins of whole intervals; null where history has not both. */
async function deviation(
  history: HistoryStore,
  { located: { fromMs: startMs, toMs: endMs } }: AnomalySummary,
  definition: StreamDefinition,
  { channelId, share }: Contribution,
): Promise<Deviation | null> {
  const channel = definition.channels.find(({ id }) => id === channelId);
  if (!channel) return null;
  const { stream, intervalMs } = definition;
  const staleAfterMs = channel.staleAfterMs ?? definition.staleAfterMs;
  const fromMs = startMs - Math.min(staleAfterMs, maxBins * intervalMs);
  const grid = binGrid(fromMs, endMs, binWidthMs(endMs - fromMs, maxBins, intervalMs));
  const range = { fromMs: grid.fromMs, toMs: endMs };
  const [telemetry, reconstruction] = await Promise.all([
    history.series('telemetry', stream, channelId, range, grid.bins),
    history.series('reconstruction', stream, channelId, range, grid.bins),
  ]);
  const observed = sortIntoBins(telemetry, grid);
  carryForward(observed, staleAfterMs, endMs);
  const expected = sortIntoBins(reconstruction, grid);
  let farthest = -1;
  let distance = -Infinity;
  for (let bin = Math.floor((startMs - grid.fromMs) / grid.binMs); bin < grid.bins; bin++) {
    const apart = Math.max(observed.max[bin]! - expected.min[bin]!, expected.max[bin]! - observed.min[bin]!);
    if (apart > distance) [farthest, distance] = [bin, apart];
  }
  if (farthest < 0) return null;
  const above = observed.max[farthest]! - expected.min[farthest]! >= distance;
  return {
    channelId,
    share,
    name: channel.name,
    unit: channel.unit,
    observed: above ? observed.max[farthest]! : observed.min[farthest]!,
    expected: above ? expected.min[farthest]! : expected.max[farthest]!,
    atMs: grid.fromMs + farthest * grid.binMs,
  };
}
