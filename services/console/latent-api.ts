/** What the console says of latent codes, to its page and to the command line: types only, as in api.ts. */
import type { CodedWindow, LatentCodes } from '../../pipelines/alarms/latent-codes.ts';
import type { Likeness } from '../../pipelines/alarms/likeness.ts';
import type { AnomalySummary, TimeSpan } from './api.ts';

/** An earlier anomaly of the same stream; its summary says what it was judged to be. */
export interface SimilarIncident extends Likeness {
  readonly anomaly: AnomalySummary;
}

/** `GET /api/anomalies/:id/similar[?limit]`: the earlier anomalies of its stream that it is most like. */
export interface SimilarIncidents {
  readonly id: string;
  /** Anomalies that began before it, at most the newest 2000. */
  readonly compared: number;
  /** Those of them whose codes could be compared too: the same model scored them. */
  readonly comparedByCode: number;
  /** The most alike first. */
  readonly incidents: readonly SimilarIncident[];
}

/**
 * `GET /api/models/:version/codes[?fromMs][&toMs][&limit]`: codes of the windows that a model scored, by their ends within the
 * time, the newest `limit` of them.
 */
export interface ModelCodes extends LatentCodes, TimeSpan {}

/**
 * `GET /api/streams/:stream/codes[?fromMs][&toMs][&limit]`: the same for the page, of the model that scored the newest of these
 * windows: where there are more than `limit`, all that are part of an anomaly or judged, and of the others so many, evenly. null
 * before the first score.
 */
export interface StreamCodes {
  readonly map: (TimeSpan & Omit<LatentCodes, 'windows'> & { readonly windows: readonly MappedWindow[] }) | null;
}

export type MappedWindow = Omit<CodedWindow, 'code'>;
