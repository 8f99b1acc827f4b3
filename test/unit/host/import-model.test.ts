import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { CupolaError } from '../../../pipelines/errors.ts';
import { allocateFeatureWindows } from '../../../pipelines/features/encode-window.ts';
import { OnnxGraph } from '../../../pipelines/autoencoders/onnx-export.ts';
import { SeededRandom } from '../../../pipelines/random.ts';
import type { ScoredWindows, ScoringRuntime } from '../../../pipelines/ports.ts';
import { GoverningModel } from '../../../pipelines/scoring/governing-model.ts';
import { streamDefinitionSchema, type StreamDefinition } from '../../../pipelines/telemetry/stream-definition.ts';
import type { Selection } from '../../../pipelines/training/select-windows.ts';
import type { TrainingWindow } from '../../../pipelines/training/training-windows.ts';
import { inWholeWindows } from '../../../pipelines/features/whole-window.ts';
import { openOnnxRuntime } from '../../../services/adapters/onnx/onnx-runtime.ts';
import { compareModels } from '../../../services/host/models/compare-models.ts';
import { importOnDataset } from '../../../services/host/models/import-on-dataset.ts';
import { recordedCard } from '../../../services/host/models/recorded-card.ts';
import { storedModel } from '../../../services/host/stored-model.ts';
import { isSameWhateverBatch } from '../../../services/host/models/same-whatever-batch.ts';
import { exampleWindows } from '../../conformance/example-models.ts';
import { importModel, type ImportedModel, type ImportOptions } from '../../../services/host/models/import-model.ts';

interface Telemetry {
  readonly rows: number;
  readonly stride: number;
  readonly center: readonly number[];
  readonly scale: readonly number[];
  readonly firstShownWindow: number;
  readonly shownWindows: number;
  readonly series: readonly (readonly number[])[];
}

type Expected = Readonly<
  Record<string, { readonly reconstruction: readonly number[]; readonly code?: readonly number[] }>
>;

const file = (name: string): Buffer => readFileSync(new URL(`../../fixtures/imported-models/${name}`, import.meta.url));
const telemetry = JSON.parse(file('telemetry.json').toString()) as Telemetry;
const expected: Expected = Object.assign(
  {},
  ...['torch', 'keras'].map(
    (maker) => (JSON.parse(file(`${maker}-expected.json`).toString()) as { models: Expected }).models,
  ),
);
const { rows, stride, center, scale } = telemetry;

/** The stream of the fixtures, or of its first channels. */
function definitionOf(channels = 3): StreamDefinition {
  return streamDefinitionSchema.parse({
    stream: 'pump',
    name: 'Pump',
    source: 'test',
    intervalMs: 1000,
    windowLengthMs: rows * 1000,
    strideMs: stride * 1000,
    staleAfterMs: 1000,
    warmUpMs: rows * 1000,
    channels: ['temperature', 'pressure', 'current'].slice(0, channels).map((id) => ({ id, name: id, kind: 'real' })),
  });
}

function windowAt(index: number, channels = 3): TrainingWindow {
  const first = index * stride;
  const cells = telemetry.series.slice(first, first + rows).flatMap((row) => row.slice(0, channels));
  return {
    startMs: first * 1000,
    endMs: (first + rows) * 1000,
    values: Float64Array.from(cells),
    mask: new Uint8Array(cells.length).fill(2),
  };
}

function windows(from: number, to: number, channels = 3): TrainingWindow[] {
  return Array.from({ length: to - from }, (_, index) => windowAt(from + index, channels));
}

const selection = (channels = 3): Selection => ({
  training: windows(0, 100, channels),
  holdout: windows(104, 150, channels),
});

const given = { center, scale };

function assertNear(actual: Float32Array, wanted: readonly number[], what: string): void {
  assert.equal(actual.length, wanted.length, what);
  wanted.forEach((value, at) =>
    assert.ok(Math.abs(actual[at]! - value) < 1e-4, `${what} at ${at}: ${actual[at]} and ${value}`),
  );
}

