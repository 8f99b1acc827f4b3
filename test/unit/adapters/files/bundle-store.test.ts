import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { CupolaError } from '../../../../pipelines/errors.ts';
import { FileBundleStore } from '../../../../services/adapters/files/bundle-store.ts';
import { exampleBundle } from '../../../conformance/bundle-store.ts';
import { SettableClock } from '../../../settable-clock.ts';

describe('the bundle store on files', () => {
  let folder: string;
  let store: FileBundleStore;
  let version: string;
  const file = (name: string): string => join(folder, 'bundles', version, name);

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cupola-bundle-store-'));
    store = new FileBundleStore(folder, new SettableClock());
    version = await store.put(exampleBundle({ seed: 1 }));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('refuses a bundle of which any byte was changed, naming file and checksum', async () => {
    for (const name of ['manifest.json', 'model.onnx']) {
      const bytes = readFileSync(file(name));
      for (const at of [0, bytes.length >> 1, bytes.length - 1]) {
        const changed = Buffer.from(bytes);
        changed[at]! ^= 1;
        writeFileSync(file(name), changed);
        await assert.rejects(store.get(version), corrupt(file(name), /SHA-256 [0-9a-f]{64}.*SHA-256 [0-9a-f]{64}/));
      }
      writeFileSync(file(name), bytes);
    }
    await store.get(version);
  });

  it('refuses a bundle of which a file is missing', async () => {
    for (const name of readdirSync(join(folder, 'bundles', version))) {
      renameSync(file(name), `${file(name)}.away`);
      await assert.rejects(store.get(version), corrupt(file(name), /missing/));
      renameSync(`${file(name)}.away`, file(name));
    }
    await store.get(version);
  });

  it('refuses a manifest that breaks its schema though its checksum is right', async () => {
    const manifest = { ...exampleBundle({ seed: 1 }).manifest, holdoutMedianError: 0 };
    const broken = await store.put({ manifest, onnx: null });
    await assert.rejects(store.get(broken), corrupt('manifest.json', /holdoutMedianError/));
  });

  it('refuses a folder that was renamed to another version', async () => {
    cpSync(join(folder, 'bundles', version), join(folder, 'bundles', 'dense-aaaaaaaaaaaa'), { recursive: true });
    await assert.rejects(store.get('dense-aaaaaaaaaaaa'), corrupt('dense-aaaaaaaaaaaa', new RegExp(version)));
  });

  it('refuses a case that was changed', async () => {
    const hash = await store.putCase(Buffer.from('case'));
    writeFileSync(join(folder, 'cases', hash, 'case'), 'other');
    await assert.rejects(store.getCase(hash), corrupt(hash, /SHA-256/));
  });

  it('does not see what a killed process left half written', async () => {
    mkdirSync(join(folder, 'bundles', '.unfinished-by-a-killed-process'));
    assert.deepEqual(
      (await store.list()).map((summary) => summary.version),
      [version],
    );
  });

  it('leaves nothing unfinished behind', async () => {
    await store.put(exampleBundle({ seed: 1 }));
    await store.putCase(Buffer.from('case'));
    assert.deepEqual(readdirSync(join(folder, 'bundles')), [version]);
    assert.equal(readdirSync(join(folder, 'cases')).length, 1);
  });
});

function corrupt(path: string, detail: RegExp) {
  return (error: unknown): boolean =>
    error instanceof CupolaError &&
    error.code === 'CUPOLA_BUNDLE_CORRUPT' &&
    error.message.includes(path) &&
    detail.test(error.message);
}
