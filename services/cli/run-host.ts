import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LoadedConfig } from '../host/config.ts';
import type { Config } from '../host/config-schema.ts';
import type { Host } from '../host/host.ts';
import type { RunSummary } from '../host/summary.ts';
import { exitCodes } from './exit-codes.ts';
import { interruption } from './interruption.ts';
import { printResult, table, type OutputOptions } from './output.ts';

const stopWithinMs = 10_000;

/** How a host is run. */
export interface RunOptions extends OutputOptions {
  readonly headless?: boolean;
  /** Seconds of live telemetry after which it ends, with a summary. */
  readonly duration?: number | undefined;
  /** Whether the default data folder is used; else a folder of its own, gone at the end. */
  readonly isKept: boolean;
}

/** Runs the services of a configuration until they are interrupted, fail, or have run for the duration. */
export async function runHost({ config, originOf }: LoadedConfig, options: RunOptions): Promise<void> {
  const services = options.headless ? config.services.filter((name) => name !== 'console') : config.services;
  const isKept = options.isKept || originOf(['dataDir']) !== 'default';
  const dataDir = isKept ? config.dataDir : await mkdtemp(join(tmpdir(), 'cupola-'));
  try {
    await run({ ...config, services, dataDir }, options);
  } finally {
    if (!isKept) await rm(dataDir, { recursive: true, force: true });
  }
}

async function run(config: Config, options: RunOptions): Promise<void> {
  const { duration } = options;
  const interrupted = interruption();
  const { startHost } = await import('../host/host.ts');
  const { createLogger } = await import('../host/logger.ts');
  const ending = new AbortController();
  const host = await startHost(config, { logger: createLogger(config.logging), liveSeconds: duration });
  try {
    if (host.url !== null) printResult(options, { url: host.url }, ({ url }) => `Cupola is at ${url} (Ctrl+C ends it)`);
    const isInterrupted = await Promise.race([host.failed, interrupted, ended(host, duration, ending.signal)]);
    if (isInterrupted || duration === undefined) return;
    await Promise.race([host.failed, host.settle()]);
    const { summarizeRun } = await import('../host/summary.ts');
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
  const figures = Object.entries(summary).filter(([, value]) => value === null || typeof value !== 'object');
  const kinds = Object.entries(summary.byKind).map(([kind, { injected, detected }]) => [
    kind,
    `${injected}`,
    `${detected}`,
  ]);
  return [
    table(
      ['FIGURE', ''],
      figures.map(([figure, value]) => [figure, String(value ?? '-')]),
    ),
    '',
    table(['FAULTS', 'INJECTED', 'DETECTED'], kinds),
  ].join('\n');
}
