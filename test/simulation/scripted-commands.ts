import type { Command } from '../../pipelines/commands.ts';
import { encodeCommand } from '../../pipelines/json-records.ts';
import type { OutgoingRecord, TimeRange } from '../../pipelines/ports.ts';
import { SeededRandom } from '../../pipelines/random.ts';
import type { ThresholdSetting } from '../../pipelines/thresholds/threshold-setting.ts';
import { topics } from '../../pipelines/topics.ts';

/** Commands for the streams of a run: those bound to an event time in `range`, and those that take effect when they are read. */
export function scriptedCommands(
  seed: number,
  models: ReadonlyMap<string, readonly string[]>,
  range: TimeRange,
): { bound: OutgoingRecord[]; loose: OutgoingRecord[] } {
  const random = SeededRandom.for(seed, 'commands');
  const bound: OutgoingRecord[] = [];
  const loose: OutgoingRecord[] = [];
  for (const [stream, versions] of models) {
    for (let i = 0; i < 4; i++) {
      const notBeforeMs = random.between(range.fromMs, range.toMs);
      bound.push(record({ ...randomCommand(random, stream, versions, `bound-${i}`), notBeforeMs }));
    }
    for (let i = 0; i < 3; i++) loose.push(record(randomCommand(random, stream, versions, `loose-${i}`)));
    for (let i = 0; i < 2; i++) bound.push(record(judgement(stream, i, range)));
  }
  return { bound, loose: random.shuffle(loose) };
}

function randomCommand(random: SeededRandom, stream: string, versions: readonly string[], name: string): Command {
  const every = { id: `${stream}-${name}`, stream, issuedAtMs: 0, issuedBy: 'script', reason: name };
  const pick = random.uniform();
  if (pick < 0.45) return { ...every, type: 'promote', modelVersion: versions[random.below(versions.length)]! };
  if (pick < 0.5) return { ...every, type: 'promote', modelVersion: 'dense-000000000000' };
  if (pick < 0.55) return { ...every, type: 'set-threshold', setting: { policy: 'mean-sigma', parameters: { k: -1 } } };
  return { ...every, type: 'set-threshold', setting: randomThreshold(random) };
}

/** A verdict governs no window: it holds whenever it is read. */
function judgement(stream: string, i: number, { fromMs, toMs }: TimeRange): Command {
  const every = { id: `${stream}-judge-${i}`, stream, issuedAtMs: 0, issuedBy: 'script', reason: '' };
  return { ...every, type: 'judge', judgement: i === 0 ? 'normal' : 'anomaly', fromMs: fromMs + i * 1000, toMs };
}

/** Constant thresholds half of the time; else such as remember, smooth and look ahead, low enough to be exceeded. */
function randomThreshold(random: SeededRandom): ThresholdSetting {
  const smoothing = random.below(2) * random.between(1, 6);
  const delay = random.below(6);
  const settings: readonly ThresholdSetting[] = [
    { policy: 'dynamic', parameters: { memory: 100, delay, smoothing, buffer: random.below(3) } },
    { policy: 'dynamic-floor', parameters: { memory: 100, delay, smoothing, floorK: 1, floorQ: 0.5, floorError: 0 } },
    { policy: 'dspot', parameters: { depth: 5, tail: 0.3, risk: 0.05, smoothing } },
    // No holdout here is long enough for it.
    { policy: 'conformal', parameters: { alpha: 0.001 } },
  ];
  if (random.below(2) === 0) return { policy: 'mean-sigma', parameters: { k: random.between(0, 8) } };
  return settings[random.below(settings.length)]!;
}

function record(command: Command): OutgoingRecord {
  return { topic: topics.commands.name, key: command.stream, value: encodeCommand(command), timestampMs: 0 };
}
