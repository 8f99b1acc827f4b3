import { onnxNames, OnnxGraph } from '../../../pipelines/autoencoders/onnx-export.ts';

/** Whether onnxruntime works on this machine, and if not, why. */
export interface ScoringReport {
  readonly name: string;
  /** null where the library does not load. */
  readonly version: string | null;
  readonly problem: string | null;
}

/** Loads onnxruntime into the calling thread and runs the smallest of models, which gives back what it is given. */
export async function describeScoring(): Promise<ScoringReport> {
  const name = 'onnxruntime-cpu';
  let version: string | null = null;
  try {
    const { env, InferenceSession, Tensor } = await import('onnxruntime-node');
    version = env.versions.node ?? null;
    const session = await InferenceSession.create(mirror());
    const windows = new Tensor('float32', Float32Array.of(1, 2), [1, 2, 1]);
    const output = await session.run({ [onnxNames.windows]: windows });
    await session.release();
    const isRight = String(output[onnxNames.reconstruction]!.data) === String(windows.data);
    return { name, version, problem: isRight ? null : 'it runs a model and gives a wrong answer' };
  } catch (error) {
    return { name, version, problem: error instanceof Error ? error.message : String(error) };
  }
}

function mirror(): Uint8Array {
  const graph = new OnnxGraph();
  graph.add('Identity', [onnxNames.windows], {}, onnxNames.reconstruction);
  graph.add('Reshape', [onnxNames.windows, graph.integers([-1, 2])], {}, onnxNames.code);
  return graph.encode('mirror', { rows: 2, features: 1, scoredFeatures: 1 }, 2);
}
