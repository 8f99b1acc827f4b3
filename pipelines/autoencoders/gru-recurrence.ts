import * as tf from '@tensorflow/tfjs-core';
import { inTimeOrder, rowsOf, tanh, times, type Walk } from './recurrent-walk.ts';

/** What one step leaves for the gradient; all [batch, units] but `gates`, [batch, 2 units]: update and reset. */
interface Step {
  readonly gates: tf.Tensor2D;
  readonly update: tf.Tensor2D;
  readonly reset: tf.Tensor2D;
  /** What the state before gives the candidate, before the reset. */
  readonly recalled: tf.Tensor2D;
  readonly candidate: tf.Tensor2D;
  readonly hidden: tf.Tensor2D;
}
const stepFields = ['gates', 'update', 'reset', 'recalled', 'candidate', 'hidden'] as const;

/**
 * The hidden states of a GRU (Cho et al., Learning Phrase Representations using RNN Encoder-Decoder, 2014) that starts from
 * zeros, for inputs p projected beforehand (x W + b), and its gradient as one piece, as lstmRecurrence has it. With the reset
 * after the product, so that one matrix product serves all gates (ONNX's linear_before_reset, and what cuDNN does):
 *
 * z = s(p_z + h U_z), r = s(p_r + h U_r), n = tanh(p_n + r * (h U_n)), h' = n + z * (h - n).
 *
 * `kernel` is [units, 3 units]; gates stand in ONNX's order: update z, reset r, candidate n.
 * Returns [steps x batch, units], time-major whatever the direction.
 */
export function gruRecurrence(projected: tf.Tensor2D, kernel: tf.Tensor2D, walk: Walk): tf.Tensor2D {
  const recurrence = tf.customGrad((...args: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [inputs, recurrent, save] = args as [tf.Tensor2D, tf.Tensor2D, tf.GradSaveFunc];
    const steps = walkForward(inputs, recurrent, walk);
    save([recurrent, ...steps.flatMap((step) => stepFields.map((field) => step[field]))]);
    const states = steps.map(({ hidden }) => hidden);
    return {
      value: tf.concat(inTimeOrder(states, walk)),
      gradFunc: (gradient: tf.Tensor, saved: tf.Tensor[]) =>
        walkBackward(gradient as tf.Tensor2D, saved as tf.Tensor2D[], walk),
    };
  });
  return recurrence(projected, kernel);
}

function walkForward(projected: tf.Tensor2D, kernel: tf.Tensor2D, walk: Walk): Step[] {
  const batch = walk.input === 'sequence' ? projected.shape[0] / walk.steps : projected.shape[0];
  const steps: Step[] = [];
  for (const time of times(walk)) {
    const ofStep = walk.input === 'sequence' ? rowsOf(projected, time, batch) : projected;
    steps.push(stepFrom(ofStep, steps.at(-1)?.hidden, kernel));
  }
  return steps;
}

function stepFrom(projected: tf.Tensor2D, before: tf.Tensor2D | undefined, kernel: tf.Tensor2D): Step {
  const [units] = kernel.shape;
  const [own, ownCandidate] = gatesAndCandidate(projected, units);
  const [shared, recalled] = before
    ? gatesAndCandidate(tf.matMul(before, kernel), units)
    : [null, tf.zerosLike(ownCandidate)];
  const gates = tf.sigmoid<tf.Tensor2D>(shared ? tf.add(own, shared) : own);
  const [update, reset] = halves(gates, units);
  const candidate = tanh<tf.Tensor2D>(tf.add(ownCandidate, tf.mul(reset, recalled)));
  const kept = before ? tf.sub<tf.Tensor2D>(before, candidate) : tf.neg(candidate);
  const hidden = tf.add<tf.Tensor2D>(candidate, tf.mul(update, kept));
  return { gates, update, reset, recalled, candidate, hidden };
}

/** Back-propagation through time: the gradients of the projected inputs and of the recurrent kernel. */
function walkBackward(gradient: tf.Tensor2D, [kernel, ...saved]: tf.Tensor2D[], walk: Walk): tf.Tensor[] {
  const visited = times(walk);
  const steps = visited.map((_, index) => stepAt(saved, index));
  const batch = gradient.shape[0] / walk.steps;
  const turnedKernel = tf.transpose(kernel!);
  const ofInputs: tf.Tensor2D[] = [];
  let ofKernel: tf.Tensor2D = tf.zerosLike(kernel!);
  let ofHidden: tf.Tensor2D | null = null;
  for (let index = steps.length - 1; index >= 0; index--) {
    const step = steps[index]!;
    const before = steps[index - 1]?.hidden;
    const own = rowsOf(gradient, visited[index]!, batch);
    const hidden: tf.Tensor2D = ofHidden ? tf.add(own, ofHidden) : own;
    const { projected, recurrent } = stepGradient(step, before, hidden);
    ofInputs[index] = projected;
    if (!before) break;
    ofHidden = tf.add(tf.mul(hidden, step.update), tf.matMul(recurrent, turnedKernel));
    ofKernel = tf.add(ofKernel, tf.matMul(before, recurrent, true, false));
  }
  return [walk.input === 'constant' ? tf.addN(ofInputs) : tf.concat(inTimeOrder(ofInputs, walk)), ofKernel];
}

/** The gradients of what a step takes: its projected inputs, and the product of the state before with the kernel. */
function stepGradient(
  { gates, update, reset, recalled, candidate }: Step,
  before: tf.Tensor2D | undefined,
  hidden: tf.Tensor2D,
): { projected: tf.Tensor2D; recurrent: tf.Tensor2D } {
  const kept = before ? tf.sub(before, candidate) : tf.neg(candidate);
  const ofCandidate = tf.mul<tf.Tensor2D>(
    tf.mul(hidden, tf.sub(1, update)),
    tf.sub<tf.Tensor2D>(1, tf.square(candidate)),
  );
  const activations = tf.concat<tf.Tensor2D>([tf.mul(hidden, kept), tf.mul(ofCandidate, recalled)], 1);
  const ofGates = tf.mul<tf.Tensor2D>(activations, tf.mul(gates, tf.sub(1, gates)));
  return {
    projected: tf.concat([ofGates, ofCandidate], 1),
    recurrent: tf.concat([ofGates, tf.mul<tf.Tensor2D>(ofCandidate, reset)], 1),
  };
}

/** The columns of the two gates, and those of the candidate. */
function gatesAndCandidate(all: tf.Tensor2D, units: number): [tf.Tensor2D, tf.Tensor2D] {
  const batch = all.shape[0];
  return [tf.slice(all, [0, 0], [batch, 2 * units]), tf.slice(all, [0, 2 * units], [batch, units])];
}

function halves(gates: tf.Tensor2D, units: number): [tf.Tensor2D, tf.Tensor2D] {
  const size: [number, number] = [gates.shape[0], units];
  return [tf.slice(gates, [0, 0], size), tf.slice(gates, [0, units], size)];
}

/** The step visited at an index, of what the forward walk saved. */
function stepAt(saved: readonly tf.Tensor2D[], index: number): Step {
  const from = index * stepFields.length;
  return Object.fromEntries(stepFields.map((field, at) => [field, saved[from + at]!])) as unknown as Step;
}