describe('a model made with PyTorch or Keras', () => {
  let runtime: ScoringRuntime;

  before(async () => {
    runtime = await openOnnxRuntime({ workers: 0 });
  });
  after(() => runtime.close());

  function imported(name: string, options: Partial<ImportOptions> = {}): Promise<ImportedModel> {
    const usual = {
      source: `${name}.onnx`,
      definition: definitionOf(),
      selection: selection(),
      threshold: { policy: 'quantile', parameters: { q: 1, margin: 1 } },
      scaling: given,
    };
    return importModel(file(`${name}.onnx`), { ...usual, ...options }, runtime);
  }

  /** The shown windows by the imported model, whole windows as newest strides, windows through the product's own scaling. */
  async function scored({ bundle }: ImportedModel, channels = 3): Promise<ScoredWindows> {
    const definition = inWholeWindows(bundle.manifest.definition);
    const model = new GoverningModel({ ...bundle, manifest: { ...bundle.manifest, definition } });
    const shown = windows(telemetry.firstShownWindow, telemetry.firstShownWindow + telemetry.shownWindows, channels);
    const encoded = allocateFeatureWindows(model.layout, shown.length);
    shown.forEach((window, index) => model.encode(window, encoded, index));
    await runtime.load(model.version, model.bundle);
    const scores = await runtime.score(model.version, encoded);
    await runtime.unload(model.version);
    return scores;
  }

  for (const [name, layout, code, options] of [
    ['torch-dense', 'rows', 4, {}],
    ['torch-convolutional', 'channels-first', 0, {}],
    ['torch-lstm', 'rows', 0, {}],
    ['keras-dense', 'flat', 4, { code: 'functional_1/code_1/BiasAdd:0' }],
    ['keras-convolutional', 'rows', 0, {}],
  ] as const) {
    it(`${name} says of windows what its framework says, and is calibrated as any model`, async () => {
      const model = await imported(name, options);
      assert.deepEqual([model.layout, model.code], [layout, code]);
      const { reconstruction, latent } = await scored(model);
      assertNear(reconstruction, expected[name]!.reconstruction, 'reconstruction');
      assertNear(latent, expected[name]!.code ?? [], 'code');
      const { architecture, holdoutChannels, holdoutErrors, statistics } = model.bundle.manifest;
      assert.equal(architecture.name, 'imported');
      assert.match(model.modelVersion, /^imported-[0-9a-f]{12}$/);
      assert.deepEqual([holdoutChannels!.length, holdoutErrors.length, statistics.length], [3, 46, 3]);
      assert.ok(model.holdoutMedianError < 0.5 * model.medianErrorOfMiddle, 'it knows its telemetry');
    });
  }

  it('of one channel too, and the bundle is the same for the same file and windows', async () => {
    const options = {
      definition: definitionOf(1),
      selection: selection(1),
      scaling: { center: center.slice(0, 1), scale: scale.slice(0, 1) },
    };
    const model = await imported('torch-one-channel', options);
    assertNear(
      (await scored(model, 1)).reconstruction,
      expected['torch-one-channel']!.reconstruction,
      'reconstruction',
    );
    assert.equal((await imported('torch-one-channel', options)).modelVersion, model.modelVersion);
  });

  it('is scaled by its training windows unless scaling is given, and on another scaling than its own it is seen to fail', async () => {
    const standard = await imported('torch-dense', { scaling: 'standard' });
    const { scaler } = standard.bundle.manifest;
    scaler.center.forEach((value, column) => assert.ok(Math.abs(value - center[column]!) < 0.2 * scale[column]!));
    const own = await imported('torch-dense', { scaling: 'none' });
    assert.ok(own.holdoutMedianError > 0.5 * own.medianErrorOfMiddle || own.holdoutMedianError > 1);
    assert.ok(standard.holdoutMedianError < 0.1 * standard.medianErrorOfMiddle);
  });

  it('that takes one window at a time is given one at a time', async () => {
    const model = await imported('torch-one-window');
    assert.equal(model.windowsAtOnce, 1);
    assertNear((await scored(model)).reconstruction, expected['torch-dense']!.reconstruction, 'reconstruction');
  });

  it('of which the bits depend on the batch is given one window at a time, and they no longer do', async () => {
    const { bundle, windowsAtOnce } = await importModel(
      unaligned(),
      {
        source: 'unaligned.onnx',
        definition: definitionOf(),
        selection: selection(),
        threshold: { policy: 'quantile', parameters: { q: 1, margin: 1 } },
        scaling: given,
      },
      runtime,
    );
    assert.equal(windowsAtOnce, 1);
    const { windowsAtOnce: _, ...settings } = bundle.manifest.architecture.settings;
    const many = { ...bundle, manifest: { ...bundle.manifest, architecture: { name: 'imported', settings } } };
    const tried = exampleWindows({ rows, features: 3, scoredFeatures: 3 }, 50, 3);
    assert.equal(await isSameWhateverBatch(many, tried, runtime), false);
    assert.equal(await isSameWhateverBatch(bundle, tried, runtime), true);
  });

  for (const [name, field, options] of [
    ['torch-external-data', 'weights', {}],
    ['torch-fixed-batch', 'batch axis', {}],
    ['torch-double', 'type of x', {}],
    ['torch-sampling', 'what it says of a window', {}],
    ['torch-one-channel', 'input x', {}],
    ['torch-dense', 'output', { output: 'nobody' }],
    ['torch-dense', 'outputs', { output: 'code' }],
    ['torch-dense', 'scaling.center', { scaling: { center: [0], scale: [1] } }],
    ['torch-dense', 'input x', { layout: 'flat' }],
  ] as const) {
    it(`is refused with what to do where ${field} is not right: ${name} ${JSON.stringify(options)}`, async () => {
      await assert.rejects(imported(name, options), (error: CupolaError) => {
        assert.deepEqual([error.code, error.subject.field], ['CUPOLA_IMPORT_REFUSED', field], error.message);
        return error.subject.bound !== undefined;
      });
    });
  }

  it('what is no model at all is refused', async () => {
    for (const bytes of [Uint8Array.of(1, 2, 3), new Uint8Array(0), Buffer.from('telemetry')]) {
      const options = { source: 'x', definition: definitionOf(), selection: selection(), scaling: given };
      const threshold = { policy: 'quantile', parameters: { q: 1 } };
      await assert.rejects(importModel(bytes, { ...options, threshold }, runtime), { code: 'CUPOLA_IMPORT_REFUSED' });
    }
  });
});

