import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { bundleVersion } from '../../pipelines/autoencoders/bundle.ts';
import type { Bundle } from '../../pipelines/autoencoders/bundle.ts';
import { CupolaError } from '../../pipelines/errors.ts';
import type { ErrorCode } from '../../pipelines/errors.ts';
import type { BundleStore } from '../../pipelines/ports.ts';
import { streamDefinitionSchema } from '../../pipelines/telemetry/stream-definition.ts';

/** What an adapter brings to be tested. */
export interface BundleStoreHarness {
  /** Another store on the same storage, which is empty at first. */
  open(): Promise<BundleStore>;
  /** Lets the time pass that tells two creations apart. */
  pass(): Promise<void>;
  dispose(): Promise<void>;
}

/** The laws that every BundleStore keeps; `makeHarness` is called once. */
export function bundleStoreConformance(adapter: string, makeHarness: () => Promise<BundleStoreHarness>): void {
  describe(`BundleStore: ${adapter}`, () => {
    let harness: BundleStoreHarness;
    let store: BundleStore;

    before(async () => {
      harness = await makeHarness();
      store = await harness.open();
    });
    after(() => harness.dispose());

    it('an empty store lists nothing', async () => {
      assert.deepEqual(await store.list(), []);
      assert.deepEqual(await store.list('any'), []);
    });

    it('a bundle comes back as it was put, under the version of its content, in any store of the storage', async () => {
      for (const bundle of [exampleBundle({ seed: 1 }), exampleBundle({ seed: 2, onnx: null })]) {
        const version = await store.put(bundle);
        assert.equal(version, bundleVersion(bundle));
        for (const each of [store, await harness.open()]) {
          const { manifest, onnx } = await each.get(version);
          assert.deepEqual(manifest, bundle.manifest);
          assert.deepEqual(onnx && [...onnx], bundle.onnx && [...bundle.onnx]);
        }
      }
    });

    it('the list ascends by creation, by stream where asked, and tells when each was created', async () => {
      const versions: string[] = [];
      for (const [seed, stream] of [
        [30, 'alpha'],
        [10, 'beta'],
        [20, 'alpha'],
      ] as const) {
        await harness.pass();
        versions.push(await store.put(exampleBundle({ seed, stream })));
      }
      const alpha = await store.list('alpha');
      assert.deepEqual(
        alpha.map(({ version }) => version),
        [versions[0], versions[2]],
      );
      assert.ok(alpha[0]!.createdAtMs < alpha[1]!.createdAtMs);
      const all = (await store.list()).map(({ version }) => version);
      assert.deepEqual(all.slice(-3), versions);
      const { version: _, createdAtMs: _at, ...rest } = (await store.list('beta'))[0]!;
      assert.deepEqual(rest, {
        stream: 'beta',
        definitionVersion: 1,
        architecture: 'dense',
        holdoutMedianError: 0.5,
      });
    });

    it('putting a bundle again changes nothing', async () => {
      const bundle = exampleBundle({ seed: 3, stream: 'again' });
      const version = await store.put(bundle);
      const before = await store.list('again');
      await harness.pass();
      assert.equal(await store.put(bundle), version);
      assert.deepEqual(await store.list('again'), before);
    });

    it('a bundle put by many at once is there once', async () => {
      const bundle = exampleBundle({ seed: 4, stream: 'many' });
      const versions = await Promise.all(Array.from({ length: 8 }, async () => (await harness.open()).put(bundle)));
      assert.equal(new Set(versions).size, 1);
      assert.equal((await store.list('many')).length, 1);
      assert.deepEqual((await store.get(versions[0]!)).manifest, bundle.manifest);
    });

    it('a version that was never put is unknown, whatever its name', async () => {
      for (const version of ['dense-000000000000', '', '.', '..', '../cases', 'a/b', 'a\0b'])
        await rejects(store.get(version), 'CUPOLA_MODEL_UNKNOWN');
    });

    it('cases come back by the SHA-256 of their bytes', async () => {
      for (const [text, hash] of [
        ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
        ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
      ] as const) {
        const bytes = new TextEncoder().encode(text);
        assert.equal(await store.putCase(bytes), hash);
        assert.equal(await store.putCase(bytes), hash);
        assert.deepEqual([...(await (await harness.open()).getCase(hash))], [...bytes]);
      }
      for (const hash of ['0'.repeat(64), '', '../bundles']) await rejects(store.getCase(hash), 'CUPOLA_CASE_UNKNOWN');
    });
  });
}

/** A small bundle; another seed is another version. */
export function exampleBundle(of: { seed: number; stream?: string; onnx?: Uint8Array | null }): Bundle {
  const definition = streamDefinitionSchema.parse({
    stream: of.stream ?? 'example',
    name: 'Example',
    source: 'test',
    intervalMs: 1000,
    windowLengthMs: 8000,
    strideMs: 2000,
    staleAfterMs: 5000,
    warmUpMs: 60_000,
    channels: [
      { kind: 'real', id: 'a', name: 'A', unit: '°C', hardLimits: { low: -1e-7, high: 1e21 } },
      { kind: 'enumeration', id: 'b', name: 'B', role: 'context', states: [{ value: 0, label: 'off' }] },
    ],
  });
  return {
    manifest: {
      schemaVersion: 1,
      architecture: { name: 'dense', settings: { units: [8, 4], activation: 'tanh', tied: false, rate: 0.1 } },
      shape: { rows: 8, features: 2, scoredFeatures: 1 },
      definition,
      scaler: { center: [1 / 3, 0], scale: [0.1, 1] },
      training: { fromMs: 0, toMs: 1e6, windows: 400 },
      holdout: { fromMs: 1e6, toMs: 1.2e6, windows: 80 },
      channelWeights: [1],
      holdoutErrors: [0.25, 0.5, 1],
      holdoutMedianError: 0.5,
      threshold: { policy: 'quantile', parameters: { quantile: 0.999 } },
      statistics: [{ channelId: 'a', mean: 1, standardDeviation: 2, min: -3, max: 4, missingShare: 0 }],
      fit: { seed: of.seed, backend: 'test', epochs: [{ trainingLoss: 2, holdoutLoss: 3 }], bestEpoch: 0 },
    },
    onnx: of.onnx === undefined ? Uint8Array.from({ length: 300 }, (_, i) => i) : of.onnx,
  };
}

async function rejects(use: Promise<unknown>, code: ErrorCode): Promise<void> {
  await assert.rejects(use, (error) => error instanceof CupolaError && error.code === code);
}
