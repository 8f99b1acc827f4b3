import * as tf from '@tensorflow/tfjs-core';
import { inTimeOrder, rowsOf, tanh, times, type Walk } from './recurrent-walk.ts';

/** What one step leaves for the gradient; all [batch, units] but `gates`, [batch, 4 units]. */
interface Step {
  readonly gates: tf.Tensor2D;
  readonly input: tf.Tensor2D;
  readonly output: tf.Tensor2D;
  readonly forget: tf.Tensor2D;
  readonly candidate: tf.Tensor2D;
  readonly cell: tf.Tensor2D;
  readonly squashed: tf.Tensor2D;
  readonly hidden: tf.Tensor2D;
}
const stepFields = ['gates', 'input', 'output', 'forget', 'candidate', 'cell', 'squashed', 'hidden'] as const;

/**
 * The hidden states of an LSTM (Hochreiter and Schmidhuber 1997; forget gate: Gers et al. 2000) that starts from zeros,
 * for inputs projected beforehand (x W + b), so that one matrix product serves all steps; and its gradient as one piece,
 * with a fraction of the kernels that differentiating every operation takes.
 *
 * `kernel` is [units, 4 units]; gates stand in ONNX's order: input, output, forget, candidate.
 * Returns [steps x batch, units], time-major whatever the direction.
 */
export function lstmRecurrence(projected: tf.Tensor2D, kernel: tf.Tensor2D, walk: Walk): tf.Tensor2D {
  const recurrence = tf.customGrad((...args: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [inputs, recurrent, save] = args as [tf.Tensor2D, tf.Tensor2D, tf.GradSaveFunc];
    const scale = gateScale(recurrent.shape[0]);
    const scaledKernel = tf.mul<tf.Tensor2D>(recurrent, scale);
    const steps = walkForward(tf.mul(inputs, scale), scaledKernel, walk);
    save([scale, scaledKernel, ...steps.flatMap((step) => stepFields.map((field) => step[field]))]);
    return {
      value: tf.concat(
        inTimeOrder(
          steps.map(({ hidden }) => hidden),
          walk,
        ),
      ),
      gradFunc: (gradient: tf.Tensor, saved: tf.Tensor[]) =>
        walkBackward(gradient as tf.Tensor2D, saved as tf.Tensor2D[], walk),
    };
  });
  return recurrence(projected, kernel);
}

/**
 * 1 for the three gates and 2 for the candidate: tanh(z) is taken as 2 sigmoid(2z) - 1, which makes one call of all four
 * activations.
 */
function gateScale(units: number): tf.Tensor1D {
  return tf.tensor1d(Float32Array.from({ length: 4 * units }, (_, column) => (column < 3 * units ? 1 : 2)));
}

function walkForward(projected: tf.Tensor2D, kernel: tf.Tensor2D, walk: Walk): Step[] {
  const [units] = kernel.shape;
  const batch = walk.input === 'sequence' ? projected.shape[0] / walk.steps : projected.shape[0];
  const steps: Step[] = [];
  for (const time of times(walk)) {
    const before = steps.at(-1);
    const ofStep = walk.input === 'sequence' ? rowsOf(projected, time, batch) : projected;
    const gates = tf.sigmoid<tf.Tensor2D>(before ? tf.add(ofStep, tf.matMul(before.hidden, kernel)) : ofStep);
    const gate = (index: number): tf.Tensor2D => tf.slice(gates, [0, index * units], [batch, units]);
    const [input, output, forget] = [gate(0), gate(1), gate(2)];
    const candidate: tf.Tensor2D = tf.sub(tf.mul(gate(3), 2), 1);
    const taken: tf.Tensor2D = tf.mul(input, candidate);
    const cell: tf.Tensor2D = before ? tf.add(tf.mul(forget, before.cell), taken) : taken;
    const squashed = tanh(cell);
    steps.push({
      gates,
      input,
      output,
      forget,
      candidate,
      cell,
      squashed,
      hidden: tf.mul<tf.Tensor2D>(output, squashed),
    });
  }
  return steps;
}

/** Back-propagation through time: the gradients of the projected inputs and of the recurrent kernel. */
function walkBackward(gradient: tf.Tensor2D, [scale, kernel, ...saved]: tf.Tensor2D[], walk: Walk): tf.Tensor[] {
  const visited = times(walk);
  const steps = visited.map((_, index) => stepAt(saved, index));
  const batch = gradient.shape[0] / walk.steps;
  const turnedKernel = tf.transpose(kernel!);
  const ofGates: tf.Tensor2D[] = [];
  let ofKernel: tf.Tensor2D = tf.zerosLike(kernel!);
  let ofHidden: tf.Tensor2D | null = null;
  let ofCell: tf.Tensor2D | null = null;
  for (let index = steps.length - 1; index >= 0; index--) {
    const step = steps[index]!;
    const before = steps[index - 1];
    const own = rowsOf(gradient, visited[index]!, batch);
    const hidden: tf.Tensor2D = ofHidden ? tf.add(own, ofHidden) : own;
    const through: tf.Tensor2D = tf.mul(tf.mul(hidden, step.output), tf.sub(1, tf.square(step.squashed)));
    const cell: tf.Tensor2D = ofCell ? tf.add(through, ofCell) : through;
    const gates = gateGradient(step, before, hidden, cell);
    ofGates[index] = gates;
    if (!before) break;
    ofHidden = tf.matMul(gates, turnedKernel);
    ofCell = tf.mul(cell, step.forget);
    // Step by step, these products stay in the cache: twice as fast as one over all steps.
    ofKernel = tf.add(ofKernel, tf.matMul(before.hidden, gates, true, false));
  }
  const ofInputs = walk.input === 'constant' ? tf.addN(ofGates) : tf.concat(inTimeOrder(ofGates, walk));
  return [tf.mul(ofInputs, scale!), tf.mul(ofKernel, scale!)];
}

/** The gradient of a step's pre-activations, scaled as its kernel is. */
function gateGradient(step: Step, before: Step | undefined, hidden: tf.Tensor2D, cell: tf.Tensor2D): tf.Tensor2D {
  const ofForget = before ? tf.mul(cell, before.cell) : tf.zerosLike(cell);
  const activations = tf.concat(
    [
      tf.mul(cell, step.candidate),
      tf.mul(hidden, step.squashed),
      ofForget,
      tf.mul(tf.mul(cell, step.input), 2),
    ] as tf.Tensor2D[],
    1,
  );
  return tf.mul(activations, tf.mul(step.gates, tf.sub(1, step.gates)));
}

/** The step visited at an index, of what the forward walk saved. */
function stepAt(saved: readonly tf.Tensor2D[], index: number): Step {
  const from = index * stepFields.length;
  return Object.fromEntries(stepFields.map((field, at) => [field, saved[from + at]!])) as unknown as Step;
}
