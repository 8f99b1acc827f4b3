import { join } from 'node:path';
import { FileBundleStore } from '../../adapters/files/bundle-store.ts';
import { openOnnxRuntime } from '../../adapters/onnx/onnx-runtime.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import { importModel, type ImportedModel, type ImportOptions } from './import-model.ts';

/** A model that was taken in and stored. */
export type StoredImport = Omit<ImportedModel, 'bundle'> & {
  readonly stream: string;
  /** The folder of the bundle. */
  readonly bundleFolder: string;
};

/** Takes in a model and stores its bundle. Errors: as importModel. */
export async function storeImport(onnx: Uint8Array, options: ImportOptions, modelsDir: string): Promise<StoredImport> {
  const runtime = await openOnnxRuntime();
  try {
    const { bundle, ...imported } = await importModel(onnx, options, runtime);
    await new FileBundleStore(modelsDir, systemClock).put(bundle);
    const bundleFolder = join(modelsDir, 'bundles', imported.modelVersion);
    return { stream: options.definition.stream, ...imported, bundleFolder };
  } finally {
    await runtime.close();
  }
}
