/**
 * `npm run bench [-- [--json] [NAME...]]`: runs the benchmarks of this folder and prints a table, or one JSON object.
 *
 * NAME is a file's (`score`, `log.append`) or one of its results' (`score.lstm`). Each file runs in a process of its own, so
 * that no benchmark inherits another's heap, compiled code or threads, and one after the other. Progress goes to standard
 * error; the exit code is 1 where a benchmark failed or a name has none.
 */
import { fork } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { BenchResult } from './bench-result.ts';

const notBenchmarks = new Set([
  'main.ts',
  'run-file.ts',
  'bench-result.ts',
  'compare-rates.ts',
  'example-telemetry.ts',
  'pipeline-input.ts',
  'bare-onnx.ts',
]);
const columns = ['name', 'value', 'unit', 'ratio', 'against'];
const numbers = new Set(['value', 'ratio']);
const inFolder = (file: string): URL => new URL(file, import.meta.url);

const { values: options, positionals: chosen } = parseArgs({
  options: { json: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const results: BenchResult[] = [];
for (const file of benchmarkFiles()) results.push(...(await resultsOf(file)));
for (const name of chosen.filter((choice) => !results.some((result) => isOf(result.name, choice))))
  fail(`nothing is named ${name}`);
console.log(options.json ? JSON.stringify({ results }, null, 2) : table(results));

function benchmarkFiles(): string[] {
  return readdirSync(inFolder('.'))
    .filter((file) => file.endsWith('.ts') && !notBenchmarks.has(file))
    .filter(
      (file) =>
        chosen.length === 0 || chosen.some((choice) => isOf(choice, nameOf(file)) || isOf(nameOf(file), choice)),
    )
    .toSorted();
}

function nameOf(file: string): string {
  return file.replace('.ts', '').replaceAll('-', '.');
}

/** Whether `score.lstm` is `score.lstm`, or of `score`. */
function isOf(name: string, group: string): boolean {
  return name === group || name.startsWith(`${group}.`);
}

/** Results of one file, in a process of its own whose standard output joins our standard error. */
async function resultsOf(file: string): Promise<BenchResult[]> {
  const started = performance.now();
  process.stderr.write(`${nameOf(file)} ... `);
  const found: BenchResult[] = [];
  const child = fork(inFolder('run-file.ts'), [fileURLToPath(inFolder(file))], {
    stdio: ['ignore', 2, 'inherit', 'ipc'],
  });
  child.on('message', (message) => found.push(...(message as BenchResult[])));
  const exitCode = await new Promise<number | null>((resolve) => child.once('close', resolve));
  process.stderr.write(`${((performance.now() - started) / 1000).toFixed(1)} s\n`);
  if (exitCode !== 0) fail(`${file} failed`);
  return found.filter(({ name }) => chosen.length === 0 || chosen.some((choice) => isOf(name, choice)));
}

function fail(reason: string): void {
  process.stderr.write(`${reason}\n`);
  process.exitCode = 1;
}

function table(rows: readonly BenchResult[]): string {
  const lines = [columns, ...rows.map(cellsOf)];
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)));
  const pad = (cell: string, i: number): string =>
    numbers.has(columns[i]!) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!);
  return lines.map((line) => line.map(pad).join('  ').trimEnd()).join('\n');
}

function cellsOf({ name, value, unit, against, ratio }: BenchResult): string[] {
  return [name, Math.round(value).toLocaleString('en'), unit, `${ratio.toPrecision(3)} x`, against];
}
