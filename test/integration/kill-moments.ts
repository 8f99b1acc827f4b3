import { watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SeededRandom } from '../../pipelines/random.ts';
import type { CupolaProcess } from './cupola-process.ts';

/** When a process is killed: while it starts, anywhere in its work, as it writes, or after the end of its telemetry. */
export type Moment = 'startup' | 'work' | 'write' | 'end';

/** How long the parts of a process's life take. */
export interface Pace {
  /** From the start of the process to that of its services. */
  readonly startupMs: number;
  /** From there to the end of its telemetry. */
  readonly workMs: number;
}

const started = '"msg":"started"';
const telemetryEnded = '"msg":"service has nothing more to do"';
/** Less than what a process takes at least from the end of its telemetry to its own. */
const endingMs = 500;

/** Moments at which to kill one process after the other, the last near the end of all work. */
export function killMoments(count: number, random: SeededRandom): Moment[] {
  const kinds: readonly Moment[] = ['work', 'write', 'work', 'write', 'work', 'write', 'startup'];
  const early = Array.from({ length: count - 1 }, (_, i) => kinds[i % kinds.length]!);
  return [...random.shuffle(early), 'end'];
}

/** The pace of a process that nobody kills. */
export async function paceOf(process: CupolaProcess): Promise<Pace> {
  const startMs = performance.now();
  await process.said(started);
  const startedMs = performance.now();
  await process.said(telemetryEnded);
  return { startupMs: startedMs - startMs, workMs: performance.now() - startedMs };
}

/**
 * Resolves at such a moment of a process that was just started, and soon after the end of its telemetry at the latest: with
 * how long its services were at work by then. A moment in the work comes at most `pace.workMs` after the first write to the
 * file at `path`.
 */
export async function momentOf(
  process: CupolaProcess,
  moment: Moment,
  path: string,
  pace: Pace,
  random: SeededRandom,
): Promise<number> {
  const delay = random.uniform();
  if (moment === 'startup') return sleep(delay * pace.startupMs, 0);
  const watching = new AbortController();
  const inWork = async (): Promise<void> => {
    await nextWrite(path, watching.signal);
    await sleep(delay * pace.workMs);
    if (moment === 'write') await nextWrite(path, watching.signal);
  };
  await process.said(started);
  const startedMs = performance.now();
  const ending = process.said(telemetryEnded).then(() => sleep(delay * endingMs));
  await Promise.race(moment === 'end' ? [ending] : [ending, inWork()]);
  watching.abort();
  return performance.now() - startedMs;
}

/** Resolves when a process writes to the WAL of a SQLite file; never after the signal aborts. */
function nextWrite(path: string, signal: AbortSignal): Promise<void> {
  const wal = `${basename(path)}-wal`;
  return new Promise((resolve) => {
    const watcher = watch(dirname(path), { signal }, (_event, name) => {
      if (name !== wal) return;
      watcher.close();
      resolve();
    });
  });
}
