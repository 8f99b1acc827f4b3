import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import type { RunSummary } from '../../services/host/summary.ts';

/** The same station time as `--duration 150` at 60 times real time; detection is a function of the log, not of speed. */
const run = { speed: 600, durationS: 15 };

/** Runs the product headless, as a person would, and returns its summary. */
export async function summaryOf(seed: number): Promise<RunSummary> {
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
