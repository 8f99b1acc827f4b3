import { allocateFeatureWindows } from '../features/encode-window.ts';
import type { ScoringRuntime } from '../ports.ts';
import type { GoverningModel } from '../scoring/governing-model.ts';
import { runtimeApart } from '../scoring/runtime-apart.ts';
import type { TrainingWindow } from './training-windows.ts';

/** Windows scored at once: their features must fit into memory. */
const windowsAtOnce = 1024;

/** The reconstructionError of each window under a model, as the detector computes it. */
export async function windowErrors(
  model: GoverningModel,
  windows: readonly TrainingWindow[],
  runtime: ScoringRuntime,
): Promise<number[]> {
  const errors: number[] = [];
  const own = runtimeApart(runtime, 'errors');
  await own.load(model.version, model.bundle);
  try {
    for (let from = 0; from < windows.length; from += windowsAtOnce) {
      const some = windows.slice(from, from + windowsAtOnce);
      const encoded = allocateFeatureWindows(model.layout, some.length);
      some.forEach((window, index) => model.encode(window, encoded, index));
      const awaited = some.map(({ startMs, endMs, values, mask }) => ({
        startMs,
        endMs,
        missingShare: 0,
        backfill: false,
        matrix: { values, mask },
      }));
      const events = model.scoreEvents(await own.score(model.version, encoded), awaited);
      errors.push(...events.map(({ reconstructionError }) => reconstructionError));
    }
  } finally {
    await own.unload(model.version);
  }
  return errors;
}
