import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Config } from '../../host/config-schema.ts';
import type { Host } from '../../host/host.ts';
import type { RunSummary } from '../../host/summary.ts';
import { addConfigOptions, hostConfig, type ConfigOptions } from '../config-options.ts';
import { exitCodes } from '../exit-codes.ts';
import { interruption } from '../interruption.ts';
import { examples, printResult, table, type OutputOptions } from '../output.ts';
import { seconds } from '../system-options.ts';

const stopWithinMs = 10_000;

interface StartOptions extends ConfigOptions, OutputOptions {
  readonly headless?: boolean;
  /** Seconds. */
  readonly duration?: number;
}

/** `cupola start`: the whole system in one process. */
export function addStart(program: Command): void {
  addConfigOptions(program.command('start'))
    .description('Run the system in this process: by default a simulated station, with its console on a page')
    .option('--headless', 'without the console')
    .option('--duration <seconds>', 'end after so much live telemetry and print a summary', seconds)
    .option('--json', 'print JSON on one line')
    .addHelpText(
      'after',
      examples(
        'cupola start',
        'cupola start --seed 7 --speed 600 --data-dir /tmp/station',
        'cupola start --headless --duration 150 --seed 7 --json',
        'cupola start --config cupola.yaml',
      ),
    )
    .addHelpText(
      'after',
      '\nCtrl+C ends it in good order; a second one at once. With --duration, a simulated station counts from the end\n' +
        'of its history and stands still while its first models are trained, and nothing is kept unless --data-dir,\n' +
        'or the configuration, names a folder.',
    )
    .action(start);
}

async function start(options: StartOptions): Promise<void> {
  const loaded = hostConfig(options);
  const services = options.headless
    ? loaded.config.services.filter((name) => name !== 'console')
    : loaded.config.services;
  const isKept = options.duration === undefined || loaded.originOf(['dataDir']) !== 'default';
  const dataDir = isKept ? loaded.config.dataDir : await mkdtemp(join(tmpdir(), 'cupola-'));
  try {
    await run({ ...loaded.config, services, dataDir }, options);
  } finally {
    if (!isKept) await rm(dataDir, { recursive: true, force: true });
  }
}

async function run(config: Config, options: StartOptions): Promise<void> {
  const { duration } = options;
  const interrupted = interruption();
  const { startHost } = await import('../../host/host.ts');
  const { createLogger } = await import('../../host/logger.ts');
  const ending = new AbortController();
  const host = await startHost(config, { logger: createLogger(config.logging), liveSeconds: duration });
  try {
    if (host.url !== null) printResult(options, { url: host.url }, ({ url }) => `Cupola is at ${url} (Ctrl+C ends it)`);
    const isInterrupted = await Promise.race([host.failed, interrupted, ended(host, duration, ending.signal)]);
    if (isInterrupted || duration === undefined) return;
    await Promise.race([host.failed, host.settle()]);
    const { summarizeRun } = await import('../../host/summary.ts');
    const firstFaultMs = host.sources.simulator?.scenario.firstFaultMs ?? null;
    printResult(options, await summarizeRun(host.adapters.log, firstFaultMs), summaryText);
  } finally {
    ending.abort();
    await withinDeadline(host.stop());
  }
}

/** When a run of a given duration is over: with the simulated station, or by the clock where there is none. */
async function ended(host: Host, duration: number | undefined, signal: AbortSignal): Promise<false> {
  if (duration === undefined) return new Promise(() => undefined);
  const byClock = host.sources.simulator ? [] : [host.adapters.clock.sleep(duration * 1000, signal)];
  await Promise.race([host.sourcesEnded, ...byClock]);
  return false;
}

/** What hangs must not keep the process alive: whoever asked for the end would have to kill it. */
async function withinDeadline(stopped: Promise<void>): Promise<void> {
  const deadline = setTimeout(() => {
    process.stderr.write(
      `Not everything stopped within ${stopWithinMs / 1000} s; ending now. What was committed is kept.\n`,
    );
    process.exit(exitCodes.failed.code);
  }, stopWithinMs);
  await stopped.finally(() => clearTimeout(deadline));
}

function summaryText(summary: RunSummary): string {
  return table(
    ['SUMMARY', ''],
    Object.entries(summary)
      .filter(([, value]) => typeof value !== 'object' || value === null)
      .map(([figure, value]) => [figure, String(value)]),
  );
}
