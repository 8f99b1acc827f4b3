import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { HistoryStore, TimeRange } from '../../../pipelines/ports.ts';
import type { WindowScore } from '../../../pipelines/scoring/score-event.ts';
import type { StreamDefinition } from '../../../pipelines/telemetry/stream-definition.ts';
import { trainingWindows } from '../../../pipelines/training/training-windows.ts';
import { parseRequest } from '../api-error.ts';
import type { ReadModel } from '../read-model.ts';
import { unknownStream } from '../submit-command.ts';
import { streamTelemetry, type StreamTelemetry } from './stream-telemetry.ts';
import { codesTable, exportKinds, scoresTable, windowsTable, type ExportTable } from './export-table.ts';

/** Windows that one answer has at most: the newest of the range. */
const mostWindows = 20_000;

const paramsSchema = z.object({ stream: z.string(), kind: z.enum(exportKinds) });
const timeMs = z.coerce.number().min(0).max(8.64e15);
const rangeSchema = z.object({ fromMs: timeMs.optional(), toMs: timeMs.optional() });
const querySchema = rangeSchema.extend({
  limit: z.coerce.number().int().min(1).max(mostWindows).default(5000),
});

interface ExportSources {
  readonly model: ReadModel;
  readonly history: HistoryStore;
}

/** `GET /api/streams/:stream/export/windows|scores|codes[?fromMs][&toMs][&limit]`: what the history holds, as columns. */
export function addExportRoutes(server: FastifyInstance, { model, history }: ExportSources): void {
  server.get('/api/streams/:stream/telemetry', async ({ params, query }): Promise<StreamTelemetry> => {
    const { stream } = parseRequest(paramsSchema.pick({ stream: true }), params);
    const definition = known(model, stream);
    return streamTelemetry(history, definition, parseRequest(rangeSchema, query));
  });
  server.get('/api/streams/:stream/export/:kind', async ({ params, query }): Promise<ExportTable> => {
    const { stream, kind } = parseRequest(paramsSchema, params);
    const { limit, ...asked } = parseRequest(querySchema, query);
    const definition = known(model, stream);
    const extent = await history.extent(stream);
    const range = { fromMs: asked.fromMs ?? extent?.fromMs ?? 0, toMs: asked.toMs ?? extent?.toMs ?? 0 };
    if (kind === 'windows') return windowsTable(definition, await windowsIn(history, definition, range, limit));
    const scores = await scoresIn(history, definition, range, limit);
    return kind === 'scores' ? scoresTable(definition, scores) : codesTable(definition, ofNewestModel(scores));
  });
}

function known(model: ReadModel, stream: string): StreamDefinition {
  const definition = model.stream(stream)?.definition;
  if (!definition) throw unknownStream(stream);
  return definition;
}

/** Of the newest windows that lie in a range, as windowing makes them of stored samples. */
async function windowsIn(
  history: HistoryStore,
  definition: StreamDefinition,
  { fromMs, toMs }: TimeRange,
  limit: number,
): Promise<ReturnType<typeof trainingWindows>> {
  const { strideMs, windowLengthMs, staleAfterMs, stream, version } = definition;
  // What is carried into the first window comes before it.
  const firstMs = Math.max(fromMs, toMs - windowLengthMs - limit * strideMs);
  const samples = await history.samples(stream, version, { fromMs: firstMs - staleAfterMs, toMs });
  const windows = trainingWindows(definition, samples);
  return windows.filter(({ startMs, endMs }) => startMs >= firstMs && endMs <= toMs).slice(-limit);
}

/** Of the stream's present definition, since contributions are by its channels. */
async function scoresIn(
  history: HistoryStore,
  { stream, version }: StreamDefinition,
  range: TimeRange,
  limit: number,
): Promise<readonly WindowScore[]> {
  const events = await history.scoreEvents(stream, range, limit);
  return events
    .filter((event) => event.type === 'score')
    .filter(({ definitionVersion }) => definitionVersion === version);
}

/** Codes of one model mean nothing to another's. */
function ofNewestModel(scores: readonly WindowScore[]): readonly WindowScore[] {
  const newest = scores.at(-1)?.modelVersion;
  return scores.filter(({ modelVersion }) => modelVersion === newest);
}
