import type { WindowShape } from '../../../pipelines/autoencoders/architecture.ts';
import { withOutputs, type ForeignOutputs } from '../../../pipelines/autoencoders/imported/adapt-model.ts';
import { importRefused, type ForeignModel } from '../../../pipelines/autoencoders/imported/foreign-model.ts';
import type { WindowLayout } from '../../../pipelines/autoencoders/imported/window-layout.ts';
import { CupolaError } from '../../../pipelines/errors.ts';
import { OnnxFunction } from '../../adapters/onnx/onnx-function.ts';

/** Outputs that are named by whoever knows the model. */
export interface NamedOutputs {
  readonly output?: string | undefined;
  readonly code?: string | undefined;
}

/**
 * Which of a model's values are the reconstruction and the code, found by how much of them there is for a window: what
 * exported models declare of their outputs is often not enough.
 *
 * Errors: CUPOLA_IMPORT_REFUSED.
 */
export async function foreignOutputs(
  foreign: ForeignModel,
  taken: WindowLayout,
  shape: WindowShape,
  named: NamedOutputs,
): Promise<ForeignOutputs> {
  const lengths = await outputLengths(foreign, taken, shape, named);
  const widths = [...new Set([taken.columns, shape.features, shape.scoredFeatures])];
  const columnsOf = (name: string): number | undefined =>
    widths.find((columns) => columns >= shape.scoredFeatures && shape.rows * columns === lengths.get(name));
  const name = named.output ?? [...lengths.keys()].find((output) => columnsOf(output) !== undefined);
  const columns = name === undefined ? undefined : columnsOf(name);
  if (name === undefined || columns === undefined) {
    const given = [...lengths].map(([output, length]) => `${output}: ${length}`).join(', ');
    const bound = widths.map((width) => shape.rows * width).join(' or ');
    throw importRefused(
      'outputs',
      `for one window ${given}`,
      `one of ${bound} numbers: the window's ${shape.rows} rows`,
    );
  }
  const others = [...lengths.keys()].filter((output) => output !== name);
  const code = named.code ?? (others.length === 1 ? others[0] : undefined);
  return {
    reconstruction: { name, columns },
    code: code === undefined ? null : { name: code, units: lengths.get(code)! },
  };
}

/** How many numbers a model gives for one window, by output. */
async function outputLengths(
  foreign: ForeignModel,
  { layout, columns }: WindowLayout,
  { rows }: WindowShape,
  { output, code }: NamedOutputs,
): Promise<ReadonlyMap<string, number>> {
  const declared = foreign.outputs.map(({ name }) => name);
  for (const [option, name] of Object.entries({ output, code }))
    if (name !== undefined && !foreign.values.has(name))
      throw importRefused(option, name, `a value of the model, such as its outputs ${declared.join(', ')}`);
  const names = [...new Set([...declared, output, code])].filter((name) => name !== undefined);
  const dims = { rows: [rows, columns], 'channels-first': [columns, rows], flat: [rows * columns] }[layout];
  const model = await OnnxFunction.open(withOutputs(foreign.onnx, names)).catch(notRun);
  try {
    const given = await model.run(new Float32Array(rows * columns), dims).catch(notRun);
    return new Map([...given].map(([name, values]) => [name, values.length]));
  } finally {
    await model.close();
  }
}

function notRun(error: unknown): never {
  if (!(error instanceof CupolaError)) throw error;
  throw importRefused('model', error.message, 'one that onnxruntime runs', error);
}
