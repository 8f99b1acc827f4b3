import * as tf from '@tensorflow/tfjs-core';
import { CupolaError } from '../errors.ts';
import type { FeatureWindows, TrainingProgress, TrainingRequest, TrainingResult } from '../ports.ts';
import { SeededRandom } from '../random.ts';
import type { Minimise, Objective, TrainableModel, WindowShape } from './architecture.ts';
import { reconstructionLoss, type TensorBatch } from './loss.ts';
import type { ObjectiveSettings } from './objective-settings.ts';

/** How the caller steers a fit. Asked between batches, since the loop itself knows no clock and no signals. */
export interface FitControl {
  onProgress(progress: TrainingProgress): void;
  /** `finish` ends the fit and keeps the best so far; `abort` throws CUPOLA_TRAINING_ABORTED. */
  verdict(): 'go on' | 'finish' | 'abort';
  /** Steers the first of some fits that share evenly what time is left. */
  share?(fits: number): FitControl;
}

/** What a model is fitted on, and how. */
export type FitRequest = Omit<TrainingRequest, 'architecture' | 'shape' | 'maxSeconds' | 'startFrom'> & {
  /** Whether the model has weights to go on from: its own start is then left out. */
  readonly isStarted?: boolean;
};

/** How a fit went. */
export type FitCourse = Pick<TrainingResult, 'epochs' | 'bestEpoch'>;

/**
 * Fits a model by Adam (Kingma and Ba, 2015) on mini-batches shuffled by the seed, from the model's own start where it knows
 * one, and leaves it with the weights of the epoch whose holdout loss was lowest. Stops after `patience` epochs in which that
 * fell by less than a hundredth.
 *
 * Errors: CUPOLA_TRAINING_DIVERGED, CUPOLA_TRAINING_ABORTED.
 */
export async function fitModel(model: TrainableModel, request: FitRequest, control: FitControl): Promise<FitCourse> {
  if (model.fit) return model.fit(request, control);
  const { training, holdout, batchSize, patience } = request;
  const { seed, learningRate, isStarted = false } = request;
  const descents = objectivesOf(model).map(
    (objective, index) => new Descent(objective, learningRate, SeededRandom.for(seed, `objective ${index}`)),
  );
  const random = SeededRandom.for(seed, 'batches');
  const takesSteps = descents.length > 0;
  const maxEpochs = takesSteps ? request.maxEpochs : 1;
  const best = new BestWeights(model.variables);
  const mayGoOn = (): boolean => control.verdict() === 'go on';
  const epochs: { trainingLoss: number; holdoutLoss: number }[] = [];
  const progress = { loss: Infinity, epoch: 0 };
  const trainFor = (steps: readonly Descent[], order: SeededRandom): Promise<number> =>
    meanLoss(order.shuffle([...Array(training.count).keys()]), batchSize, mayGoOn, (indexes) =>
      onBatch(model.shape, training, indexes, (batch) => steps.map((descent) => descent.step(batch))[0]!),
    );
  const lossOn = (windows: FeatureWindows): Promise<number> =>
    meanLoss([...Array(windows.count).keys()], batchSize, always, (indexes) =>
      onBatch(model.shape, windows, indexes, (batch) => reconstructionLoss(batch, model.reconstruct(batch.windows))),
    );
  const minimise: Minimise = async (objective, epochs) => {
    const descent = new Descent(objective, learningRate, SeededRandom.for(seed, 'objective of a start'));
    const order = SeededRandom.for(seed, 'batches of a start');
    try {
      for (let epoch = 0; epoch < epochs && mayGoOn(); epoch++) await trainFor([descent], order);
    } finally {
      descent.dispose();
    }
  };
  try {
    if (!takesSteps || (!isStarted && mayGoOn())) await model.startFrom?.(training, minimise);
    for (let epoch = 1; epoch <= maxEpochs; epoch++) {
      const trainingLoss = takesSteps ? await trainFor(descents, random) : await lossOn(training);
      const holdoutLoss = await lossOn(holdout);
      if (control.verdict() === 'abort') throw new CupolaError('CUPOLA_TRAINING_ABORTED', 'the fit was called off');
      epochs.push({ trainingLoss, holdoutLoss });
      control.onProgress({ epoch, maxEpochs, trainingLoss, holdoutLoss });
      best.offer(epoch, holdoutLoss);
      if (holdoutLoss < leastProgress * progress.loss) Object.assign(progress, { loss: holdoutLoss, epoch });
      const isHopeless = Number.isNaN(holdoutLoss) || epoch - progress.epoch >= patience;
      if (isHopeless || control.verdict() === 'finish') break;
    }
    if (best.epoch === 0) throw diverged(request.learningRate);
    best.restore();
    return { epochs, bestEpoch: best.epoch };
  } finally {
    best.dispose();
    for (const descent of descents) descent.dispose();
  }
}

