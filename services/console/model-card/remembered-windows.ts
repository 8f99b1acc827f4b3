import type { BundleManifest } from '../../../pipelines/autoencoders/bundle.ts';
import type { WindowMatrix } from '../../../pipelines/features/transform-window.ts';
import type { HistoryStore } from '../../../pipelines/ports.ts';
import type { WindowScore } from '../../../pipelines/scoring/score-event.ts';
import type { ActivatedWindow } from '../../../pipelines/training/model-card/activated-window.ts';
import { trainingWindows } from '../../../pipelines/training/training-windows.ts';

/** Scored windows that are looked through: the newest. */
const mostWindows = 8192;

/** Windows that a model scored and the history knows, with their codes; none of a model without a code. */
export async function rememberedWindows(
  history: HistoryStore,
  version: string,
  { definition }: BundleManifest,
): Promise<readonly ActivatedWindow[]> {
  const extent = await history.extent(definition.stream);
  if (!extent) return [];
  const events = await history.scoreEvents(definition.stream, extent, mostWindows);
  return events
    .filter((event) => event.type === 'score')
    .filter(({ modelVersion, latent }) => modelVersion === version && latent.length > 0)
    .map(({ windowStartMs, windowEndMs, latent }) => ({
      startMs: windowStartMs,
      endMs: windowEndMs,
      code: latent,
      cells: () => cellsOf(history, definition, windowStartMs, windowEndMs),
    }));
}

/** A window's cells as windowing makes them of stored samples, those before it that it carries among them. */
async function cellsOf(
  history: HistoryStore,
  definition: BundleManifest['definition'],
  startMs: WindowScore['windowStartMs'],
  endMs: WindowScore['windowEndMs'],
): Promise<WindowMatrix | null> {
  const staleAfterMs = Math.max(definition.staleAfterMs, ...definition.channels.map((one) => one.staleAfterMs ?? 0));
  // A whole stride before it at least: windows begin with the stream's first sample.
  const fromMs = startMs - Math.max(staleAfterMs, definition.strideMs);
  const samples = await history.samples(definition.stream, definition.version, { fromMs, toMs: endMs });
  return trainingWindows(definition, samples).find((window) => window.startMs === startMs) ?? null;
}
