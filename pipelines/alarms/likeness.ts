import { distanceOf, type NormalCodes } from '../scoring/normal-codes.ts';
import type { AnomalyEvent } from './anomaly-event.ts';

/** How alike two anomalies are: 1 the same, 0 nothing in common. docs/decisions/0027 has what it was measured by. */
export interface Likeness {
  /** The mean of both parts. */
  readonly likeness: number;
  /** Whether the same channels contributed as much. */
  readonly byChannels: number;
  /** Whether their codes depart from normal ones likewise; null where the codes cannot be compared. */
  readonly byCode: number | null;
}

/** One anomaly as another is compared with it. */
export interface LikeAnomaly extends Likeness {
  readonly event: AnomalyEvent;
}

/** What stands for byCode where it is unknown: the median over faults of one channel, alike or not, of the simulated station. */
const unknownByCode = 0.35;

/**
 * Compares anomalies at their peaks: contributions by Hellinger's distance, and codes by the distance of their departures
 * a and b from normal ones, ||a - b|| / (||a|| + ||b||). Codes of different models say nothing of each other.
 *
 * `normal` holds the codes of the first one's model; null where its bundle has none.
 */
export function likenessOf(one: AnomalyEvent, other: AnomalyEvent, normal: NormalCodes | null): Likeness {
  const byChannels = 1 - channelDistance(one, other);
  const comparable = normal && one.code && other.code && one.modelVersion === other.modelVersion;
  if (!comparable) return { likeness: (byChannels + unknownByCode) / 2, byChannels, byCode: null };
  const byCode = 1 - relativeDistance(normal.departure(one.code), normal.departure(other.code));
  return { likeness: (byChannels + byCode) / 2, byChannels, byCode };
}

/** Of some anomalies, the most alike to one, at most `count`, the most alike first, the newer first among equals. */
export function mostAlike(
  one: AnomalyEvent,
  others: readonly AnomalyEvent[],
  normal: NormalCodes | null,
  count: number,
): LikeAnomaly[] {
  return others
    .map((event) => ({ event, ...likenessOf(one, event, normal) }))
    .sort((a, b) => b.likeness - a.likeness || b.event.startMs - a.event.startMs)
    .slice(0, count);
}

/** Hellinger's distance of two distributions over channels, 0 to 1. */
function channelDistance({ contributions: one }: AnomalyEvent, { contributions: other }: AnomalyEvent): number {
  const shares = new Map(other.map(({ channelId, share }) => [channelId, share]));
  let overlap = 0;
  for (const { channelId, share } of one) overlap += Math.sqrt(share * (shares.get(channelId) ?? 0));
  return Math.sqrt(Math.max(0, 1 - overlap));
}

function relativeDistance(a: Float64Array, b: Float64Array): number {
  const nowhere = new Float64Array(a.length);
  const lengths = distanceOf(a, nowhere) + distanceOf(b, nowhere);
  return lengths > 0 ? distanceOf(a, b) / lengths : 0;
}
