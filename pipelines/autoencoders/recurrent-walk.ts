import * as tf from '@tensorflow/tfjs-core';

/** How a recurrence walks through the rows of a window, and whether each row has an input of its own. */
export interface Walk {
  readonly steps: number;
  readonly direction: 'forward' | 'reverse';
  /** `sequence`: projected inputs are [steps x batch, gates x units], time-major; `constant`: [batch, gates x units], for every step. */
  readonly input: 'sequence' | 'constant';
}

/** The rows of a window in the order in which they are visited. */
export function times({ steps, direction }: Walk): number[] {
  const ascending = [...Array(steps).keys()];
  return direction === 'reverse' ? ascending.reverse() : ascending;
}

/** What was gathered visit by visit, as it stands in the window. */
export function inTimeOrder<T>(visited: readonly T[], { direction }: Walk): T[] {
  return direction === 'reverse' ? visited.toReversed() : [...visited];
}

/** One row of every window, of time-major rows: [batch, columns]. */
export function rowsOf(all: tf.Tensor2D, time: number, batch: number): tf.Tensor2D {
  return tf.slice(all, [time * batch, 0], [batch, all.shape[1]]);
}

/** tanh(z) as 2 sigmoid(2z) - 1: the WASM backend's sigmoid is ten times as fast as its tanh. */
export function tanh<T extends tf.Tensor>(x: T): T {
  return tf.sub(tf.mul(tf.sigmoid(tf.mul(x, 2)), 2), 1);
}
