import type { AnomalyEvent } from '../../pipelines/alarms/anomaly-event.ts';
import { mostAlike } from '../../pipelines/alarms/likeness.ts';
import type { BundleStore } from '../../pipelines/ports.ts';
import { NormalCodes } from '../../pipelines/scoring/normal-codes.ts';
import { anomalyEventsIn, type AnomalySources } from './anomalies-in.ts';
import type { SimilarIncidents } from './api.ts';

const mostCompared = 2000;

export interface IncidentSources extends AnomalySources {
  readonly bundles: BundleStore;
}

/** The earlier anomalies of its stream that an anomaly is most like, at most `limit`. Errors: CUPOLA_BUNDLE_CORRUPT. */
export async function similarIncidents(
  sources: IncidentSources,
  event: AnomalyEvent,
  limit: number,
): Promise<SimilarIncidents> {
  const before = { fromMs: 0, toMs: event.startMs };
  const events = await anomalyEventsIn(sources, event.stream, before, mostCompared);
  const earlier = events.filter(({ startMs }) => startMs < event.startMs);
  const normal = event.code ? await normalCodes(sources.bundles, event.modelVersion) : null;
  const isComparable = ({ code, modelVersion }: AnomalyEvent): boolean =>
    normal !== null && code !== undefined && modelVersion === event.modelVersion;
  return {
    id: event.id,
    compared: earlier.length,
    comparedByCode: earlier.filter(isComparable).length,
    incidents: mostAlike(event, earlier, normal, limit).map(({ event: other, ...likeness }) =>
      Object.assign(likeness, { anomaly: sources.summaries.anomaly(other) }),
    ),
  };
}

/** null where the bundle holds none. */
async function normalCodes(bundles: BundleStore, modelVersion: string): Promise<NormalCodes | null> {
  const { holdoutCodes = [] } = (await bundles.get(modelVersion)).manifest;
  return holdoutCodes.length > 0 ? new NormalCodes(holdoutCodes) : null;
}
