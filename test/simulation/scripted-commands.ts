import type { Command } from '../../pipelines/commands.ts';
import { encodeCommand } from '../../pipelines/json-records.ts';
import type { OutgoingRecord, TimeRange } from '../../pipelines/ports.ts';
import { SeededRandom } from '../../pipelines/random.ts';
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
  }
  return { bound, loose: random.shuffle(loose) };
}

function randomCommand(random: SeededRandom, stream: string, versions: readonly string[], name: string): Command {
  const every = { id: `${stream}-${name}`, stream, issuedAtMs: 0, issuedBy: 'script', reason: name };
  const pick = random.uniform();
  if (pick < 0.45) return { ...every, type: 'promote', modelVersion: versions[random.below(versions.length)]! };
  if (pick < 0.5) return { ...every, type: 'promote', modelVersion: 'dense-000000000000' };
  if (pick < 0.55) return { ...every, type: 'set-threshold', setting: { policy: 'mean-sigma', parameters: { k: -1 } } };
  const setting = { policy: 'mean-sigma', parameters: { k: random.between(0, 8) } };
  return { ...every, type: 'set-threshold', setting };
}

function record(command: Command): OutgoingRecord {
  return { topic: topics.commands.name, key: command.stream, value: encodeCommand(command), timestampMs: 0 };
}
