import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import { gruRecurrence } from '../../../pipelines/autoencoders/gru-recurrence.ts';
import { lstmRecurrence } from '../../../pipelines/autoencoders/lstm-recurrence.ts';
import type { Walk } from '../../../pipelines/autoencoders/recurrent-walk.ts';
import { useWasmBackend } from '../../../services/adapters/tfjs/wasm-backend.ts';

const batch = 3;
const units = 4;

const walks = (['sequence', 'constant'] as const).flatMap((input) =>
  (['forward', 'reverse'] as const).flatMap((direction) =>
    [1, 2, 5].map((steps): Walk => ({ steps, direction, input })),
  ),
);

type Recurrence = typeof lstmRecurrence;

const kinds = [
  { name: 'LSTM', fused: lstmRecurrence, textbook: textbookLstm, gates: 4 },
  { name: 'GRU', fused: gruRecurrence, textbook: textbookGru, gates: 3 },
];

for (const { name, fused, textbook, gates } of kinds)
  describe(`${name} recurrence`, () => {
    before(useWasmBackend);

    for (const walk of walks)
      it(`${walk.steps} steps ${walk.direction}, ${walk.input} input: equals the textbook cell, and its gradient too`, () => {
        tf.tidy(() => {
          const inputs = walk.input === 'sequence' ? walk.steps * batch : batch;
          const projected = tf.randomNormal<tf.Rank.R2>([inputs, gates * units], 0, 1, 'float32', 1);
          const kernel = tf.randomNormal<tf.Rank.R2>([units, gates * units], 0, 1, 'float32', 2);
          const weight = tf.randomNormal([walk.steps * batch, units], 0, 1, 'float32', 3);
          const gradient = (of: Recurrence): ReturnType<ReturnType<typeof tf.valueAndGrads>> =>
            tf.valueAndGrads((p, k) => tf.sum(tf.mul(of(p as tf.Tensor2D, k as tf.Tensor2D, walk), weight)))([
              projected,
              kernel,
            ]);
          assertNear(fused(projected, kernel, walk), textbook(projected, kernel, walk));
          const [ours, plain] = [gradient(fused), gradient(textbook)];
          ours.grads.forEach((grad, index) => assertNear(grad, plain.grads[index]!));
        });
      });
  });

/** The cell, operation by operation, differentiated by TensorFlow.js. */
function textbookLstm(projected: tf.Tensor2D, kernel: tf.Tensor2D, { steps, direction, input }: Walk): tf.Tensor2D {
  let hidden: tf.Tensor2D = tf.zeros([batch, units]);
  let cell: tf.Tensor2D = tf.zeros([batch, units]);
  const states: tf.Tensor2D[] = [];
  for (let visited = 0; visited < steps; visited++) {
    const time = direction === 'reverse' ? steps - 1 - visited : visited;
    const own = input === 'sequence' ? tf.slice(projected, [time * batch, 0], [batch, 4 * units]) : projected;
    const sums = tf.add(own, tf.matMul(hidden, kernel));
    const gate = (index: number): tf.Tensor2D => tf.slice(sums as tf.Tensor2D, [0, index * units], [batch, units]);
    cell = tf.add(tf.mul(tf.sigmoid(gate(2)), cell), tf.mul(tf.sigmoid(gate(0)), tf.tanh(gate(3))));
    hidden = tf.mul(tf.sigmoid(gate(1)), tf.tanh(cell));
    states[time] = hidden;
  }
  return tf.concat(states);
}

/** The cell as PyTorch documents it, without biases of the recurrence. */
function textbookGru(projected: tf.Tensor2D, kernel: tf.Tensor2D, { steps, direction, input }: Walk): tf.Tensor2D {
  let hidden: tf.Tensor2D = tf.zeros([batch, units]);
  const states: tf.Tensor2D[] = [];
  for (let visited = 0; visited < steps; visited++) {
    const time = direction === 'reverse' ? steps - 1 - visited : visited;
    const own = input === 'sequence' ? tf.slice(projected, [time * batch, 0], [batch, 3 * units]) : projected;
    const shared = tf.matMul<tf.Tensor2D>(hidden, kernel);
    const part = (of: tf.Tensor2D, index: number): tf.Tensor2D => tf.slice(of, [0, index * units], [batch, units]);
    const update = tf.sigmoid<tf.Tensor2D>(tf.add(part(own, 0), part(shared, 0)));
    const reset = tf.sigmoid<tf.Tensor2D>(tf.add(part(own, 1), part(shared, 1)));
    const candidate = tf.tanh<tf.Tensor2D>(tf.add(part(own, 2), tf.mul(reset, part(shared, 2))));
    hidden = tf.add(tf.mul(tf.sub(1, update), candidate), tf.mul(update, hidden));
    states[time] = hidden;
  }
  return tf.concat(states);
}

function assertNear(found: tf.Tensor, expected: tf.Tensor): void {
  assert.deepEqual(found.shape, expected.shape);
  const distance = tf.max(tf.abs(tf.sub(found, expected))).dataSync()[0]!;
  assert.ok(distance < 5e-6, `off by ${distance}`);
}
