/**
 * `npm run bench [-- [--json] [--kafka] [--influx] [NAME...]]`: runs the benchmarks of this folder and prints a table, or one JSON object.
 *
 * Each file runs in a process of its own, so that no benchmark inherits another's heap, compiled code or threads, and one
 * after the other. Progress goes to standard error.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { BenchResult } from './bench-result.ts';

/** What each file measures. */
const onThisMachine: Readonly<Record<string, readonly string[]>> = {
  'decode.ts': ['decode'],
  'log-append.ts': ['log.append'],
  'pipeline.ts': ['pipeline.dense', 'pipeline.lstm'],
  'score.ts': ['score.dense', 'score.lstm'],
  'train.ts': ['train.dense', 'train.lstm'],
  'window.ts': ['window'],
};
/** What each file measures with a real server, which it starts and ends. */
const onServers: typeof onThisMachine = {
  'influx-write.ts': ['influx.write'],
  'kafka-exactly-once.ts': ['kafka.exactly-once'],
  'kafka-latency.ts': ['kafka.latency', 'kafka.commit-interval'],
  'kafka-pipeline.ts': ['kafka.pipeline', 'kafka.consumer'],
  'kafka-workers.ts': ['kafka.workers'],
};
const benchmarks = { ...onThisMachine, ...onServers };
const help = `npm run bench [-- [--json] [--kafka] [--influx] [NAME...]]

Measures speed on this machine, each figure against something known. By default all of:

${listed(onThisMachine)}

With a real server, which must be installed; only where they are named:

${listed(onServers)}

A NAME may stand for several: score is score.dense and score.lstm.

  --json    prints { "results": [ { "name", "value", "unit", "against", "ratio", "figures"? } ] }
  --kafka   is the name kafka
  --influx  is the name influx
  --help    prints this

Exit codes: 0 done; 1 a benchmark failed; 2 wrong command line.`;
const columns = ['name', 'value', 'unit', 'ratio', 'against'];
const texts = new Set(['name', 'unit', 'against']);
const inFolder = (file: string): URL => new URL(file, import.meta.url);

const { options, chosen } = commandLine();
if (options.help) console.log(help);
else await run();

/** Options and names; ends the process where they are wrong. */
function commandLine() {
  try {
    const { values, positionals } = parseArgs({
      options: {
        json: { type: 'boolean', default: false },
        kafka: { type: 'boolean', default: false },
        influx: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
      allowPositionals: true,
    });
    const unknown = positionals.find(
      (name) =>
        !Object.values(benchmarks)
          .flat()
          .some((known) => isOf(known, name)),
    );
    if (unknown !== undefined) throw new Error(`No benchmark is named ${unknown}.`);
    const servers = (['kafka', 'influx'] as const).filter((server) => values[server]);
    return { options: values, chosen: [...positionals, ...servers] };
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${help}\n`);
    process.exit(2);
  }
}

async function run(): Promise<void> {
  const results: BenchResult[] = [];
  for (const [file, names] of Object.entries(benchmarks)) {
    const wanted = names.filter(isChosen);
    if (wanted.length === 0) continue;
    const found = await resultsOf(file);
    for (const name of wanted) if (!found.some((result) => isOf(result.name, name))) fail(`${file} gave no ${name}`);
    results.push(...found);
  }
  console.log(options.json ? JSON.stringify({ results }, null, 2) : text(results));
}

function isChosen(name: string): boolean {
  if (chosen.length > 0) return chosen.some((choice) => isOf(name, choice));
  return Object.values(onThisMachine).flat().includes(name);
}

function listed(files: typeof onThisMachine): string {
  return Object.values(files)
    .map((names) => `  ${names.join(', ')}`)
    .join('\n');
}

/** Whether `score.lstm` is `score.lstm`, or of `score`. */
function isOf(name: string, group: string): boolean {
  return name === group || name.startsWith(`${group}.`);
}

/** Results of one file, in a process of its own whose standard output joins our standard error. */
async function resultsOf(file: string): Promise<BenchResult[]> {
  const started = performance.now();
  process.stderr.write(`${file.replace('.ts', '')} ... `);
  const found: BenchResult[] = [];
  const child = fork(inFolder('run-file.ts'), [fileURLToPath(inFolder(file))], {
    stdio: ['ignore', 2, 'inherit', 'ipc'],
  });
  child.on('message', (message) => found.push(...(message as BenchResult[])));
  const exitCode = await new Promise<number | null>((resolve) => child.once('close', resolve));
  process.stderr.write(`${((performance.now() - started) / 1000).toFixed(1)} s\n`);
  if (exitCode !== 0) fail(`${file} failed`);
  return found.filter(({ name }) => isChosen(name));
}

function fail(reason: string): void {
  process.stderr.write(`${reason}\n`);
  process.exitCode = 1;
}

function text(results: readonly BenchResult[]): string {
  const detailed = results.filter(({ figures }) => figures);
  const names = [...new Set(detailed.flatMap(({ figures }) => Object.keys(figures!)))];
  const more = detailed.map(({ name, figures }) =>
    [name].concat(names.map((figure) => figures![figure]!.toPrecision(3))),
  );
  const main = table(columns, results.map(cellsOf));
  return more.length === 0 ? main : `${main}\n\n${table(['name', ...names], more)}`;
}

/** All columns to the right but texts. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows];
  const widths = head.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)));
  const pad = (cell: string, i: number): string =>
    texts.has(head[i]!) ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!);
  return lines.map((line) => line.map(pad).join('  ').trimEnd()).join('\n');
}

function cellsOf({ name, value, unit, against, ratio }: BenchResult): string[] {
  return [name, Math.round(value).toLocaleString('en'), unit, `${ratio.toPrecision(3)} x`, against];
}
