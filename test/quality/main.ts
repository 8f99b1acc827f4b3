/**
 * Detection quality of the demo, pooled over seeds: the product itself, run headless once a seed, against the truth of its
 * injected faults. `npm run quality` runs seeds 1 to 5; `-- 7 8` others; `-- --json` prints JSON. It ends with exit code 1
 * where a bound of the table does not hold.
 */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { faultKinds, type FaultKind } from '../../pipelines/truth.ts';
import type { RunSummary } from '../../services/host/summary.ts';

/** The same station time as `--duration 150` at 60 times real time; detection is a function of the log, not of speed. */
const run = { speed: 600, durationS: 15 };

export interface PooledQuality {
  readonly seeds: readonly number[];
  readonly simulatedHours: number;
  readonly byKind: Readonly<Record<FaultKind, { injected: number; detected: number }>>;
  /** Over all faults but spikes. */
  readonly detectedShare: number;
  readonly falseAnomaliesPerHour: number;
  readonly topContributorShare: number;
  readonly medianDelayMs: number;
  readonly missed: readonly string[];
}

const bounds = { detectedShare: 0.8, falseAnomaliesPerHour: 1, topContributorShare: 0.8 };

async function summaryOf(seed: number): Promise<RunSummary> {
  const options = ['--headless', '--json', '--log-level', 'warn', '--seed', `${seed}`];
  const pace = ['--speed', `${run.speed}`, '--duration', `${run.durationS}`];
  const child = spawn(process.execPath, ['services/cli/main.ts', 'start', ...options, ...pace], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const output = await text(child.stdout);
  const code = await new Promise<number | null>((resolve) => {
    if (child.exitCode !== null) resolve(child.exitCode);
    else child.once('exit', resolve);
  });
  if (code !== 0) throw new Error(`the run with seed ${seed} ended with exit code ${code}`);
  return JSON.parse(output.trim().split('\n').at(-1)!) as RunSummary;
}

/** Counts of all runs together. */
export function pool(seeds: readonly number[], summaries: readonly RunSummary[]): PooledQuality {
  const total = (figure: (summary: RunSummary) => number): number =>
    summaries.reduce((sum, one) => sum + figure(one), 0);
  const byKind = Object.fromEntries(
    faultKinds.map((kind) => [
      kind,
      {
        injected: total(({ byKind }) => byKind[kind].injected),
        detected: total(({ byKind }) => byKind[kind].detected),
      },
    ]),
  ) as PooledQuality['byKind'];
  const judged = faultKinds.filter((kind) => kind !== 'spike').map((kind) => byKind[kind]);
  const simulatedHours = total(({ simulatedSeconds }) => simulatedSeconds) / 3600;
  const delays = summaries.flatMap(({ faults }) =>
    faults.flatMap(({ delayMs }) => (delayMs === null ? [] : [delayMs])),
  );
  return {
    seeds,
    simulatedHours,
    byKind,
    detectedShare: sumOf(judged, 'detected') / sumOf(judged, 'injected'),
    falseAnomaliesPerHour: total(({ falseAnomalies }) => falseAnomalies) / simulatedHours,
    topContributorShare: total((one) => one.topContributorHits) / total((one) => one.detectedByAnomaly),
    medianDelayMs: delays.sort((a, b) => a - b)[Math.floor((delays.length - 1) / 2)] ?? Number.NaN,
    missed: summaries.flatMap(({ faults }, index) =>
      faults
        .filter(({ detectedBy }) => detectedBy === null)
        .map(
          ({ kind, stream, channelIds, amplitudeSigma }) =>
            `seed ${seeds[index]}: ${kind} ${amplitudeSigma?.toFixed(1) ?? ''} ${stream} ${channelIds[0]}`,
        ),
    ),
  };
}

function sumOf<K extends string>(items: readonly Record<K, number>[], key: K): number {
  return items.reduce((sum, item) => sum + item[key], 0);
}

function table(quality: PooledQuality): string {
  const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
  const kinds = faultKinds.map((kind) => {
    const { injected, detected } = quality.byKind[kind];
    return `| ${kind} | ${injected} | ${detected} | ${percent(detected / injected)} |`;
  });
  return [
    '| fault | injected | detected | share |',
    '|-|-:|-:|-:|',
    ...kinds,
    '',
    `- detected, spikes apart: ${percent(quality.detectedShare)} (at least ${percent(bounds.detectedShare)})`,
    `- false anomalies: ${quality.falseAnomaliesPerHour.toFixed(2)} a simulated hour over all streams (at most ${bounds.falseAnomaliesPerHour})`,
    `- faulty channel among the top three: ${percent(quality.topContributorShare)} (at least ${percent(bounds.topContributorShare)})`,
    `- median delay: ${quality.medianDelayMs / 1000} s; ${quality.simulatedHours.toFixed(1)} simulated hours, seeds ${quality.seeds.join(', ')}`,
    '',
    'Missed:',
    ...quality.missed.map((line) => `- ${line}`),
  ].join('\n');
}

async function main(): Promise<void> {
  const options = process.argv.slice(2);
  const chosen = options.filter((option) => /^\d+$/.test(option)).map(Number);
  const seeds = chosen.length > 0 ? chosen : [1, 2, 3, 4, 5];
  const summaries: RunSummary[] = [];
  for (const seed of seeds) {
    process.stderr.write(`seed ${seed} (${summaries.length + 1} of ${seeds.length}) ...\n`);
    summaries.push(await summaryOf(seed));
  }
  const quality = pool(seeds, summaries);
  process.stdout.write(`${options.includes('--json') ? JSON.stringify(quality) : table(quality)}\n`);
  const holds =
    quality.detectedShare >= bounds.detectedShare &&
    quality.falseAnomaliesPerHour <= bounds.falseAnomaliesPerHour &&
    quality.topContributorShare >= bounds.topContributorShare;
  process.exitCode = holds ? 0 : 1;
}

if (import.meta.main) await main();
