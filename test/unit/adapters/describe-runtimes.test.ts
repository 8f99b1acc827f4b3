import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { describeScoring } from '../../../services/adapters/onnx/describe-scoring.ts';
import { describeTraining } from '../../../services/adapters/tfjs/tfjs-training.ts';

const packageJson = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  dependencies: Record<string, string>;
};

it('onnxruntime is described by its version, and works', async () => {
  const version = packageJson.dependencies['onnxruntime-node'];
  assert.deepEqual(await describeScoring(), { name: 'onnxruntime-cpu', version, problem: null });
});

it('the backends of TensorFlow.js are described in the order of preference, and the last of them works anywhere', async () => {
  const version = packageJson.dependencies['@tensorflow/tfjs'];
  assert.deepEqual((await describeTraining()).at(-1), { name: 'tfjs-wasm', version, problem: null });
});
