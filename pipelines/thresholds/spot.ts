import { holdoutTail } from './holdout-tail.ts';
import { tailParameters, type TailParameters } from './pot.ts';
import { SpotJudge, spotSpan } from './spot-judge.ts';
import type { ThresholdPolicy } from './threshold-policy.ts';

/**
 * SPOT (Siffer et al., KDD 2017, algorithm 2): POT (pot.ts) that goes on learning the tail from the stream, beginning with
 * the holdout. The tail's start stays where it was: for a stream whose scores do not drift.
 *
 * It never learns from what violates, so that its tail is cut off at its own threshold: at a risk of 1e-3 it settles where
 * some three times as many ordinary windows violate. Keep the risk at 1e-4 or less.
 */
export const spot: ThresholdPolicy<TailParameters> = {
  name: 'spot',
  title: 'streaming peaks over threshold (SPOT)',
  parameters: tailParameters,
  span: spotSpan,
  begin: (parameters, calibration, state) =>
    new SpotJudge(
      parameters,
      holdoutTail(calibration, Infinity),
      state as ReturnType<SpotJudge['snapshot']> | undefined,
    ),
};
