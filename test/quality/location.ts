/**
 * How near to the truth anomalies begin and end: faults of known rows are put into the test part of recordings, 3 to 8 standard
 * deviations strong and 20 to 100 rows long, and what was found where one lies is held against it. Windows are of 50 rows every
 * 10. An anomaly's strides, and where in them it is located to the row, are both held against it.
 *
 * `npm run quality -- location --data FOLDER` runs over a third of the channels of nasa-smap-msl; `--seed N` is of faults and weights,
 * `--json` prints JSON. It ends with exit code 1 where rows locate no better than strides.
 */
import { parseArgs } from 'node:util';
import type { DatasetMember } from '../../pipelines/evaluation/datasets/recording.ts';
import type { RowRange } from '../../pipelines/evaluation/datasets/row-range.ts';
import { injectAnomalies, type Injection } from '../../pipelines/evaluation/inject-anomalies.ts';
import { judgedAgain } from '../../pipelines/evaluation/judged-again.ts';
import { predictedRows } from '../../pipelines/evaluation/predicted-rows.ts';
import { presetFor } from '../../pipelines/evaluation/presets.ts';
import type { FitPorts } from '../../pipelines/training/fit-bundle.ts';
import { evaluateChannel } from '../../services/host/evaluate/evaluate-channel.ts';
import { closeFitPorts, openFitPorts } from '../../services/host/fit-ports.ts';
import { datasetMembers, openDataset } from '../../services/sources/open-dataset.ts';

const dataset = 'nasa-smap-msl';
const everyNth = 3;
const windowRows = 50;
const strideRows = 10;
const near = 2;

const policies = { 'each window alone': 0, 'windows combined': 1 } as const;
const grains = ['strides', 'rows'] as const;
type Grain = (typeof grains)[number];

/** One fault: how many rows from the truth its ends are, and how much is shared of what either covers. */
interface Nearness {
  readonly start: number;
  readonly end: number;
  readonly overlap: number;
}

type Locations = Record<keyof typeof policies, Record<Grain, Nearness[]>>;

export async function measureLocation(options: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...options],
    options: {
      data: { type: 'string', default: 'shared/data' },
      seed: { type: 'string', default: '1' },
      json: { type: 'boolean' },
    },
  });
  const dataDir = values.data;
  const names = (await datasetMembers({ dataset, dataDir })).filter((_, index) => index % everyNth === 0);
  const locations: Locations = {
    'each window alone': { strides: [], rows: [] },
    'windows combined': { strides: [], rows: [] },
  };
  let faults = 0;
  const ports = await openFitPorts();
  try {
    for (const [index, member] of names.entries()) {
      process.stderr.write(`${member} (${index + 1} of ${names.length}) ...\n`);
      const [recorded] = await openDataset({ dataset, dataDir, member, options: { windowRows, strideRows } });
      faults += await locate(recorded!, Number(values.seed), ports, locations);
    }
  } finally {
    await closeFitPorts(ports);
  }
  process.stdout.write(`${values.json ? JSON.stringify({ faults, locations }) : table(faults, locations)}\n`);
  return Object.values(locations).every(({ strides, rows }) => meanOverlap(rows) > meanOverlap(strides)) ? 0 : 1;
}

/** Adds what was found of a recording's faults; returns how many it has. */
async function locate(recorded: DatasetMember, seed: number, ports: FitPorts, into: Locations): Promise<number> {
  const { member, injections } = withFaults(recorded, seed);
  const preset = presetFor('fast', dataset);
  const training = { ...preset.training, maxSeconds: 600, maxEpochs: 12 };
  const threshold = { policy: 'mean-sigma', parameters: { k: 6 } };
  const { name: _, ...settings } = { ...preset, windowRows, strideRows, training, threshold };
  const { signal } = new AbortController();
  const { scores, calibrated } = await evaluateChannel(member, settings, seed, ports, () => {}, signal);
  if (!calibrated) return injections.length;
  for (const [policy, combined] of Object.entries(policies) as [keyof typeof policies, number][]) {
    const judgedBy = { ...threshold, parameters: { k: 6, smoothing: 0, combined } };
    const { anomalies, predicted } = judgedAgain(scores, calibrated, judgedBy);
    const ofStrides = anomalies.map(({ startMs, endMs }) => ({ startMs, endMs }));
    for (const { rows } of injections) {
      into[policy].strides.push(nearness(rows, predictedRows(scores.timeMs, ofStrides)));
      into[policy].rows.push(nearness(rows, predicted));
    }
  }
  return injections.length;
}

/** The recording with faults in its test part; those near a labelled anomaly, of which the truth is not known, are not counted. */
function withFaults(
  member: DatasetMember,
  seed: number,
): { readonly member: DatasetMember; readonly injections: readonly Injection[] } {
  const { recording, timeline, labelled } = member;
  const { channels } = recording.definition;
  const from = timeline!.trainingRows * channels.length;
  const faulty = channels.flatMap(({ kind, role }, index) => (kind === 'real' && role === 'scored' ? [index] : []));
  const plan = { share: 0.1, leastRows: 20, mostRows: 100, leastAmplitude: 3, mostAmplitude: 8, faulty, seed };
  const injected = injectAnomalies({ values: recording.values.subarray(from), channels: channels.length }, plan);
  const values = recording.values.slice();
  values.set(injected.values, from);
  const isNearLabel = ([first, last]: RowRange): boolean =>
    labelled.some(([start, end]) => first <= end + windowRows && last >= start - windowRows);
  return {
    member: { ...member, recording: { ...recording, values } },
    injections: injected.injections.filter(({ rows }) => !isNearLabel(rows)),
  };
}

/** What was found of a fault, from the first predicted sequence that meets it to the last; all is off where none does. */
function nearness([first, last]: RowRange, predicted: readonly RowRange[]): Nearness {
  const met = predicted.filter(([from, to]) => from <= last && to >= first);
  if (met.length === 0) return { start: Infinity, end: Infinity, overlap: 0 };
  const [from, to] = [met[0]![0], met.at(-1)![1]];
  const shared = Math.min(to, last) - Math.max(from, first) + 1;
  const either = Math.max(to, last) - Math.min(from, first) + 1;
  return { start: Math.abs(from - first), end: Math.abs(to - last), overlap: shared / either };
}

function meanOverlap(found: readonly Nearness[]): number {
  return found.reduce((sum, { overlap }) => sum + overlap, 0) / found.length;
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!;
}

function table(faults: number, locations: Locations): string {
  const within = (numbers: number[]): string =>
    `${((100 * numbers.filter((rows) => rows <= near).length) / numbers.length).toFixed(0)} %`;
  const rows = Object.entries(locations).flatMap(([policy, of]) =>
    grains.map((grain) => {
      const found = of[grain];
      const [starts, ends] = [found.map(({ start }) => start), found.map(({ end }) => end)];
      const cells = [median(starts), within(starts), median(ends), within(ends), meanOverlap(found).toFixed(2)];
      return `| ${policy} | ${grain} | ${found.filter(({ overlap }) => overlap > 0).length} of ${faults} | ${cells.join(' | ')} |`;
    }),
  );
  return [
    `| judged | located to | found | start off by, median rows | at most ${near} | end off by | at most ${near} | overlap |`,
    '|-|-|-:|-:|-:|-:|-:|-:|',
    ...rows,
  ].join('\n');
}
