import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import type { TelemetryLines } from '../../host/simulated-telemetry.ts';
import { numberOr } from '../config-options.ts';
import { interruption } from '../interruption.ts';
import { examples, printResult, timeText, type OutputOptions } from '../output.ts';
import { Progress } from '../progress.ts';
import { seconds } from '../system-options.ts';

interface SimulateOptions extends OutputOptions {
  readonly seed?: string;
  readonly speed?: string;
  readonly historyOrbits: string;
  readonly quietSeconds: number;
  readonly faults: boolean;
  readonly seconds: number;
  readonly out?: string;
  readonly truth?: string;
}

interface Written {
  samples: number;
  faults: TelemetryLines['truth'][number][];
  toMs: number | null;
}

/** `cupola simulate`: the simulated station alone, as JSON lines. */
export function addSimulate(program: Command): void {
  program
    .command('simulate')
    .description('Write the telemetry of the simulated station as JSON lines, and the truth about its faults')
    .option('--seconds <seconds>', 'station seconds after the history', seconds, 3600)
    .option('--seed <number>', 'decides telemetry and faults')
    .option('--speed <factor>', 'station seconds in a second (default: as fast as it is taken)')
    .option('--history-orbits <orbits>', 'orbits without faults that come first', '0')
    .option('--quiet-seconds <seconds>', 'station seconds after them before the first fault', seconds, 0)
    .option('--no-faults', 'without faults')
    .option('--out <file>', 'write to this file rather than to standard output')
    .option('--truth <file>', 'write the truth about injected faults to this file, as JSON lines')
    .option('--json', 'with --out: print a summary as JSON on one line')
    .addHelpText(
      'after',
      examples(
        'cupola simulate --seconds 600 | head',
        'cupola simulate --seed 7 --seconds 86400 --out day.jsonl --truth faults.jsonl',
      ),
    )
    .action(simulate);
}

async function simulate(options: SimulateOptions): Promise<void> {
  const { out, truth } = options;
  const { simulatedTelemetry } = await import('../../host/simulated-telemetry.ts');
  const ending = new AbortController();
  void interruption().then(() => ending.abort());
  const { seed, speed, historyOrbits, faults, quietSeconds } = options;
  const fields = {
    seed: numberOr(seed),
    speed: numberOr(speed),
    historyOrbits: numberOr(historyOrbits),
    faults,
    quietMs: quietSeconds * 1000,
  };
  const written: Written = { samples: 0, faults: [], toMs: null };
  const lines = counted(
    simulatedTelemetry(fields, options.seconds, ending.signal),
    written,
    new Progress(out !== undefined && process.stderr.isTTY),
  );
  await pipeline(lines, out === undefined ? process.stdout : createWriteStream(out), { end: out !== undefined });
  if (truth !== undefined) await writeFile(truth, written.faults.map((fault) => `${JSON.stringify(fault)}\n`).join(''));
  if (out === undefined) return;
  const summary = { out, samples: written.samples, faults: written.faults.length, toMs: written.toMs };
  printResult(
    options,
    summary,
    ({ samples, toMs }) => `${samples} samples up to ${timeText(toMs)}, ${summary.faults} faults: ${out}`,
  );
}

async function* counted(
  chunks: AsyncIterable<TelemetryLines>,
  written: Written,
  progress: Progress,
): AsyncGenerator<Uint8Array> {
  for await (const { lines, samples, truth, toMs } of chunks) {
    written.samples += samples;
    written.faults.push(...truth);
    written.toMs = toMs;
    progress.show(`${timeText(toMs)}, ${written.samples} samples`);
    yield lines;
  }
  progress.end();
}
