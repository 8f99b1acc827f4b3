import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { openOnnxRuntime } from '../../services/adapters/onnx/onnx-runtime.ts';
import { useWasmBackend } from '../../services/adapters/tfjs/wasm-backend.ts';
import { scoringRuntimeConformance } from './scoring-runtime.ts';

before(useWasmBackend);

for (const workers of [0, 1, 2])
  scoringRuntimeConformance(`onnxruntime, ${workers} workers`, () => openOnnxRuntime({ workers }));

describe('a process with an onnxruntime worker', () => {
  it('ends by itself once the runtime is closed', async () => {
    const script = `
      import { openOnnxRuntime } from './services/adapters/onnx/onnx-runtime.ts';
      import { exampleBundle, exampleWindows } from './test/conformance/example-models.ts';
      const shape = { rows: 4, features: 2, scoredFeatures: 2 };
      const runtime = await openOnnxRuntime();
      await runtime.load('limits', exampleBundle(shape, 2));
      const { featureErrors } = await runtime.score('limits', exampleWindows(shape, 3, 1));
      await runtime.close();
      console.log(featureErrors.length);`;
    const run = promisify(execFile)(process.execPath, ['--input-type=module-typescript', '--eval', script], {
      timeout: 20_000,
    });
    assert.equal((await run).stdout.trim(), '6');
  });
});
