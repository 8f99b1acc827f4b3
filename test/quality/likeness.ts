/**
 * How often an anomaly is most like an earlier one of the same fault: five streams of the simulated station, six faults each on
 * three channels (a step up, a step down and an oscillation of one; a step and a drift of another; noise on the third), each
 * six times, at random times of the orbit, with random strength and length. Every anomaly is compared with those before it.
 *
 * `npm run quality -- likeness` runs seeds 1 to 3; `-- likeness 7 8` others; `--architecture NAME` is of the models; `--json`
 * prints JSON. It ends with exit code 1 where too few are most like one of the same fault.
 */
import { parseArgs } from 'node:util';
import type { AnomalyEvent } from '../../pipelines/alarms/anomaly-event.ts';
import { mostAlike, type LikeAnomaly } from '../../pipelines/alarms/likeness.ts';
import { bundleVersion } from '../../pipelines/autoencoders/bundle.ts';
import type { ThresholdRecord } from '../../pipelines/commands.ts';
import { Detector } from '../../pipelines/detector.ts';
import { SeededRandom } from '../../pipelines/random.ts';
import { GoverningModel } from '../../pipelines/scoring/governing-model.ts';
import { NormalCodes } from '../../pipelines/scoring/normal-codes.ts';
import { SettingsTimeline } from '../../pipelines/settings-timeline.ts';
import { joinSamples, type SampleBatch, type TelemetryRecord } from '../../pipelines/telemetry/sample-batch.ts';
import type { StreamDefinition } from '../../pipelines/telemetry/stream-definition.ts';
import type { FitPorts } from '../../pipelines/training/fit-bundle.ts';
import type { FaultKind } from '../../pipelines/truth.ts';
import { systemClock } from '../../services/adapters/system-clock.ts';
import { closeFitPorts, openFitPorts } from '../../services/host/fit-ports.ts';
import { fitOnTelemetry } from '../../services/host/fit-on-telemetry.ts';
import { recordedTelemetry } from '../../services/host/recorded-telemetry.ts';
import { possibleFaults } from '../../services/sources/simulator/faults/possible-faults.ts';
import { scenarioOf } from '../../services/sources/simulator/scenario.ts';
import { SimulatorSource } from '../../services/sources/simulator/simulator-source.ts';

const streams = ['solar-arrays-port', 'thermal-external', 'atmosphere', 'water', 'thermal-internal'];
const repeats = 6;
const minute = 60_000;
const everyMs = 40 * minute;
const likenessBins = [0, 0.5, 0.6, 0.7, 0.8, 0.9];
const recordsAtOnce = 2000;
/** Of those with an earlier one of the same fault. */
const leastShare = 0.75;

/** A fault that will befall a stream; `name` is what makes it the same as another. */
interface PlannedFault {
  readonly name: string;
  readonly kind: FaultKind;
  readonly channelId: string;
  readonly amplitudeSigma: number;
  readonly startMs: number;
  readonly durationMs: number;
}

/** What one ranking came to. */
interface Ranking {
  hits: number;
  sameChannel: number;
  of: number;
}

interface Tally {
  /** By channels and code, by channels alone, by code alone, and what chance would give. */
  readonly rankings: Record<'both' | 'channels' | 'code' | 'chance', Ranking>;
  /** Of pairs, by their likeness: how many, and how many of the same fault. */
  readonly bins: { pairs: number; same: number }[];
}

export async function measureLikeness(options: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...options],
    options: { architecture: { type: 'string', default: 'dense' }, json: { type: 'boolean' } },
    allowPositionals: true,
  });
  const seeds = positionals.length > 0 ? positionals.map(Number) : [1, 2, 3];
  const tally: Tally = {
    rankings: { both: noneYet(), channels: noneYet(), code: noneYet(), chance: noneYet() },
    bins: likenessBins.map(() => ({ pairs: 0, same: 0 })),
  };
  const ports = await openFitPorts();
  try {
    for (const seed of seeds) await measureSeed(seed, values.architecture, ports, tally);
  } finally {
    await closeFitPorts(ports);
  }
  process.stdout.write(`${values.json ? JSON.stringify(tally) : table(tally)}\n`);
  const { hits, of } = tally.rankings.both;
  return hits / of >= leastShare ? 0 : 1;
}

