import {
  CombinedStrides,
  type CombinedStride,
  type CombinedStridesState,
  type StridedWindow,
} from '../scoring/combined-strides.ts';
import type { WindowScore } from '../scoring/score-event.ts';
import { beginJudge } from './policies.ts';
import { isCombined, thresholdCalibration, type CalibratedManifest } from './threshold-calibration.ts';
import type { Judgement, ScoreJudge } from './threshold-policy.ts';
import type { ThresholdSetting } from './threshold-setting.ts';

/** What is kept of a scored window until it is judged, and after. */
export type JudgedScore = Pick<WindowScore, 'stream' | 'windowEndMs' | 'modelVersion' | 'contributions'> &
  Partial<Pick<WindowScore, 'latent'>>;

/** A window, or a stride, with what was found of it. */
export interface JudgedWindow extends Judgement {
  /** Of a stride that several windows cover, the worst of them; its end is the stride's. */
  readonly window: JudgedScore;
  /** How many windows were judged together. */
  readonly windows: number;
}

/** What awaits judgement. Snapshots of before lack `windows`: it is 1. */
type Awaiting = JudgedScore & Partial<Pick<JudgedWindow, 'windows'>>;

type Strides = CombinedStrides<JudgedScore & StridedWindow>;

/** A window judge's memory: plain data. */
export interface WindowJudgeState {
  readonly setting: ThresholdSetting;
  readonly modelVersion: string;
  readonly awaiting: readonly Awaiting[];
  readonly judge: unknown;
  /** Of a judge that combines windows. */
  readonly strides?: CombinedStridesState<JudgedScore & StridedWindow> | undefined;
}

/** A threshold setting at work on the windows that one model scored: its judge, and the windows that await judgement. */
export class WindowJudge {
  readonly setting: ThresholdSetting;
  readonly modelVersion: string;
  readonly #judge: ScoreJudge;
  readonly #awaiting: Awaiting[];
  /** null where each window is judged by itself. */
  readonly #strides: Strides | null;
  readonly #errorUnit: number;

  /** Strides that end at `settledToMs` or before were judged by another. */
  constructor(
    setting: ThresholdSetting,
    modelVersion: string,
    manifest: CalibratedManifest,
    settledToMs: number,
    state?: Pick<WindowJudgeState, 'awaiting' | 'judge' | 'strides'>,
  ) {
    const calibration = thresholdCalibration(manifest, setting);
    this.setting = setting;
    this.modelVersion = modelVersion;
    this.#judge = beginJudge(setting, calibration, state?.judge);
    this.#awaiting = [...(state?.awaiting ?? [])];
    this.#errorUnit = calibration.errorUnit;
    this.#strides = isCombined(setting, manifest)
      ? new CombinedStrides(manifest.definition.strideMs, state?.strides ?? { open: [], settledToMs })
      : null;
  }

  /** Takes the next window; returns those that are judged by now, which need not be the same. */
  judge(score: WindowScore): JudgedWindow[] {
    if (!this.#strides) return this.#take(score.anomalyScore, score, 1);
    const { reconstructionError } = score;
    const window = { ...detached(score), reconstructionError, strideErrors: score.strideErrors.slice() };
    return this.#strides.push(window).flatMap((stride) => this.#takeStride(stride));
  }

  /** Judges all that still awaits it, as if nothing followed. */
  conclude(): JudgedWindow[] {
    const judged = this.#strides?.conclude().flatMap((stride) => this.#takeStride(stride)) ?? [];
    const awaiting = this.#awaiting.splice(0);
    for (const [index, judgement] of this.#judge.conclude().entries())
      judged.push(judgedWindow(judgement, awaiting[index]!));
    return judged;
  }

  snapshot(): WindowJudgeState {
    const { setting, modelVersion } = this;
    const strides = this.#strides?.snapshot();
    return { setting, modelVersion, awaiting: [...this.#awaiting], judge: this.#judge.snapshot(), strides };
  }

  #takeStride({ endMs, error, windows, worst }: CombinedStride<JudgedScore & StridedWindow>): JudgedWindow[] {
    return this.#take(error / this.#errorUnit, { ...worst, windowEndMs: endMs }, windows);
  }

  #take(score: number, window: JudgedScore, windows: number): JudgedWindow[] {
    const judgement = this.#judge.judge(score);
    if (judgement && this.#awaiting.length === 0) return [{ ...judgement, window, windows }];
    this.#awaiting.push({ ...detached(window), windows });
    return judgement ? [judgedWindow(judgement, this.#awaiting.shift()!)] : [];
  }
}

function judgedWindow(judgement: Judgement, { windows = 1, ...window }: Awaiting): JudgedWindow {
  return { ...judgement, window, windows };
}

/** Contributions share memory with the whole batch that they were scored in, which must not be kept for them. */
function detached({ stream, windowEndMs, modelVersion, contributions, latent }: JudgedScore): JudgedScore {
  return {
    stream,
    windowEndMs,
    modelVersion,
    contributions: contributions.slice(),
    ...(latent && { latent: latent.slice() }),
  };
}
