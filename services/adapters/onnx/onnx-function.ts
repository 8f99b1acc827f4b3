import { InferenceSession, Tensor } from 'onnxruntime-node';
import { CupolaError } from '../../../pipelines/errors.ts';

/** Rows given to the session at once: memory stays bounded however many there are. */
const rowsAtOnce = 256;

/** An ONNX model with one float32 input as a function of it, on the calling thread: for commands, not for the hot path. */
export class OnnxFunction {
  readonly #session: InferenceSession;

  private constructor(session: InferenceSession) {
    this.#session = session;
  }

  /** Errors: CUPOLA_RUNTIME_FAILED. */
  static async open(onnx: Uint8Array): Promise<OnnxFunction> {
    const options: InferenceSession.SessionOptions = {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
    };
    return new OnnxFunction(await InferenceSession.create(onnx, options).catch(failed));
  }

  /** Names of what it gives. */
  get outputs(): readonly string[] {
    return this.#session.outputNames;
  }

  /**
   * Every output, by name, of `input`: count x dims, row-major. Outputs have `count` rows too.
   *
   * Errors: CUPOLA_RUNTIME_FAILED.
   */
  async run(input: Float32Array, dims: readonly number[]): Promise<ReadonlyMap<string, Float32Array>> {
    const length = dims.reduce((product, dim) => product * dim, 1);
    const count = input.length / length;
    const results = new Map<string, Float32Array>();
    for (let first = 0; first < count; first += rowsAtOnce) {
      const rows = Math.min(rowsAtOnce, count - first);
      const part = new Tensor('float32', input.subarray(first * length, (first + rows) * length), [rows, ...dims]);
      const given = await this.#session.run({ [this.#session.inputNames[0]!]: part }).catch(failed);
      for (const [name, tensor] of Object.entries(given)) {
        const values = tensor.data as Float32Array;
        const all = results.get(name) ?? new Float32Array((values.length / rows) * count);
        all.set(values, (first * values.length) / rows);
        results.set(name, all);
      }
    }
    return results;
  }

  async close(): Promise<void> {
    await this.#session.release();
  }
}

function failed(cause: unknown): never {
  const reason = cause instanceof Error ? cause.message : String(cause);
  throw new CupolaError('CUPOLA_RUNTIME_FAILED', `could not run a model: ${reason}`, { cause });
}