/** A model of which an activation is taken of 7 numbers a window: how these fall into vectors depends on the windows before. */
function unaligned(): Uint8Array {
  const random = SeededRandom.for(1, 'unaligned');
  const graph = new OnnxGraph();
  const weights = (inputs: number, units: number): string =>
    graph.weights(
      Float32Array.from({ length: inputs * units }, () => random.normal() / Math.sqrt(inputs)),
      [inputs, units],
    );
  const flat = graph.add('Reshape', ['windows', graph.integers([-1, rows * 3])]);
  const code = graph.add('Softplus', [graph.add('MatMul', [flat, weights(rows * 3, 7)])], {}, 'code');
  const wide = graph.add('MatMul', [code, weights(7, rows * 3)]);
  graph.add('Reshape', [wide, graph.integers([-1, rows, 3])], {}, 'reconstruction');
  return graph.encode('unaligned', { rows, features: 3, scoredFeatures: 3 }, 7);
}

it('a recording calibrates a model as it trains one of ours, and the bundle can be read, watched with and compared', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cupola-import-'));
  const { signal } = new AbortController();
  try {
    const lines = telemetry.series.map(([value], row) => `${new Date(1e12 + 1000 * row).toISOString()},${value}`);
    await writeFile(join(folder, 'pump.csv'), ['time,value', ...lines].join('\n'));
    const request = {
      onnx: file('torch-one-channel.onnx'),
      source: 'torch-one-channel.onnx',
      dataset: 'csv',
      dataDir: join(folder, 'pump.csv'),
      member: undefined,
      preset: 'fast',
      rows: undefined,
      strideRows: undefined,
      scaling: 'standard',
      layout: undefined,
      output: undefined,
      code: undefined,
      modelsDir: folder,
    };
    const stored = await importOnDataset(request, signal);
    const bundle = await storedModel(stored.modelVersion, { models: folder });
    assert.equal(bundle.manifest.shape.rows, rows, 'as the model says');
    assert.ok(stored.holdoutMedianError < 0.1 * stored.medianErrorOfMiddle);
    const telemetryOf = { dataset: 'csv', dataDir: request.dataDir };
    const { models } = await compareModels([bundle, bundle], telemetryOf, () => {}, signal);
    assert.ok(models[0]!.watched!.windows > 100);
    const card = await recordedCard(bundle, telemetryOf, signal);
    const parts = card.layers[0]!.layers.map(({ part, name, width }) => `${part} ${name} ${width}`);
    assert.deepEqual(parts, [
      'input window 16',
      'encoder dense 20',
      'code dense 4',
      'decoder dense 20',
      'decoder dense 16',
      'output reconstruction 16',
    ]);
    assert.deepEqual([card.latent!.units, card.latent!.isProduct, card.versions.opset], [4, true, 20]);
    await assert.rejects(importOnDataset({ ...request, scaling: { center: [0] } }, signal), {
      code: 'CUPOLA_USAGE_INVALID',
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});
