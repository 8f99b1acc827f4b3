import * as tf from '@tensorflow/tfjs-core';
import type { FeatureWindows } from '../ports.ts';
import { SeededRandom } from '../random.ts';
import type { Architecture, ArchitectureDescription, TrainableModel, WindowShape } from './architecture.ts';
import { combinationOf, type Combination } from './ensemble-combination.ts';
import type { EnsembleSettings } from './ensemble-settings.ts';
import { fitModel, onBatch, type FitControl, type FitCourse, type FitRequest } from './fit.ts';
import { scoredPrefix } from './loss.ts';
import { onnxNames, OnnxGraph } from './onnx-export.ts';
import { exportNoCode, noCode } from './rivals/scored-rows.ts';

/**
 * An ensemble of unlike models (Aggarwal and Sathe, Theoretical Foundations and Algorithms for Outlier Ensembles, 2015),
 * each fitted by itself, as one model. For member m and scored feature c, with l_mc the ordinary limit of its errors on the
 * holdout,
 *
 * r'_mc = (x_c - y_mc) sqrt(l_c / l_mc), l_c the geometric mean of the l_mc, and y = x - combine_m(r'_m)
 *
 * so that the squared residuals of y are the combination of errors that mean the same for every member, and everything
 * that works on a reconstruction works on y. The code is the members' codes side by side. `build` builds members.
 */
export function ensembleOf(build: Architecture): Architecture {
  return (description, shape, seed) => {
    const settings = description.settings as unknown as EnsembleSettings;
    const members = settings.members.map((member, index) => build(member, shape, seedOf(seed, index)));
    const combination = combinationOf(settings, members.length);
    let units = members.map(() => new Float32Array(shape.scoredFeatures).fill(1));
    return {
      description,
      shape,
      variables: members.flatMap(({ variables }) => variables),
      encode(windows) {
        const codes = members.map((member) => member.encode(windows)).filter((code) => code.shape[1] > 0);
        return codes.length > 0 ? tf.concat(codes, 1) : noCode(windows);
      },
      reconstruct(windows) {
        const scored = scoredPrefix(windows, shape.scoredFeatures);
        const residuals = members.map((member, index) =>
          tf.mul<tf.Tensor3D>(tf.sub(scored, member.reconstruct(windows)), tf.tensor1d(units[index]!)),
        );
        return tf.sub(scored, combination.apply(residuals));
      },
      async fit(request, control) {
        const course = await fitInTurn(members, request, control);
        units = unitsOf(members.map((member) => limitsOf(member, request, settings)));
        return course;
      },
      exportOnnx: () => exportMembers(description, shape, members, units, combination),
      dispose: () => members.forEach((member) => member.dispose()),
    };
  };
}

/** Every member has a seed of its own: two of one architecture are to differ. */
function seedOf(seed: number, member: number): number {
  return SeededRandom.for(seed, `member ${member}`).uint32();
}

/** Fits one after another; each has its even share of what time is left. Their epochs follow each other. */
async function fitInTurn(
  members: readonly TrainableModel[],
  request: FitRequest,
  control: FitControl,
): Promise<FitCourse> {
  const epochs: FitCourse['epochs'][number][] = [];
  const maxEpochs = members.length * request.maxEpochs;
  for (const [index, member] of members.entries()) {
    const own = control.share?.(members.length - index) ?? control;
    const before = epochs.length;
    const onProgress: FitControl['onProgress'] = (progress) =>
      control.onProgress({ ...progress, epoch: before + progress.epoch, maxEpochs });
    const course = await fitModel(
      member,
      { ...request, seed: seedOf(request.seed, index) },
      {
        verdict: () => own.verdict(),
        onProgress,
      },
    );
    epochs.push(...course.epochs);
  }
  const losses = epochs.map(({ holdoutLoss }) => holdoutLoss);
  return { epochs, bestEpoch: 1 + losses.indexOf(Math.min(...losses)) };
}

/** Up to where a member's errors on the holdout are ordinary, by scored feature. */
function limitsOf(
  member: TrainableModel,
  { holdout, batchSize }: FitRequest,
  { limitQuantile, leastLimit }: EnsembleSettings,
): Float64Array {
  const { scoredFeatures } = member.shape;
  const errors = windowErrors(member, holdout, batchSize);
  return Float64Array.from({ length: scoredFeatures }, (_, feature) => {
    const ascending = Float64Array.from(
      { length: holdout.count },
      (_unused, window) => errors[window * scoredFeatures + feature]!,
    ).sort();
    return Math.max(ascending[Math.ceil(limitQuantile * holdout.count) - 1]!, leastLimit);
  });
}

/** Mean squared residual of each scored feature of each window over the cells that count: count x scoredFeatures. */
function windowErrors(member: TrainableModel, windows: FeatureWindows, batchSize: number): Float32Array {
  const { scoredFeatures } = member.shape;
  const errors = new Float32Array(windows.count * scoredFeatures);
  for (let first = 0; first < windows.count; first += batchSize) {
    const count = Math.min(batchSize, windows.count - first);
    const indexes = Array.from({ length: count }, (_, index) => first + index);
    const ofBatch = tf.tidy(() =>
      onBatch(member.shape, windows, indexes, ({ windows: x, weight }) => {
        const scored = scoredPrefix(x, scoredFeatures);
        const squares = tf.mul(weight, tf.square(tf.sub(scored, member.reconstruct(x))));
        return tf.div(tf.sum(squares, 1), tf.maximum(tf.sum(weight, 1), 1)).dataSync<'float32'>();
      }),
    );
    errors.set(ofBatch, first * scoredFeatures);
  }
  return errors;
}

/** What each member's residuals are multiplied by, by scored feature: sqrt(l_c / l_mc). */
function unitsOf(limits: readonly Float64Array[]): Float32Array<ArrayBuffer>[] {
  const common = limits[0]!.map((_, feature) => {
    const logarithms = limits.reduce((sum, of) => sum + Math.log(of[feature]!), 0);
    return Math.exp(logarithms / limits.length);
  });
  return limits.map((own) => Float32Array.from(own, (limit, feature) => Math.sqrt(common[feature]! / limit)));
}

function exportMembers(
  { name }: ArchitectureDescription,
  shape: WindowShape,
  members: readonly TrainableModel[],
  units: readonly Float32Array[],
  combination: Combination,
): Uint8Array {
  const graph = new OnnxGraph();
  const scored = graph.slice(onnxNames.windows, { axis: 2, from: 0, to: shape.scoredFeatures });
  const parts = members.map((member) => graph.include(member.exportOnnx()));
  const residuals = parts.map(({ reconstruction }, index) => {
    const residual = graph.add('Sub', [scored, reconstruction]);
    return graph.add('Mul', [residual, graph.weights(units[index]!, [shape.scoredFeatures])]);
  });
  graph.add('Sub', [scored, combination.export(graph, residuals)], {}, onnxNames.reconstruction);
  const coded = parts.filter(({ codeWidth }) => codeWidth > 0);
  if (coded.length === 0) return graph.encode(name, shape, exportNoCode(graph));
  const codes = coded.map(({ code }) => code);
  graph.add('Concat', codes, { axis: 1 }, onnxNames.code);
  return graph.encode(
    name,
    shape,
    coded.reduce((sum, { codeWidth }) => sum + codeWidth, 0),
  );
}
