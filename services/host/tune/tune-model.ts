import { bundleVersion } from '../../../pipelines/autoencoders/bundle.ts';
import type { ArchitectureDescription } from '../../../pipelines/autoencoders/architecture.ts';
import { CupolaError } from '../../../pipelines/errors.ts';
import type { DatasetMember } from '../../../pipelines/evaluation/datasets/recording.ts';
import type { EvaluationPreset } from '../../../pipelines/evaluation/presets.ts';
import { tuningObjectives, type TuningObjectiveName } from '../../../pipelines/evaluation/tuning-objectives.ts';
import { fitBundle, type FitPorts } from '../../../pipelines/training/fit-bundle.ts';
import type { Selection } from '../../../pipelines/training/select-windows.ts';
import { trialArchitecture, type SearchSpace } from '../../../pipelines/training/tuning/search-space.ts';
import {
  fitsOf,
  halvingSchedule,
  survivors,
  type Rung,
} from '../../../pipelines/training/tuning/successive-halving.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import { datasetMembers, openDataset } from '../../sources/open-dataset.ts';
import { evaluationPlan } from '../evaluate/evaluation-plan.ts';
import { inLanes } from '../evaluate/in-lanes.ts';
import { memberSelection } from '../evaluate/train-on-dataset.ts';
import { evaluationKey, WorkFolder } from '../evaluate/work-folder.ts';
import { closeFitPorts, openFitPorts } from '../fit-ports.ts';

/** What to search, on what, and how long. */
export interface TuningRequest {
  readonly dataset: string;
  readonly dataDir: string;
  /** Channels that every trial is fitted on; all by default. */
  readonly members?: readonly string[];
  readonly space: SearchSpace;
  /** How the rest is set; its architecture does not count. */
  readonly settings: EvaluationPreset;
  readonly objective: TuningObjectiveName;
  readonly seed: number;
  /** Fits at most. */
  readonly fits: number;
  /** No fit begins after so many seconds of this run; none by default. */
  readonly maxSeconds?: number;
  /** Fits at once. */
  readonly jobs: number;
  /** Where fits are kept as they are finished, by the key of what they depend on. */
  workFolder(key: string): string;
}

/** One fit of a trial on one channel. */
export interface TunedFit {
  readonly trial: number;
  readonly epochs: number;
  readonly channel: string;
  /** null where it came to nothing, for this reason. */
  readonly value: number | null;
  readonly failure: string | null;
  /** Epochs that it really took. */
  readonly epochsTaken: number;
  readonly modelVersion: string | null;
  readonly seconds: number;
}

/** A trial, as far as it went. */
export interface TunedTrial {
  readonly trial: number;
  readonly architecture: ArchitectureDescription;
  /** The last rung that it was fitted in, counted from 0, and its epochs. */
  readonly rung: number;
  readonly epochs: number;
  /** Mean over channels, to be small; null where a fit came to nothing. */
  readonly value: number | null;
  readonly failure: string | null;
  readonly seconds: number;
}

export interface TuningReport {
  readonly dataset: string;
  readonly channels: readonly string[];
  readonly objective: TuningObjectiveName;
  readonly seed: number;
  readonly schedule: readonly Rung[];
  /** Fits of this search so far, those of earlier runs included. */
  readonly fits: number;
  /** Whether it ended with the schedule rather than with the time. */
  readonly isFinished: boolean;
  /** Best first: those of a later rung before those of an earlier one. */
  readonly trials: readonly TunedTrial[];
  readonly best: TunedTrial | null;
  readonly workFolder: string;
}

export interface TuningProgress {
  readonly fit: TunedFit;
  readonly done: number;
  readonly count: number;
  readonly isKept: boolean;
}

/**
 * Searches the settings of an architecture by successive halving. Each fit is kept as it is finished, and which fits there are
 * depends on the request alone: a search that was interrupted goes on where it was, and comes to what it would have come to.
 *
 * Errors: CUPOLA_DATASET_NOT_FOUND, CUPOLA_DATASET_INVALID, CUPOLA_STREAM_INVALID, CUPOLA_TRAINING_TOO_SHORT;
 * CUPOLA_TRAINING_ABORTED where the signal calls it off.
 */