async function measureSeed(seed: number, architecture: string, ports: FitPorts, tally: Tally): Promise<void> {
  const { epochMs, historyMs } = scenarioOf({ seed, faults: false });
  const fromMs = epochMs + historyMs + 30 * minute;
  const endAtMs = fromMs + 6 * repeats * everyMs;
  const quiet = { faults: false, lossOfSignal: false };
  const source = new SimulatorSource({ seed, ...quiet, clock: systemClock, speed: Infinity, endAtMs });
  const definitions = await source.definitions();
  const planned = new Map(streams.map((stream) => [stream, plannedFaults(stream, seed, fromMs)]));
  const records: TelemetryRecord[] = [];
  for await (const record of recordedTelemetry(source, { rejected: 0 }, new AbortController().signal)) {
    if (records.length === 0) for (const [stream, faults] of planned) inject(source, stream, faults);
    if (record.type === 'tick' || streams.includes(record.stream)) records.push(record);
  }
  for (const [stream, faults] of planned) {
    process.stderr.write(`seed ${seed}, ${stream} ...\n`);
    const own = records.filter((record) => record.type === 'tick' || record.stream === stream);
    const definition = definitions.find((one) => one.stream === stream)!;
    await measureStream(definition, own, faults, epochMs + historyMs, architecture, ports, tally);
  }
}

function plannedFaults(stream: string, seed: number, fromMs: number): PlannedFault[] {
  const random = SeededRandom.for(seed, `faults of ${stream}`);
  const { channelIds } = possibleFaults.get(stream)!.find(({ kind }) => kind === 'step')!;
  const [one, other, third] = random.shuffle([...channelIds]) as [string, string, string];
  const kinds: readonly (readonly [FaultKind, string, 1 | -1])[] = [
    ['step', one, 1],
    ['step', one, -1],
    ['oscillation', one, 1],
    ['step', other, 1],
    ['drift', other, 1],
    ['noise', third, 1],
  ];
  const order = random.shuffle(
    Array.from({ length: kinds.length * repeats }, (_, index) => kinds[index % kinds.length]!),
  );
  return order.map(([kind, channelId, sign], index) => ({
    name: `${kind} ${sign} of ${channelId}`,
    kind,
    channelId,
    amplitudeSigma: sign * random.between(6, 15),
    startMs: fromMs + index * everyMs,
    durationMs: (10 + random.below(6)) * minute,
  }));
}

function inject(source: SimulatorSource, stream: string, faults: readonly PlannedFault[]): void {
  for (const [index, { kind, channelId, amplitudeSigma, startMs, durationMs }] of faults.entries())
    source.injectFault({
      type: 'inject-fault',
      id: `${stream}-${index}`,
      stream,
      issuedAtMs: 0,
      issuedBy: 'quality',
      reason: '',
      notBeforeMs: startMs,
      fault: { kind, channelId, amplitudeSigma, durationMs, startsAfterMs: 0 },
    });
}

async function measureStream(
  definition: StreamDefinition,
  records: readonly TelemetryRecord[],
  faults: readonly PlannedFault[],
  historyEndMs: number,
  architecture: string,
  ports: FitPorts,
  tally: Tally,
): Promise<void> {
  const history = records.filter(
    (record): record is SampleBatch => record.type === 'samples' && record.ingestTimeMs <= historyEndMs,
  );
  const samples = joinSamples(history as [SampleBatch, ...SampleBatch[]]);
  const bundle = await fitOnTelemetry(definition, samples, { name: architecture, settings: {} }, ports);
  const anomalies = await detected(new GoverningModel(bundle), records, ports);
  const named = faults.flatMap((fault) => {
    const event = anomalyOf(fault, anomalies, definition.windowLengthMs);
    return event ? [{ fault, event }] : [];
  });
  const faultOf = new Map(named.map(({ fault, event }) => [event, fault]));
  const normal = new NormalCodes(bundle.manifest.holdoutCodes!);
  for (const [index, { fault, event }] of named.entries()) {
    const earlier = named.slice(0, index).map((one) => one.event);
    count(tally, fault, mostAlike(event, earlier, normal, Infinity), faultOf);
  }
  await ports.runtime.unload(bundleVersion(bundle));
}

