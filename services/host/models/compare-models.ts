import { bundleVersion, type Bundle } from '../../../pipelines/autoencoders/bundle.ts';
import { watchWithModel } from '../../../pipelines/evaluation/watch-with-model.ts';
import type { ScoringRuntime } from '../../../pipelines/ports.ts';
import { GoverningModel } from '../../../pipelines/scoring/governing-model.ts';
import { modelCard, type ModelCard } from '../../../pipelines/training/model-card/model-card.ts';
import packageFile from '../../../package.json' with { type: 'json' };
import { openOnnxRuntime } from '../../adapters/onnx/onnx-runtime.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import { modelRecords, type TelemetryChoice } from '../model-telemetry.ts';
import { agreementOf, type Agreement, type WindowAlarms } from './agreement.ts';

/** A model among others: what its card says, and how it did on telemetry that all of them saw. */
export interface ComparedModel extends Pick<
  ModelCard,
  'version' | 'architecture' | 'stream' | 'shape' | 'weights' | 'bytes' | 'training' | 'holdout' | 'channels'
> {
  readonly scaling: string | null;
  /** Loss of the holdout in the epoch that was kept; null without epochs. */
  readonly holdoutLoss: number | null;
  readonly threshold: Pick<ModelCard['threshold'], 'setting' | 'level' | 'expectedPerDay'>;
  readonly watched: WatchedBy | null;
}

/** How a model did on the telemetry. */
export interface WatchedBy {
  readonly windows: number;
  readonly alarming: number;
  readonly medianScore: number;
  /** Of scoring alone, on this machine now. */
  readonly microsecondsPerWindow: number;
}

export interface ModelComparison {
  readonly models: readonly ComparedModel[];
  /** Settings in which they differ, by name; null where a model has no such setting. */
  readonly differing: Readonly<Record<string, readonly unknown[]>>;
  /** Of every two models, on the same telemetry; empty where none was given. */
  readonly agreement: readonly Agreement[];
  /** Windows that end later are compared: after what any of the models was fitted on. null where that leaves none: then all. */
  readonly comparedFromMs: number | null;
}

/**
 * Models side by side. With telemetry, each watches it with the detector itself under its own threshold.
 *
 * Errors: those of modelRecords, where telemetry is not of a model's channels; CUPOLA_RUNTIME_FAILED.
 */
export async function compareModels(
  bundles: readonly Bundle[],
  telemetry: TelemetryChoice | null,
  onModel: (version: string) => void,
  signal: AbortSignal,
): Promise<ModelComparison> {
  const alarms: WindowAlarms[] = [];
  const models: ComparedModel[] = [];
  const runtime = await openOnnxRuntime();
  const fromMs = Math.max(...bundles.map(({ manifest }) => manifest.holdout.toMs));
  try {
    for (const bundle of bundles) {
      const version = bundleVersion(bundle);
      onModel(version);
      const watched = telemetry && (await watch(bundle, telemetry, runtime, signal));
      if (watched) alarms.push({ version, violates: watched.violates });
      models.push(await comparedModel(version, bundle, watched && watched.summary));
    }
  } finally {
    await runtime.close();
  }
  const comparedFromMs = endsLater(alarms, fromMs) ? fromMs : null;
  return {
    models,
    differing: differingSettings(models),
    agreement: agreementOf(alarms, comparedFromMs ?? -Infinity),
    comparedFromMs,
  };
}

interface Watched {
  readonly summary: WatchedBy;
  /** By the end of each window. */
  readonly violates: ReadonlyMap<number, boolean>;
}

async function watch(
  bundle: Bundle,
  telemetry: TelemetryChoice,
  runtime: ScoringRuntime,
  signal: AbortSignal,
): Promise<Watched> {
  const timed = timedRuntime(runtime);
  const violates = new Map<number, boolean>();
  const scores: number[] = [];
  const records = modelRecords(bundle.manifest.definition, telemetry, signal);
  for await (const { scored, violates: isViolating } of watchWithModel(new GoverningModel(bundle), records, timed)) {
    violates.set(scored.windowEndMs, isViolating);
    scores.push(scored.anomalyScore);
  }
  const windows = scores.length;
  return {
    summary: {
      windows,
      alarming: [...violates.values()].filter(Boolean).length,
      medianScore: scores.sort((a, b) => a - b)[Math.floor(windows / 2)] ?? 0,
      microsecondsPerWindow: windows === 0 ? 0 : (1000 * timed.spentMs) / windows,
    },
    violates,
  };
}

interface TimedRuntime extends ScoringRuntime {
  /** Wall-clock time that scoring took. */
  spentMs: number;
}

function timedRuntime(runtime: ScoringRuntime): TimedRuntime {
  const timed: TimedRuntime = {
    name: runtime.name,
    spentMs: 0,
    load: (version, bundle) => runtime.load(version, bundle),
    async score(version, windows) {
      const startedMs = systemClock.nowMs();
      const scored = await runtime.score(version, windows);
      timed.spentMs += systemClock.nowMs() - startedMs;
      return scored;
    },
    unload: (version) => runtime.unload(version),
    close: () => runtime.close(),
  };
  return timed;
}

async function comparedModel(version: string, bundle: Bundle, watched: WatchedBy | null): Promise<ComparedModel> {
  const card = await modelCard(version, bundle, [], packageFile.version);
  const { architecture, stream, shape, weights, bytes, training, holdout, channels, fit } = card;
  const { setting, level, expectedPerDay } = card.threshold;
  const scaling = architecture.settings.find(({ name }) => name === 'scaling')?.value;
  return {
    version,
    architecture,
    stream,
    shape,
    weights,
    bytes,
    training,
    holdout,
    channels,
    scaling: typeof scaling === 'string' ? scaling : null,
    holdoutLoss: fit.epochs[fit.bestEpoch - 1]?.holdoutLoss ?? null,
    threshold: { setting, level, expectedPerDay },
    watched,
  };
}

function endsLater(alarms: readonly WindowAlarms[], thanMs: number): boolean {
  return alarms.some(({ violates }) => ([...violates.keys()].at(-1) ?? -Infinity) > thanMs);
}

function differingSettings(models: readonly ComparedModel[]): Record<string, unknown[]> {
  const names = new Set(models.flatMap(({ architecture }) => architecture.settings.map(({ name }) => name)));
  const rows = [...names].sort().map((name): [string, unknown[]] => [name, models.map((one) => valueOf(one, name))]);
  return Object.fromEntries(
    rows.filter(([, values]) => new Set(values.map((value) => JSON.stringify(value))).size > 1),
  );
}

function valueOf({ architecture }: ComparedModel, name: string): unknown {
  return architecture.settings.find((setting) => setting.name === name)?.value ?? null;
}
