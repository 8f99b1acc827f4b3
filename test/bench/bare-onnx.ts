/** A worker that has onnxruntime alone, on one thread. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Bundle } from '../../pipelines/autoencoders/bundle.ts';
import { SeededRandom } from '../../pipelines/random.ts';
import { answerCalls } from '../../services/adapters/worker/worker-answers.ts';

const batch = 256;
let runBatch: () => Promise<unknown>;

answerCalls({
  async load({ manifest, onnx }: Bundle) {
    const { rows, features } = manifest.shape;
    const random = new SeededRandom(1);
    const cells = Float32Array.from({ length: batch * rows * features }, () => random.normal());
    const feed = { windows: new Tensor('float32', cells, [batch, rows, features]) };
    const session = await InferenceSession.create(onnx!, { intraOpNumThreads: 1, graphOptimizationLevel: 'all' });
    runBatch = () => session.run(feed);
  },
  /** Windows a second, run over and over for a while. */
  async rate(durationMs: number) {
    const started = performance.now();
    let windows = 0;
    while (performance.now() - started < durationMs) {
      await runBatch();
      windows += batch;
    }
    return { result: (1000 * windows) / (performance.now() - started) };
  },
  async close() {},
});
