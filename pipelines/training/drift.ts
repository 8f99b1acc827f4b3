import type { BundleManifest, ChannelStatistics } from '../autoencoders/bundle.ts';
import type { WindowMatrix } from '../features/transform-window.ts';
import type { DriftFinding } from '../fit-decision.ts';
import { windowRows, type StreamDefinition } from '../telemetry/stream-definition.ts';
import { distanceFrom, distributionOf, smirnovCritical, smirnovDistance } from './value-distribution.ts';

/** Parts of its training, or holdout, that a model's own variation is told by. */
export const stretches = 8;
/** Probability that equal distributions of independent errors are found to differ. */
const alpha = 0.001;
/** Findings that are reported at most. */
const mostFindings = 10;

/**
 * From which distance on newest telemetry has drifted. Telemetry that moves slowly is never distributed in a part of a time as
 * in all of it, so what counts is how far the parts of the training were from the whole of it, at most: a third of the way from
 * there to complete separation is still the same telemetry.
 */
export function driftBound(farthestStretch: number): number {
  return farthestStretch + (1 - farthestStretch) / 3;
}

/** How a channel's values were distributed, and how far a part of the time was from that at most. `parts` are in order of time. */
export function inputReference(
  parts: readonly Float64Array[],
): Required<Pick<ChannelStatistics, 'distribution' | 'farthestStretch'>> | null {
  const values = parts.flatMap((part) => [...part]);
  if (values.length === 0) return null;
  const distribution = distributionOf(values);
  const distances = parts.filter(({ length }) => length > 0).map((part) => distanceFrom(distribution, part));
  return { distribution, farthestStretch: Math.max(...distances) };
}

/**
 * How far newest windows, no two of which overlap, are from what a model was trained on: each channel's values from their
 * distribution in training, and the model's errors from those of its holdout; those farthest in relation to their bounds
 * first. Counters are left out: they only ever rise. `errors` are the windows' own, where they are known.
 */
export function driftFindings(
  manifest: BundleManifest,
  windows: readonly WindowMatrix[],
  errors: readonly number[],
): DriftFinding[] {
  const findings = [...inputFindings(manifest, windows), ...errorFinding(manifest, errors)];
  return findings.sort((a, b) => b.statistic / b.bound - a.statistic / a.bound).slice(0, mostFindings);
}

/** Whether any of it is drift. */
export function hasDrifted(findings: readonly DriftFinding[]): boolean {
  return findings.some(({ statistic, bound }) => statistic > bound);
}

function inputFindings({ definition, statistics }: BundleManifest, windows: readonly WindowMatrix[]): DriftFinding[] {
  return definition.channels.flatMap(({ id: channelId, kind }, channel) => {
    const known = statistics.find((one) => one.channelId === channelId);
    if (kind === 'counter' || !known?.distribution || known.farthestStretch === undefined) return [];
    const values = presentValues(definition, channel, windowRows(definition), windows);
    if (values.length === 0) return [];
    const statistic = distanceFrom(known.distribution, values);
    return [{ channelId, statistic, bound: driftBound(known.farthestStretch) }];
  });
}

/** The greater of two bounds: of chance, and of how parts of the holdout differ from the whole. */
function errorFinding(manifest: BundleManifest, errors: readonly number[]): DriftFinding[] {
  const { definition, holdoutErrors, holdoutStrideMs = definition.strideMs } = manifest;
  const apart = Math.ceil(definition.windowLengthMs / holdoutStrideMs);
  const reference = holdoutErrors.filter((_, index) => index % apart === 0);
  if (errors.length < fewestErrors || reference.length < fewestErrors) return [];
  const length = Math.ceil(reference.length / holdoutParts);
  const parts = Array.from({ length: holdoutParts }, (_, part) => reference.slice(part * length, (part + 1) * length));
  const farthest = Math.max(...parts.filter((part) => part.length > 0).map((part) => smirnovDistance(part, reference)));
  const bound = Math.max(driftBound(farthest), smirnovCritical(errors.length, reference.length, alpha));
  return [{ channelId: null, statistic: smirnovDistance(errors, reference), bound }];
}

/** Errors, and windows of a holdout, that a comparison needs. */
const fewestErrors = 16;
/** A holdout is a part of the time already. */
const holdoutParts = 4;

/** A channel's values in the newest rows of windows, where there are any, in the order of time. */
export function presentValues(
  { channels: { length: width } }: StreamDefinition,
  channel: number,
  newestRows: number,
  windows: readonly WindowMatrix[],
): Float64Array {
  const values = new Float64Array(windows.length * newestRows);
  let length = 0;
  for (const { values: matrix, mask } of windows) {
    for (let at = mask.length - newestRows * width + channel; at < mask.length; at += width) {
      if (mask[at] !== 0) values[length++] = matrix[at]!;
    }
  }
  return values.subarray(0, length);
}
