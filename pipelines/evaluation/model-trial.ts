import type { AnomalyEvent } from '../alarms/anomaly-event.ts';
import type { ModelSetting, ThresholdRecord } from '../commands.ts';
import { Detector, type Decided } from '../detector.ts';
import type { ScoringRuntime } from '../ports.ts';
import type { GoverningModel } from '../scoring/governing-model.ts';
import { runtimeApart } from '../scoring/runtime-apart.ts';
import { SettingsTimeline } from '../settings-timeline.ts';
import type { SampleBatch } from '../telemetry/sample-batch.ts';
import type { ThresholdSetting } from '../thresholds/threshold-setting.ts';

/** A model, and the threshold that would govern with it. */
export interface TriedModel {
  readonly model: GoverningModel;
  readonly threshold: ThresholdSetting;
}

/**
 * What the detector would have found in some telemetry, had this model governed from its first window on: the newest state of
 * each anomaly, ascending by start. The samples are of the model's own stream and definition.
 */
export async function tryModel(
  { model, threshold }: TriedModel,
  samples: SampleBatch,
  runtime: ScoringRuntime,
): Promise<readonly AnomalyEvent[]> {
  const { definition } = model.bundle.manifest;
  const own = runtimeApart(runtime, 'trial');
  const detector = new Detector(definition, settingsOf(model, threshold), new Map(), own);
  await detector.addModel(model);
  try {
    const last = samples.eventTimeMs.reduce((latest, timeMs) => Math.max(latest, timeMs), -Infinity);
    if (last === -Infinity) return [];
    const endMs = last + definition.intervalMs + definition.outOfOrdernessMs;
    const tick = { type: 'tick', source: definition.source, timeMs: endMs } as const;
    const { anomalies } = await detector.detect([{ ...samples, definitionVersion: definition.version }, tick]);
    const rest: Decided = { anomalies: [], settings: [] };
    detector.decision.conclude(endMs, rest);
    return [...new Map([...anomalies, ...rest.anomalies].map((event) => [event.id, event])).values()];
  } finally {
    await own.unload(model.version);
  }
}

/** The model, and the threshold as an operator's would: a bundle does not bring its own then. */
function settingsOf({ version, bundle }: GoverningModel, threshold: ThresholdSetting) {
  const { stream, version: definitionVersion } = bundle.manifest.definition;
  const from = { stream, effectiveFromMs: -Infinity, commandOffset: null, commandId: 'trial', refusedBecause: null };
  const by = { issuedBy: 'trial', reason: '' };
  return {
    models: new SettingsTimeline<ModelSetting>([{ ...from, ...by, definitionVersion, modelVersion: version }]),
    thresholds: new SettingsTimeline<ThresholdRecord>([{ ...from, ...by, setting: threshold, modelVersion: null }]),
  };
}
