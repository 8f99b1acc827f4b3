import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { bundleVersion, canonicalJson } from '../../../pipelines/autoencoders/bundle.ts';
import type { Bundle } from '../../../pipelines/autoencoders/bundle.ts';
import { CupolaError } from '../../../pipelines/errors.ts';
import type { BundleStore, BundleSummary, Clock } from '../../../pipelines/ports.ts';
import { createFolder, unfinishedPrefix } from './durable-folder.ts';
import { bundleIndexSchema, manifestSchema } from './manifest-schema.ts';
import type { BundleIndex } from './manifest-schema.ts';

/**
 * Bundles and cases on files:
 *
 * - `FOLDER/bundles/VERSION/`: `manifest.json`, `model.onnx` (where the model has weights), and `index.json` with the
 *   time of creation, what a list shows, and the SHA-256 of the other two;
 * - `FOLDER/cases/SHA256/case`.
 *
 * Folders appear whole, and nothing in them ever changes. The clock stamps creation, which is no part of a version.
 */
export class FileBundleStore implements BundleStore {
  readonly #bundles: string;
  readonly #cases: string;
  readonly #clock: Clock;

  constructor(folder: string, clock: Clock) {
    this.#bundles = join(folder, 'bundles');
    this.#cases = join(folder, 'cases');
    this.#clock = clock;
  }

  async put(bundle: Bundle): Promise<string> {
    const version = bundleVersion(bundle);
    const manifest = canonicalJson(bundle.manifest);
    const files = new Map<string, Uint8Array | string>([['manifest.json', manifest]]);
    if (bundle.onnx) files.set('model.onnx', bundle.onnx);
    files.set('index.json', JSON.stringify(indexOf(bundle, manifest, this.#clock.nowMs()), null, 2));
    await createFolder(join(this.#bundles, version), files);
    return version;
  }

  async get(version: string): Promise<Bundle> {
    const index = await this.#index(version);
    const manifestBytes = await this.#checked(version, 'manifest.json', index.sha256['manifest.json']);
    const onnxSha256 = index.sha256['model.onnx'];
    const onnx = onnxSha256 === undefined ? null : await this.#checked(version, 'model.onnx', onnxSha256);
    const manifest = parse(manifestSchema, manifestBytes, join(this.#bundles, version, 'manifest.json'));
    const bundle = { manifest, onnx };
    const own = bundleVersion(bundle);
    if (own !== version) throw corrupt(join(this.#bundles, version), own, `the version that its content has, ${own}`);
    return bundle;
  }

  async list(stream?: string): Promise<readonly BundleSummary[]> {
    const summaries: BundleSummary[] = [];
    for (const version of await entries(this.#bundles)) {
      const { sha256: _, ...summary } = await this.#index(version);
      if (stream === undefined || summary.stream === stream) summaries.push({ version, ...summary });
    }
    return summaries.sort((a, b) => a.createdAtMs - b.createdAtMs || (a.version < b.version ? -1 : 1));
  }

  async putCase(bytes: Uint8Array): Promise<string> {
    const hash = sha256(bytes);
    await createFolder(join(this.#cases, hash), new Map([['case', bytes]]));
    return hash;
  }

  async getCase(hash: string): Promise<Uint8Array> {
    const path = join(this.#cases, hash, 'case');
    const bytes = /^[0-9a-f]{64}$/.test(hash) ? await contentOf(path) : null;
    if (bytes === null)
      throw new CupolaError('CUPOLA_CASE_UNKNOWN', `there is no case ${hash}`, { field: 'hash', value: hash });
    if (sha256(bytes) !== hash) throw corrupt(path, sha256(bytes), `the SHA-256 ${hash}`);
    return bytes;
  }

  async #index(version: string): Promise<BundleIndex> {
    const isName = /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(version);
    const path = join(this.#bundles, version, 'index.json');
    const bytes = isName ? await contentOf(path) : null;
    if (bytes !== null) return parse(bundleIndexSchema, bytes, path);
    if (isName && (await entries(this.#bundles)).includes(version)) throw corrupt(path, 'missing', 'there');
    throw new CupolaError('CUPOLA_MODEL_UNKNOWN', `there is no model ${version}`, { field: 'version', value: version });
  }

  async #checked(version: string, file: string, expected: string): Promise<Uint8Array> {
    const path = join(this.#bundles, version, file);
    const bytes = await contentOf(path);
    if (bytes === null) throw corrupt(path, 'missing', `the SHA-256 ${expected}`);
    const actual = sha256(bytes);
    if (actual !== expected) throw corrupt(path, `of SHA-256 ${actual}`, `the SHA-256 ${expected}`);
    return bytes;
  }
}

function indexOf({ manifest, onnx }: Bundle, manifestJson: string, createdAtMs: number): BundleIndex {
  return {
    createdAtMs,
    stream: manifest.definition.stream,
    definitionVersion: manifest.definition.version,
    architecture: manifest.architecture.name,
    holdoutMedianError: manifest.holdoutMedianError,
    sha256: { 'manifest.json': sha256(manifestJson), ...(onnx && { 'model.onnx': sha256(onnx) }) },
  };
}

function sha256(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex');
}

async function contentOf(path: string): Promise<Uint8Array | null> {
  return unlessMissing(readFile(path), null);
}

async function entries(folder: string): Promise<string[]> {
  const names = await unlessMissing(readdir(folder), []);
  return names.filter((name) => !name.startsWith(unfinishedPrefix));
}

async function unlessMissing<T, M>(found: Promise<T>, missing: M): Promise<T | M> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return missing;
    throw error;
  }
}

function parse<T>(schema: z.ZodType<T>, bytes: Uint8Array, path: string): T {
  try {
    return schema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (cause) {
    throw corrupt(path, 'something else', `JSON of its schema: ${String(cause)}`, cause);
  }
}

function corrupt(path: string, value: string, bound: string, cause?: unknown): CupolaError {
  return new CupolaError('CUPOLA_BUNDLE_CORRUPT', `${path} is ${value}; it must be ${bound}`, {
    field: path,
    value,
    bound,
    cause,
  });
}