export async function tuneModel(
  request: TuningRequest,
  onProgress: (progress: TuningProgress) => void,
  signal: AbortSignal,
): Promise<TuningReport> {
  const { dataset, dataDir, members, space, objective, seed, fits } = request;
  const known = await datasetMembers({ dataset, dataDir });
  const channels = members ? await chosen(request, members) : known;
  const settings = withoutClock(request.settings);
  const key = evaluationKey({ dataset, space, settings, objective, seed });
  const folder = request.workFolder(key);
  const search = new Search({ ...request, settings }, channels, new WorkFolder(folder, key), onProgress, signal);
  const schedule = halvingSchedule({ fits, channels: channels.length, maxEpochs: settings.training.maxEpochs });
  const trials = await search.run(schedule);
  return {
    dataset,
    channels,
    objective,
    seed,
    schedule,
    fits: search.fits,
    isFinished: !search.isOutOfTime,
    trials,
    best: trials.find(({ value }) => value !== null) ?? null,
    workFolder: folder,
  };
}

/** Epochs end a fit, and not the clock: the same search finds the same on every machine. */
function withoutClock(settings: EvaluationPreset): EvaluationPreset {
  const { maxSeconds: _unused, ...training } = settings.training;
  return { ...settings, training, architecture: { name: 'dense', settings: {} } };
}

async function chosen({ dataset, dataDir }: TuningRequest, members: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const member of members) found.push(...(await datasetMembers({ dataset, dataDir, member })));
  return found;
}

class Search {
  readonly #request: TuningRequest;
  readonly #channels: readonly string[];
  readonly #work: WorkFolder;
  readonly #onProgress: (progress: TuningProgress) => void;
  readonly #signal: AbortSignal;
  readonly #startedMs = systemClock.nowMs();
  readonly #trials = new Map<number, TunedTrial>();
  readonly #telemetry = new Map<string, Promise<{ readonly member: DatasetMember; readonly selection: Selection }>>();
  #count = 0;
  fits = 0;
  isOutOfTime = false;

  constructor(
    request: TuningRequest,
    channels: readonly string[],
    work: WorkFolder,
    onProgress: (progress: TuningProgress) => void,
    signal: AbortSignal,
  ) {
    this.#request = request;
    this.#channels = channels;
    this.#work = work;
    this.#onProgress = onProgress;
    this.#signal = signal;
  }