/** What a loss must fall to, as a share of what it was, to count as progress. */
const leastProgress = 0.99;

const always = (): boolean => true;

/** The model's own objectives, or the loss of its settings. */
function objectivesOf(model: TrainableModel): readonly Objective[] {
  const settings = model.description.settings as unknown as ObjectiveSettings;
  const loss: Objective['loss'] = (batch) => reconstructionLoss(batch, model.reconstruct(batch.windows), settings);
  return model.objectives ?? [{ variables: model.variables, loss }];
}

/** An objective with its optimiser and its chance. */
class Descent {
  readonly #objective: Objective;
  readonly #optimizer: tf.Optimizer;
  readonly #random: SeededRandom;

  constructor(objective: Objective, learningRate: number, random: SeededRandom) {
    this.#objective = objective;
    this.#optimizer = tf.train.adam(learningRate);
    this.#random = random;
  }

  /** One step down the gradient; the loss before it. */
  step(batch: TensorBatch): tf.Scalar {
    const loss = (): tf.Scalar => this.#objective.loss(batch, this.#random);
    const { value, grads } = tf.variableGrads(loss, [...this.#objective.variables]);
    this.#optimizer.applyGradients(grads);
    return value;
  }

  dispose(): void {
    this.#optimizer.dispose();
  }
}

/** The variables' values of the best epoch so far. */
class BestWeights {
  readonly #variables: readonly tf.Variable[];
  #values: readonly tf.Tensor[] = [];
  #loss = Infinity;
  /** Counted from 1; 0 while there is none. */
  epoch = 0;

  constructor(variables: readonly tf.Variable[]) {
    this.#variables = variables;
  }

  offer(epoch: number, loss: number): void {
    if (!(loss < this.#loss)) return;
    this.dispose();
    this.epoch = epoch;
    this.#loss = loss;
    this.#values = this.#variables.map((variable) => tf.clone(variable));
  }

  restore(): void {
    this.#variables.forEach((variable, index) => variable.assign(this.#values[index]!));
  }

  dispose(): void {
    tf.dispose([...this.#values]);
    this.#values = [];
  }
}

/**
 * The mean of a loss over windows in this order, batch by batch; the last batch may be smaller. It ends early, though
 * not before the first batch, where it may not go on.
 */
async function meanLoss(
  order: readonly number[],
  batchSize: number,
  mayGoOn: () => boolean,
  lossOf: (indexes: readonly number[]) => tf.Scalar,
): Promise<number> {
  let total = tf.scalar(0);
  let windows = 0;
  while (windows < order.length && (windows === 0 || mayGoOn())) {
    const indexes = order.slice(windows, windows + batchSize);
    const sum = tf.tidy(() => tf.add<tf.Scalar>(total, tf.mul(lossOf(indexes), indexes.length)));
    total.dispose();
    total = sum;
    windows += indexes.length;
  }
  const [value] = await total.data();
  total.dispose();
  return value! / windows;
}

/** Runs a function over the windows at these indexes as tensors; called inside a tidy. */
export function onBatch<Result>(
  { rows, features, scoredFeatures }: WindowShape,
  windows: FeatureWindows,
  indexes: readonly number[],
  run: (batch: TensorBatch) => Result,
): Result {
  const cells = gathered(windows.features, indexes, rows * features);
  const weight = gathered(windows.weight, indexes, rows * scoredFeatures);
  return run({
    windows: tf.tensor3d(cells, [indexes.length, rows, features]),
    weight: tf.tensor3d(weight, [indexes.length, rows, scoredFeatures]),
  });
}

function gathered(source: Float32Array | Uint8Array, indexes: readonly number[], length: number): Float32Array {
  const gathered = new Float32Array(indexes.length * length);
  indexes.forEach((index, at) => gathered.set(source.subarray(index * length, (index + 1) * length), at * length));
  return gathered;
}

function diverged(learningRate: number): CupolaError {
  return new CupolaError('CUPOLA_TRAINING_DIVERGED', `the loss is not a number (learningRate ${learningRate})`, {
    field: 'learningRate',
    value: learningRate,
  });
}