async function detected(
  model: GoverningModel,
  records: readonly TelemetryRecord[],
  { runtime }: FitPorts,
): Promise<readonly AnomalyEvent[]> {
  const { definition } = model.bundle.manifest;
  const setting = {
    stream: definition.stream,
    definitionVersion: definition.version,
    modelVersion: model.version,
    effectiveFromMs: -Infinity,
    commandOffset: null,
    commandId: null,
    issuedBy: 'quality',
    reason: '',
    refusedBecause: null,
  };
  const settings = { models: new SettingsTimeline([setting]), thresholds: new SettingsTimeline<ThresholdRecord>() };
  const detector = new Detector(definition, settings, new Map(), runtime);
  await detector.addModel(model);
  const found = new Map<string, AnomalyEvent>();
  for (let at = 0; at < records.length; at += recordsAtOnce) {
    const { anomalies } = await detector.detect(records.slice(at, at + recordsAtOnce));
    for (const anomaly of anomalies) found.set(anomaly.id, anomaly);
  }
  return [...found.values()];
}

/** Of the anomalies that a fault led to, that with the highest peak. */
function anomalyOf(
  { startMs, durationMs }: PlannedFault,
  anomalies: readonly AnomalyEvent[],
  windowLengthMs: number,
): AnomalyEvent | undefined {
  const endMs = startMs + durationMs + windowLengthMs;
  const own = anomalies.filter((anomaly) => anomaly.startMs < endMs && anomaly.endMs > startMs);
  return own.toSorted((a, b) => b.peakScore - a.peakScore)[0];
}

function count(
  { rankings, bins }: Tally,
  fault: PlannedFault,
  alike: readonly LikeAnomaly[],
  faultOf: ReadonlyMap<AnomalyEvent, PlannedFault>,
): void {
  const isSame = ({ event }: LikeAnomaly): boolean => faultOf.get(event)!.name === fault.name;
  for (const one of alike) {
    const bin = bins[likenessBins.findLastIndex((from) => one.likeness >= from)]!;
    bin.pairs++;
    if (isSame(one)) bin.same++;
  }
  const same = alike.filter(isSame);
  if (same.length === 0) return;
  const take = (ranking: Ranking, ranked: readonly LikeAnomaly[]): void => {
    ranking.of++;
    if (isSame(ranked[0]!)) ranking.hits++;
    if (faultOf.get(ranked[0]!.event)!.channelId === fault.channelId) ranking.sameChannel++;
  };
  take(rankings.both, alike);
  take(
    rankings.channels,
    alike.toSorted((a, b) => b.byChannels - a.byChannels),
  );
  take(
    rankings.code,
    alike.toSorted((a, b) => (b.byCode ?? 0) - (a.byCode ?? 0)),
  );
  rankings.chance.of++;
  rankings.chance.hits += same.length / alike.length;
  rankings.chance.sameChannel +=
    alike.filter(({ event }) => faultOf.get(event)!.channelId === fault.channelId).length / alike.length;
}

function table({ rankings, bins }: Tally): string {
  return [
    '| ranked by | anomalies | first is of the same fault | of the same channel |',
    '|-|-:|-:|-:|',
    ...Object.entries(rankings).map(
      ([name, { hits, sameChannel, of }]) => `| ${name} | ${of} | ${percent(hits, of)} | ${percent(sameChannel, of)} |`,
    ),
    '',
    '| likeness from | pairs | of the same fault |',
    '|-|-:|-:|',
    ...bins.map(({ pairs, same }, index) => `| ${likenessBins[index]} | ${pairs} | ${percent(same, pairs)} |`),
  ].join('\n');
}

function percent(part: number, whole: number): string {
  return whole > 0 ? `${((100 * part) / whole).toFixed(0)} %` : '-';
}

function noneYet(): Ranking {
  return { hits: 0, sameChannel: 0, of: 0 };
}
