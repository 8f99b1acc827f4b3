import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

/** What a frame holds, told without decoding it. */
export interface FrameCounts {
  readonly samples: number;
  readonly events: number;
}

export interface SpoolOptions {
  /** Made where it is missing; nobody else's. */
  readonly folder: string;
  /** Of all segments together. */
  readonly maxBytes: number;
}

export interface Frame extends FrameCounts {
  readonly payload: Uint8Array;
}

/** The oldest frames of a spool, in the order in which they were appended. */
export interface SpoolSegment {
  readonly frames: readonly Frame[];
  /** Removes them. */
  done(): void;
}

interface StoredSegment extends FrameCounts {
  readonly number: number;
  readonly bytes: number;
}

const suffix = '.spool';
/** A segment is read at once. */
const mostSegmentBytes = 16_000_000;
/** Length, CRC-32 of the payload, samples and events, 32 bits each, little-endian. */
const headerBytes = 16;
const nothing: FrameCounts = { samples: 0, events: 0 };

/**
 * A queue of frames on disk, bounded in bytes: files that are only appended to, and removed once all of their frames are
 * done. What a crash cut short is not there when it is opened again; what was appended before a power loss may not be.
 */
export class Spool {
  readonly #folder: string;
  readonly #maxBytes: number;
  readonly #segmentBytes: number;
  /** Oldest first; the last is appended to while `#file` is open. */
  #segments: StoredSegment[] = [];
  #file: number | null = null;
  #taken: number | null = null;

  /** Calls `found` with each frame that is there already, oldest first. */
  constructor({ folder, maxBytes }: SpoolOptions, found: (frame: Frame) => void = () => undefined) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
    this.#segmentBytes = Math.min(mostSegmentBytes, Math.ceil(maxBytes / 16));
    mkdirSync(folder, { recursive: true });
    const numbers = readdirSync(folder).filter((name) => name.endsWith(suffix));
    for (const number of numbers.map((name) => Number.parseInt(name, 10)).sort((a, b) => a - b)) {
      const frames = this.#framesOf(number);
      for (const frame of frames) found(frame);
      this.#segments.push({ number, bytes: bytesOf(frames), ...sumOf(frames) });
    }
  }

  get isEmpty(): boolean {
    return this.#segments.length === 0;
  }

  get bytes(): number {
    return this.#segments.reduce((total, { bytes }) => total + bytes, 0);
  }

  /**
   * Appends a frame. Where there is no room for it, the oldest frames go, or the frame itself if even that is not enough.
   * Returns what went.
   */
  append(payload: Uint8Array, counts: FrameCounts): FrameCounts {
    const bytes = headerBytes + payload.length;
    const lost: FrameCounts[] = [];
    while (this.bytes + bytes > this.#maxBytes) {
      const oldest = this.#segments.find(({ number }) => number !== this.#taken);
      if (!oldest) return sumOf([...lost, counts]);
      lost.push(oldest);
      this.#remove(oldest.number);
    }
    const segment = this.#segmentFor(bytes);
    writeSync(this.#file!, header(payload, counts));
    writeSync(this.#file!, payload);
    const grown = { ...segment, bytes: segment.bytes + bytes, ...sumOf([segment, counts]) };
    this.#segments[this.#segments.length - 1] = grown;
    return sumOf(lost);
  }

  /** The oldest frames, which nothing removes before they are done; null where there are none. */
  take(): SpoolSegment | null {
    const [oldest] = this.#segments;
    if (!oldest) return null;
    if (this.#segments.length === 1) this.#endSegment();
    this.#taken = oldest.number;
    const done = (): void => {
      this.#taken = null;
      this.#remove(oldest.number);
    };
    return { frames: this.#framesOf(oldest.number), done };
  }

  /** Keeps what is on disk. */
  close(): void {
    this.#endSegment();
  }

  /** The segment to append to, with its file open. */
  #segmentFor(bytes: number): StoredSegment {
    const newest = this.#segments.at(-1);
    if (newest && this.#file !== null && newest.bytes + bytes <= this.#segmentBytes) return newest;
    this.#endSegment();
    const segment = { number: (newest?.number ?? 0) + 1, bytes: 0, ...nothing };
    this.#file = openSync(this.#path(segment.number), 'wx');
    this.#segments.push(segment);
    return segment;
  }

  #endSegment(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }

  #remove(number: number): void {
    if (this.#segments.at(-1)?.number === number) this.#endSegment();
    rmSync(this.#path(number), { force: true });
    this.#segments = this.#segments.filter((segment) => segment.number !== number);
  }

  #path(number: number): string {
    return join(this.#folder, `${String(number).padStart(12, '0')}${suffix}`);
  }

  /** Whole frames, up to where a crash cut one short. */
  #framesOf(number: number): Frame[] {
    const path = this.#path(number);
    if (!existsSync(path)) return [];
    const bytes = readFileSync(path);
    const frames: Frame[] = [];
    for (let at = 0; at + headerBytes <= bytes.length;) {
      const length = bytes.readUInt32LE(at);
      const payload = bytes.subarray(at + headerBytes, at + headerBytes + length);
      if (payload.length < length || crc32(payload) !== bytes.readUInt32LE(at + 4)) break;
      frames.push({ payload, samples: bytes.readUInt32LE(at + 8), events: bytes.readUInt32LE(at + 12) });
      at += headerBytes + length;
    }
    return frames;
  }
}

function header(payload: Uint8Array, { samples, events }: FrameCounts): Uint8Array {
  const bytes = Buffer.alloc(headerBytes);
  [payload.length, crc32(payload), samples, events].forEach((value, i) => bytes.writeUInt32LE(value, 4 * i));
  return bytes;
}

function bytesOf(frames: readonly Frame[]): number {
  return frames.reduce((total, { payload }) => total + headerBytes + payload.length, 0);
}

/** All of them together. */
export function sumOf(counts: readonly FrameCounts[]): FrameCounts {
  return counts.reduce((a, b) => ({ samples: a.samples + b.samples, events: a.events + b.events }), nothing);
}
