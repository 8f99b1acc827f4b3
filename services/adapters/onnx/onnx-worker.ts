import type { Bundle } from '../../../pipelines/autoencoders/bundle.ts';
import type { FeatureWindows } from '../../../pipelines/ports.ts';
import { answerCalls } from '../worker/worker-answers.ts';
import { OnnxModels } from './onnx-models.ts';

/** The worker of WorkerModels: loads models and scores windows off the main thread. */
const models = new OnnxModels();

answerCalls({
  load: (version: string, bundle: Bundle) => models.load(version, bundle),
  unload: (version: string) => models.unload(version),
  close: () => models.close(),
  async score(version: string, windows: FeatureWindows) {
    const result = await models.score(version, windows);
    return { result, transfer: Object.values(result).map(({ buffer }) => buffer as ArrayBuffer) };
  },
});
