import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import {
  architectureSettings,
  parseArchitecture,
  type ArchitectureName,
} from '../../pipelines/autoencoders/architecture-settings.ts';
import { buildModel } from '../../pipelines/autoencoders/architectures.ts';
import { takeStoredWeights } from '../../pipelines/autoencoders/stored-weights.ts';
import type { CupolaError } from '../../pipelines/errors.ts';
import { useWasmBackend } from '../../services/adapters/tfjs/wasm-backend.ts';
import { exampleArchitectures, exampleOnnx } from './example-models.ts';

const shape = { rows: 12, features: 5, scoredFeatures: 3 };
describe('stored weights', () => {
  before(useWasmBackend);

  const named = (Object.keys(architectureSettings) as ArchitectureName[]).map((name) =>
    parseArchitecture(name, name === 'convolutional' ? { filters: [6], kernel: 3, code: 3 } : {}),
  );
  const tied = parseArchitecture('dense', { hidden: [14], code: 4, tiedWeights: true });
  for (const architecture of [...exampleArchitectures, ...named, tied])
    it(`make a model export what the one that they are of did: ${architecture.name} ${JSON.stringify(architecture.settings).slice(0, 60)}`, () => {
      const stored = exampleOnnx(architecture, shape, 1);
      // Of the same seed, since draws that scoring takes are no weights.
      const model = buildModel(architecture, shape, 1);
      for (const variable of model.variables) variable.assign(tf.fill(variable.shape, 0.5));
      takeStoredWeights(model, stored);
      const again = model.exportOnnx();
      model.dispose();
      assert.ok(Buffer.from(again).equals(Buffer.from(stored)), 'byte for byte');
    });

  it('of other sizes are refused, and both sizes are named', () => {
    const stored = exampleOnnx(parseArchitecture('dense', { hidden: [], code: 4 }), shape, 1);
    const model = buildModel(parseArchitecture('dense', { hidden: [], code: 3 }), shape, 2);
    const before = model.exportOnnx();
    assert.throws(
      () => takeStoredWeights(model, stored),
      ({ code, message }: CupolaError) =>
        code === 'CUPOLA_MODEL_UNSUITED' && message.includes('60 x 4') && message.includes('60 x 3'),
    );
    assert.ok(Buffer.from(model.exportOnnx()).equals(Buffer.from(before)), 'the model is as it was');
    model.dispose();
  });
});
