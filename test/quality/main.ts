/**
 * Detection quality of the demo, pooled over seeds: the product itself, run headless once a seed, against the truth of its
 * injected faults. `npm run quality` runs seeds 1 to 5; `-- 7 8` others; `-- --json` prints JSON. It ends with exit code 1
 * where a bound of the table does not hold. `npm run quality -- NAME` is another measure: see the file of that name.
 */
import { faultKinds } from '../../pipelines/truth.ts';
import type { RunSummary } from '../../services/host/summary.ts';
import { measureArchitectures } from './architectures.ts';
import { measureContamination } from './contamination.ts';
import { measureFamilies } from './families.ts';
import { summaryOf } from './headless-run.ts';
import { measureLikeness } from './likeness.ts';
import { measureLocation } from './location.ts';
import { pool, type PooledQuality } from './pool.ts';

const bounds = { detectedShare: 0.8, falseAnomaliesPerHour: 1, topContributorShare: 0.8 };

const otherMeasures: Readonly<Record<string, (options: string[]) => Promise<number>>> = {
  architectures: measureArchitectures,
  contamination: measureContamination,
  families: measureFamilies,
  likeness: measureLikeness,
  location: measureLocation,
};

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}

function table(quality: PooledQuality): string {
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
    '',
    'False:',
    ...quality.false.map((line) => `- ${line}`),
  ].join('\n');
}

async function main(): Promise<void> {
  const options = process.argv.slice(2);
  const other = otherMeasures[options[0] ?? ''];
  if (other) {
    process.exitCode = await other(options.slice(1));
    return;
  }
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

await main();
