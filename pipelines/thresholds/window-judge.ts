import {
  CombinedStrides,
  type CombinedStride,
  type CombinedStridesState,
  type StridedWindow,
} from '../scoring/combined-strides.ts';
import type { TimeRange } from '../ports.ts';
import type { WindowScore } from '../scoring/score-event.ts';
import { strideRows, type StreamDefinition } from '../telemetry/stream-definition.ts';
import { locatedIn, ownErrors } from './located.ts';
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
  /** Where it violates: from the first row of its newest stride that stands out to the last; null where none does. */
  readonly located: TimeRange | null;
}

/** What awaits judgement. Snapshots of before lack `windows`, which is 1, and the errors of the rows of its newest stride. */
type Awaiting = JudgedScore & Partial<Pick<JudgedWindow, 'windows'>> & Partial<Pick<WindowScore, 'rowErrors'>>;

const none = new Float32Array(0);

/** What is kept of a window until its strides are settled. */
type CombinedWindow = JudgedScore & StridedWindow;

/** A window judge's memory: plain data. */
export interface WindowJudgeState {
  readonly setting: ThresholdSetting;
  readonly modelVersion: string;
  readonly awaiting: readonly Awaiting[];
  readonly judge: unknown;
  /** Of a judge that combines windows. */
  readonly strides?: CombinedStridesState<CombinedWindow> | undefined;
}

/** A threshold setting at work on the windows that one model scored: its judge, and the windows that await judgement. */
export class WindowJudge {
  readonly setting: ThresholdSetting;
  readonly modelVersion: string;
  readonly #judge: ScoreJudge;
  readonly #awaiting: Awaiting[];
  /** null where each window is judged by itself. */
  readonly #strides: CombinedStrides<CombinedWindow> | null;
  readonly #errorUnit: number;
  readonly #definition: StreamDefinition;

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
    this.#definition = manifest.definition;
    this.#strides = isCombined(setting, manifest)
      ? new CombinedStrides(manifest.definition, state?.strides ?? { open: [], settledToMs })
      : null;
  }

  /** Takes the next window; returns those that are judged by now, which need not be the same. */
  judge(score: WindowScore): JudgedWindow[] {
    const { anomalyScore, reconstructionError } = score;
    const rowsOfStride = strideRows(this.#definition);
    const rowErrors = ownErrors(rowsOfStride === 1 ? score.strideErrors : score.rowErrors);
    if (!this.#strides) return this.#take(anomalyScore, score, 1, rowErrors.slice(-rowsOfStride));
    const window = { ...detached(score), reconstructionError };
    const settled = this.#strides.push(window, score.strideErrors, rowErrors);
    return settled.flatMap((stride) => this.#takeStride(stride));
  }

  /** Judges all that still awaits it, as if nothing followed. */
  conclude(): JudgedWindow[] {
    const judged = this.#strides?.conclude().flatMap((stride) => this.#takeStride(stride)) ?? [];
    const awaiting = this.#awaiting.splice(0);
    for (const [index, judgement] of this.#judge.conclude().entries())
      judged.push(this.#judged(judgement, awaiting[index]!));
    return judged;
  }

  snapshot(): WindowJudgeState {
    const { setting, modelVersion } = this;
    const strides = this.#strides?.snapshot();
    return { setting, modelVersion, awaiting: [...this.#awaiting], judge: this.#judge.snapshot(), strides };
  }

  #takeStride(stride: CombinedStride<CombinedWindow>): JudgedWindow[] {
    const { endMs, error, rowErrors, windows, worst } = stride;
    return this.#take(error / this.#errorUnit, { ...worst, windowEndMs: endMs }, windows, rowErrors);
  }

  #take(score: number, window: JudgedScore, windows: number, rowErrors: Float32Array): JudgedWindow[] {
    const judgement = this.#judge.judge(score);
    if (judgement && this.#awaiting.length === 0) return [this.#judged(judgement, { ...window, windows, rowErrors })];
    this.#awaiting.push({ ...detached(window), windows, rowErrors });
    return judgement ? [this.#judged(judgement, this.#awaiting.shift()!)] : [];
  }

  #judged(judgement: Judgement, { windows = 1, rowErrors = none, ...window }: Awaiting): JudgedWindow {
    const { level, violates } = judgement;
    const located = violates
      ? locatedIn(this.#definition, window.windowEndMs, rowErrors, level * this.#errorUnit)
      : null;
    return { ...judgement, window, windows, located };
  }
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
