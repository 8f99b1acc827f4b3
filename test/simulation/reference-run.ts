import { Detector, type Detected } from '../../pipelines/detector.ts';
import type { BundleStore, Log, ScoringRuntime } from '../../pipelines/ports.ts';
import { GoverningModel } from '../../pipelines/scoring/governing-model.ts';
import { SettingsTimeline } from '../../pipelines/settings-timeline.ts';
import type { StreamDefinition } from '../../pipelines/telemetry/stream-definition.ts';
import { committedTelemetry, type StreamOutput } from './committed-output.ts';

/**
 * What a detector by itself says of one stream of a log, given the settings that the log records: a replay (law 4).
 */
export async function replayStream(
  log: Log,
  definition: StreamDefinition,
  recorded: StreamOutput,
  bundles: BundleStore,
  runtime: ScoringRuntime,
): Promise<Detected> {
  const models = new Map<string, GoverningModel>();
  const governed = recorded.models.filter(({ refusedBecause }) => refusedBecause === null);
  for (const { modelVersion } of governed) {
    const bundle = await bundles.get(modelVersion);
    await runtime.load(modelVersion, bundle);
    models.set(modelVersion, new GoverningModel(bundle));
  }
  const thresholds = recorded.thresholds.filter(({ refusedBecause }) => refusedBecause === null);
  const timelines = { models: new SettingsTimeline(governed), thresholds: new SettingsTimeline(thresholds) };
  const detector = new Detector(definition, timelines, models, runtime);
  const records = (await committedTelemetry(log)).flatMap((partition) => {
    const holdsStream = partition.some((record) => record.type === 'samples' && record.stream === definition.stream);
    if (!holdsStream) return [];
    return partition.filter((record) =>
      record.type === 'samples' ? record.stream === definition.stream : record.source === definition.source,
    );
  });
  return detector.detect(records);
}
