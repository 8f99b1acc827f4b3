import type { Judgement, ScoreJudge } from './threshold-policy.ts';

/** Holds every score against one level, at once. */
export function constantJudge(level: number): ScoreJudge {
  return {
    level,
    judge: (score): Judgement => ({ score, level, violates: score > level }),
    conclude: () => [],
    snapshot: () => null,
  };
}
