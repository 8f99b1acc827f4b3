import type { WindowScore } from '../scoring/score-event.ts';
import { beginJudge } from './policies.ts';
import { thresholdCalibration, type CalibratedManifest } from './threshold-calibration.ts';
import type { Judgement, ScoreJudge } from './threshold-policy.ts';
import type { ThresholdSetting } from './threshold-setting.ts';

/** What is kept of a scored window until it is judged, and after. */
export type JudgedScore = Pick<WindowScore, 'stream' | 'windowEndMs' | 'modelVersion' | 'contributions'> &
  Partial<Pick<WindowScore, 'latent'>>;

/** A window with what was found of it. */
export interface JudgedWindow extends Judgement {
  readonly window: JudgedScore;
}

/** A window judge's memory: plain data. */
export interface WindowJudgeState {
  readonly setting: ThresholdSetting;
  readonly modelVersion: string;
  readonly awaiting: readonly JudgedScore[];
  readonly judge: unknown;
}

/** A threshold setting at work on the windows that one model scored: its judge, and the windows that await judgement. */
export class WindowJudge {
  readonly setting: ThresholdSetting;
  readonly modelVersion: string;
  readonly #judge: ScoreJudge;
  readonly #awaiting: JudgedScore[];

  constructor(
    setting: ThresholdSetting,
    modelVersion: string,
    manifest: CalibratedManifest,
    state?: Pick<WindowJudgeState, 'awaiting' | 'judge'>,
  ) {
    this.setting = setting;
    this.modelVersion = modelVersion;
    this.#judge = beginJudge(setting, thresholdCalibration(manifest), state?.judge);
    this.#awaiting = [...(state?.awaiting ?? [])];
  }

  /** Takes the next window; returns the one that is judged by now, which need not be the same. */
  judge(score: WindowScore): JudgedWindow | null {
    const judgement = this.#judge.judge(score.anomalyScore);
    if (judgement && this.#awaiting.length === 0) return { ...judgement, window: score };
    this.#awaiting.push(detached(score));
    return judgement && { ...judgement, window: this.#awaiting.shift()! };
  }

  /** Judges all windows that still await it, as if none followed. */
  conclude(): JudgedWindow[] {
    const windows = this.#awaiting.splice(0);
    return this.#judge.conclude().map((judgement, index) => Object.assign(judgement, { window: windows[index]! }));
  }

  snapshot(): WindowJudgeState {
    const { setting, modelVersion } = this;
    return { setting, modelVersion, awaiting: [...this.#awaiting], judge: this.#judge.snapshot() };
  }
}

/** Contributions and codes share memory with the whole batch that they were scored in, which must not be kept for them. */
function detached({ stream, windowEndMs, modelVersion, contributions, latent }: WindowScore): JudgedScore {
  return { stream, windowEndMs, modelVersion, contributions: contributions.slice(), latent: latent.slice() };
}