  async run(schedule: readonly Rung[]): Promise<TunedTrial[]> {
    this.#count = fitsOf(schedule, this.#channels.length);
    let going = Array.from({ length: schedule[0]!.trials }, (_, trial) => trial);
    for (const [rung, { trials, epochs }] of schedule.entries()) {
      going = survivors(
        going.map((trial) => ({ trial, value: this.#trials.get(trial)?.value ?? (rung === 0 ? 0 : Infinity) })),
        trials,
      );
      const fits = await this.#fitAll(going, epochs);
      // A later rung that time cut short says nothing about which of its trials is best.
      if (this.isOutOfTime && rung > 0) break;
      for (const trial of going) {
        const own = this.#channels.flatMap(
          (name) => fits.find((fit) => fit.trial === trial && fit.channel === name) ?? [],
        );
        if (own.length === this.#channels.length) this.#trials.set(trial, this.#trialOf(trial, rung, epochs, own));
      }
      if (this.isOutOfTime) break;
    }
    return [...this.#trials.values()].toSorted(
      (a, b) => b.rung - a.rung || (a.value ?? Infinity) - (b.value ?? Infinity) || a.trial - b.trial,
    );
  }

  async #fitAll(trials: readonly number[], epochs: number): Promise<TunedFit[]> {
    const found: TunedFit[] = [];
    const missing: { trial: number; channel: string }[] = [];
    for (const trial of trials)
      for (const channel of this.#channels) {
        const kept = await this.#kept(trial, epochs, channel);
        if (kept) found.push(this.#done(kept, true));
        else missing.push({ trial, channel });
      }
    const fitted = await inLanes(missing, this.#request.jobs, openFitPorts, closeFitPorts, async (one, ports) => {
      if (this.#isTimeOver()) return null;
      const fit = await this.#fit(one.trial, epochs, one.channel, ports);
      await this.#work.write(nameOf(fit), fit);
      return this.#done(fit, false);
    });
    return [...found, ...fitted.filter((fit) => fit !== null)];
  }

  /** A fit that was made before; one of fewer epochs that ended by itself would be no other with more. */
  async #kept(trial: number, epochs: number, channel: string): Promise<TunedFit | null> {
    const same = await this.#work.read<TunedFit>(nameOf({ trial, epochs, channel }));
    if (same) return same;
    const before = this.#trials.get(trial);
    const earlier = before && (await this.#work.read<TunedFit>(nameOf({ trial, epochs: before.epochs, channel })));
    if (!earlier || earlier.epochsTaken >= earlier.epochs) return null;
    const fit = { ...earlier, epochs, seconds: 0 };
    await this.#work.write(nameOf(fit), fit);
    return fit;
  }

  #isTimeOver(): boolean {
    if (this.#signal.aborted) throw new CupolaError('CUPOLA_TRAINING_ABORTED', 'the search was called off');
    const { maxSeconds = Infinity } = this.#request;
    if (systemClock.nowMs() - this.#startedMs >= 1000 * maxSeconds) this.isOutOfTime = true;
    return this.isOutOfTime;
  }

  #done(fit: TunedFit, isKept: boolean): TunedFit {
    this.fits++;
    this.#onProgress({ fit, done: this.fits, count: this.#count, isKept });
    return fit;
  }

  async #fit(trial: number, epochs: number, channel: string, ports: FitPorts): Promise<TunedFit> {
    const startedMs = systemClock.nowMs();
    const { space, settings, seed, objective } = this.#request;
    const { member, selection } = await this.#telemetryOf(channel);
    const { name, settings: drawn } = trialArchitecture(space, seed, trial);
    const training = { ...settings.training, maxEpochs: epochs };
    const { fit } = evaluationPlan(member, { ...settings, training, architecture: { name, settings: drawn } }, seed);
    const of = { trial, epochs, channel };
    const seconds = (): number => (systemClock.nowMs() - startedMs) / 1000;
    try {
      const bundle = await fitBundle(member.recording.definition, selection, fit, ports, () => {}, this.#signal);
      const value = await tuningObjectives[objective](bundle, selection.holdout, ports.runtime);
      const epochsTaken = bundle.manifest.fit.epochs.length;
      return { ...of, value, failure: null, epochsTaken, modelVersion: bundleVersion(bundle), seconds: seconds() };
    } catch (error) {
      // What does not go with the telemetry loses; all else ends the search.
      if (!(error instanceof CupolaError) || !losing.has(error.code)) throw error;
      return { ...of, value: null, failure: error.message, epochsTaken: 0, modelVersion: null, seconds: seconds() };
    }
  }

  /** A channel's windows, read once. */
  #telemetryOf(channel: string): Promise<{ readonly member: DatasetMember; readonly selection: Selection }> {
    const { dataset, dataDir, settings } = this.#request;
    const { windowRows, strideRows } = settings;
    let read = this.#telemetry.get(channel);
    if (!read) {
      const options = { windowRows, strideRows };
      read = openDataset({ dataset, dataDir, member: channel, options }).then(async ([member]) => ({
        member: member!,
        selection: await memberSelection(member!, settings, this.#signal),
      }));
      this.#telemetry.set(channel, read);
    }
    return read;
  }

  #trialOf(trial: number, rung: number, epochs: number, own: readonly TunedFit[]): TunedTrial {
    const failure = own.find((fit) => fit.failure !== null)?.failure ?? null;
    return {
      trial,
      architecture: trialArchitecture(this.#request.space, this.#request.seed, trial),
      rung,
      epochs,
      value: failure === null ? own.reduce((sum, { value }) => sum + value!, 0) / own.length : null,
      failure,
      seconds: own.reduce((sum, { seconds }) => sum + seconds, this.#trials.get(trial)?.seconds ?? 0),
    };
  }
}

const losing: ReadonlySet<string> = new Set([
  'CUPOLA_ARCHITECTURE_INVALID',
  'CUPOLA_TRAINING_DIVERGED',
  'CUPOLA_SCORING_INVALID',
]);

function nameOf({ trial, epochs, channel }: Pick<TunedFit, 'trial' | 'epochs' | 'channel'>): string {
  return `trial ${String(trial).padStart(4, '0')}, ${epochs} epochs, ${channel}`;
}
