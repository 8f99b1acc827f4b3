/** Runs the benchmarks of the file that is its argument, each an export named `bench...`, and sends each one's results. */
import { argv } from 'node:process';
import { pathToFileURL } from 'node:url';
import type { BenchResult } from './bench-result.ts';

type Benchmark = () => Promise<BenchResult | readonly BenchResult[]>;

const exported = (await import(pathToFileURL(argv[2]!).href)) as Readonly<Record<string, Benchmark>>;
for (const [name, run] of Object.entries(exported)) {
  if (name.startsWith('bench')) process.send!([await run()].flat());
}
process.disconnect();
