import { latentCodes, type CodedWindow } from '../../pipelines/alarms/latent-codes.ts';
import type { WindowScore } from '../../pipelines/scoring/score-event.ts';
import { anomalyEventsIn } from './anomalies-in.ts';
import type { MappedWindow, ModelCodes, StreamCodes, TimeSpan } from './api.ts';
import type { IncidentSources } from './similar-incidents.ts';

/** Events that one request may read. */
const mostEvents = 5000;
const mostAnomalies = 1000;

/** Codes of the newest windows that a model scored in a time. Errors: CUPOLA_MODEL_UNKNOWN, CUPOLA_BUNDLE_CORRUPT. */
export async function modelCodes(
  sources: IncidentSources,
  modelVersion: string,
  range: TimeSpan,
  limit: number,
): Promise<ModelCodes> {
  const { manifest } = await sources.bundles.get(modelVersion);
  const { stream } = manifest.definition;
  const scores = (await scoresIn(sources, stream, range)).filter((score) => score.modelVersion === modelVersion);
  const newest = scores.slice(-limit);
  const shown = { fromMs: newest[0]?.windowStartMs ?? range.fromMs, toMs: newest.at(-1)?.windowEndMs ?? range.toMs };
  const anomalies = await anomalyEventsIn(sources, stream, shown, mostAnomalies);
  const verdicts = sources.model.verdicts().filter((verdict) => verdict.stream === stream);
  return { ...shown, ...latentCodes(modelVersion, manifest, newest, { anomalies, verdicts: verdicts.toReversed() }) };
}

/** A stream's map over a time: by the model that scored its newest window. */
export async function streamCodes(
  sources: IncidentSources,
  stream: string,
  range: TimeSpan,
  limit: number,
): Promise<StreamCodes> {
  const newest = (await scoresIn(sources, stream, range)).at(-1);
  if (!newest) return { map: null };
  const codes = await modelCodes(sources, newest.modelVersion, range, mostEvents);
  return { map: { ...codes, windows: thinned(codes.windows, limit).map(mapped) } };
}

/** Scores of windows that end within a time, ascending. */
async function scoresIn({ history }: IncidentSources, stream: string, range: TimeSpan): Promise<WindowScore[]> {
  const events = await history.scoreEvents(stream, range, mostEvents);
  return events.filter((event) => event.type === 'score').filter(({ windowEndMs }) => windowEndMs <= range.toMs);
}

/** All that something was said of; of the others every so manyeth. */
function thinned(windows: readonly CodedWindow[], limit: number): CodedWindow[] {
  const step = Math.max(1, Math.ceil(windows.filter(isOrdinary).length / limit));
  let ordinary = 0;
  return windows.filter((window) => !isOrdinary(window) || ordinary++ % step === 0);
}

function isOrdinary({ anomalyId, judgement }: CodedWindow): boolean {
  return anomalyId === null && judgement === null;
}

function mapped(window: CodedWindow): MappedWindow {
  const { windowStartMs, windowEndMs, anomalyScore, anomalyId, judgement, x, y } = window;
  return { windowStartMs, windowEndMs, anomalyScore, anomalyId, judgement, x, y };
}
