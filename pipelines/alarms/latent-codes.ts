import type { BundleManifest } from '../autoencoders/bundle.ts';
import type { Judgement, Verdict } from '../commands.ts';
import { CodeMap, type MapPoint } from '../scoring/code-map.ts';
import { plainCode } from '../scoring/normal-codes.ts';
import type { WindowScore } from '../scoring/score-event.ts';
import type { AnomalyEvent } from './anomaly-event.ts';

/** A window with its code, its place on the map, and what was found of it. */
export interface CodedWindow {
  readonly windowStartMs: number;
  readonly windowEndMs: number;
  readonly anomalyScore: number;
  /** The anomaly that its newest stride is part of. */
  readonly anomalyId: string | null;
  /** Of the newest verdict on its newest stride; remarks are none. */
  readonly judgement: Exclude<Judgement, 'note'> | null;
  readonly x: number;
  readonly y: number;
  readonly code: readonly number[];
}

/** Codes that one model gave windows, mapped to two dimensions. */
export interface LatentCodes {
  readonly modelVersion: string;
  readonly stream: string;
  /** 0 for a model without a code; then there are no windows. */
  readonly units: number;
  /** What the axes are the principal components of: the holdout's codes, which stay as they are, or where a bundle has none, these. */
  readonly axesFrom: 'holdout' | 'windows';
  /** Of the variance of those codes, and of the codes of `windows`, the share that each axis shows. */
  readonly explained: readonly [number, number];
  readonly explainedHere: readonly [number, number];
  /** Where normal windows lie: the holdout's. */
  readonly normal: readonly MapPoint[];
  readonly windows: readonly CodedWindow[];
}

/** Of a score, what a map needs. */
export type CodedScore = Pick<WindowScore, 'windowStartMs' | 'windowEndMs' | 'anomalyScore' | 'latent'>;

/** What was found, and what people made of it. */
export interface Findings {
  readonly anomalies: readonly AnomalyEvent[];
  /** In the order in which they were given. */
  readonly verdicts: readonly Verdict[];
}

/** Maps the codes of scores of one model, ascending. */
export function latentCodes(
  modelVersion: string,
  { holdoutCodes = [], definition }: Pick<BundleManifest, 'holdoutCodes' | 'definition'>,
  scores: readonly CodedScore[],
  findings: Findings,
): LatentCodes {
  const { stream, strideMs } = definition;
  const coded = scores.filter(({ latent }) => latent.length > 0);
  const codes = coded.map(({ latent }) => latent);
  const axesFrom = holdoutCodes.length > 0 ? 'holdout' : 'windows';
  const basis: readonly ArrayLike<number>[] = axesFrom === 'holdout' ? holdoutCodes : codes;
  const every = { modelVersion, stream, units: basis[0]?.length ?? 0, axesFrom } as const;
  if (every.units === 0) return { ...every, explained: [0, 0], explainedHere: [0, 0], normal: [], windows: [] };
  const map = new CodeMap(basis);
  return {
    ...every,
    explained: map.explainedShares(basis),
    explainedHere: map.explainedShares(codes),
    normal: holdoutCodes.map((code) => map.place(code)),
    windows: coded.map((score) => codedWindow(score, map, strideMs, findings)),
  };
}

function codedWindow(
  { windowStartMs, windowEndMs, anomalyScore, latent }: CodedScore,
  map: CodeMap,
  strideMs: number,
  { anomalies, verdicts }: Findings,
): CodedWindow {
  const meetsNewest = (fromMs: number, toMs: number): boolean => fromMs < windowEndMs && toMs > windowEndMs - strideMs;
  const judgements = verdicts.filter(({ fromMs, toMs }) => meetsNewest(fromMs, toMs)).map(({ judgement }) => judgement);
  const [x, y] = plainCode(map.place(latent)) as [number, number];
  return {
    windowStartMs,
    windowEndMs,
    anomalyScore,
    anomalyId: anomalies.find(({ startMs, endMs }) => meetsNewest(startMs, endMs))?.id ?? null,
    judgement: judgements.findLast((judgement) => judgement !== 'note') ?? null,
    x,
    y,
    code: plainCode(latent),
  };
}
