import { z } from 'zod';
import type { ArchitectureDescription } from '../autoencoders/architecture.ts';
import { CupolaError } from '../errors.ts';

/**
 * How residuals become a window's reconstructionError:
 *
 * - `squared`: mean squared residual of each channel, and the worst channel in its own units (reconstruction-error.ts);
 * - `absolute`: mean absolute residual, else as squared; one wild sample weighs less;
 * - `mahalanobis`: how odd the residuals of a time step are together (mahalanobis.ts);
 * - `reconstruction-probability`: what the architecture of that name makes of its own certainty, inside its graph: the squared
 *   residual of its reconstruction is the surprise. The rule lies in the model, so that no other goes with it.
 */
export const scoringRuleNames = ['squared', 'absolute', 'mahalanobis', 'reconstruction-probability'] as const;

export type ScoringRuleName = (typeof scoringRuleNames)[number];

/** The rule that a fit is asked for. */
export interface ScoringSetting {
  readonly rule: ScoringRuleName;
  /** Of mahalanobis alone: the least share of the identity in the correlation matrix. */
  readonly shrinkage?: number;
}

/** What `mahalanobis` learnt of a model's residuals: columns are the scored features, k of them. */
export interface Mahalanobis {
  readonly rule: 'mahalanobis';
  /** Share of the identity in the correlation matrix that was inverted. */
  readonly shrinkage: number;
  /** Mean and standard deviation of each column's residuals, in scaled units. */
  readonly center: readonly number[];
  readonly scale: readonly number[];
  /** The inverse square root of the correlation matrix: k x k, symmetric, row-major. */
  readonly whitening: readonly number[];
}

/** A rule as a bundle holds it, fitted where there is something to fit. */
export type ScoringRule = { readonly rule: Exclude<ScoringRuleName, 'mahalanobis'> } | Mahalanobis;

/** The least shrinkage where none is said. */
export const defaultShrinkage = 0.05;

const ownRule = 'reconstruction-probability';

const settingSchema = z.strictObject({
  rule: z.enum(scoringRuleNames),
  shrinkage: z.number().min(0).max(1).optional(),
});

/** What is wrong with a setting. */
export interface ScoringProblem {
  readonly field: string;
  readonly value: unknown;
  readonly bound: string;
}

/**
 * Checks which rule a model of this architecture is to be scored by; by default its own, or else `squared`.
 *
 * Errors: CUPOLA_SCORING_INVALID, naming field, value and bound.
 */
export function parseScoring(setting: ScoringSetting | undefined, { name }: ArchitectureDescription): ScoringSetting {
  if (!setting) return { rule: name === ownRule ? ownRule : 'squared' };
  const problem = scoringProblem(setting, name);
  if (problem) throw scoringInvalid(problem.field, problem.value, problem.bound);
  return setting;
}

/** What is wrong with a rule for models of an architecture; null where nothing is. */
export function scoringProblem(setting: ScoringSetting, architecture: string): ScoringProblem | null {
  const { rule, shrinkage } = setting;
  const issue = settingSchema.safeParse(setting).error?.issues[0];
  if (issue) {
    const field = (issue.path[0] ?? 'scoring') as keyof ScoringSetting;
    const bound = field === 'rule' ? `one of ${scoringRuleNames.join(', ')}` : issue.message;
    return { field, value: setting[field], bound };
  }
  const hasOwn = architecture === ownRule;
  if ((rule === ownRule) !== hasOwn) {
    const bound = hasOwn
      ? `${ownRule}, which is in the model`
      : `another: the rule is in models of that name, not of ${architecture}`;
    return { field: 'rule', value: rule, bound };
  }
  if (rule === 'mahalanobis' || shrinkage === undefined) return null;
  return { field: 'shrinkage', value: shrinkage, bound: `left out: it is of mahalanobis, not of ${rule}` };
}

/** The refusal of a scoring setting, or of residuals that a rule cannot be fitted on. */
export function scoringInvalid(field: string, value: unknown, bound: string): CupolaError {
  return new CupolaError(
    'CUPOLA_SCORING_INVALID',
    `scoring: ${field} is ${JSON.stringify(value)}; it must be ${bound}`,
    {
      field,
      value,
      bound,
    },
  );
}
