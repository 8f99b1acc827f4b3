import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson } from '../../../pipelines/autoencoders/bundle.ts';
import type { ChannelResult } from './evaluate-channel.ts';

/** Raised when what is kept of a channel means something else than before. */
const formatVersion = 4;

/** What a result depends on, as a name: results of other settings have another. */
export function evaluationKey(settings: unknown): string {
  return createHash('sha256').update(canonicalJson({ formatVersion, settings })).digest('hex').slice(0, 12);
}

/**
 * Results of an evaluation as they are finished, one JSON file a channel: `FOLDER/CHANNEL.json`, with `/` in names as `%2F`.
 * A file is there whole or not at all.
 */
export class WorkFolder {
  readonly #folder: string;
  readonly #key: string;

  constructor(folder: string, key: string) {
    this.#folder = folder;
    this.#key = key;
  }

  /** What was kept of a channel; null where nothing was, or by other settings. */
  async read<T = ChannelResult>(name: string): Promise<T | null> {
    const text = await readFile(this.#path(name), 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    const kept = text === null ? null : (JSON.parse(text, fromJson) as { key: string; result: T });
    return kept?.key === this.#key ? kept.result : null;
  }

  async write(name: string, result: unknown): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const unfinished = `${this.#path(name)}.${randomUUID()}.unfinished`;
    await writeFile(unfinished, `${JSON.stringify({ key: this.#key, result }, toJson)}\n`);
    await rename(unfinished, this.#path(name));
  }

  #path(name: string): string {
    return join(this.#folder, `${encodeURIComponent(name)}.json`);
  }
}

/** Columns of numbers stand as `{ "float64": [...] }`, infinite ones in them as text; those of 32 bits as `{ "float32": base64 }`. */
function toJson(_key: string, value: unknown): unknown {
  if (value instanceof Float64Array)
    return { float64: Array.from(value, (one) => (Number.isFinite(one) ? one : String(one))) };
  if (value instanceof Int32Array) return { int32: [...value] };
  if (value instanceof Float32Array)
    return { float32: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') };
  return value;
}

function fromJson(_key: string, value: unknown): unknown {
  const { float64, float32, int32 } = (value ?? {}) as { float64?: unknown[]; float32?: string; int32?: number[] };
  if (Array.isArray(float64)) return Float64Array.from(float64, Number);
  if (typeof float32 === 'string') return new Float32Array(Uint8Array.from(Buffer.from(float32, 'base64')).buffer);
  return Array.isArray(int32) ? Int32Array.from(int32) : value;
}
