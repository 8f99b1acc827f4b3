import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Room } from '../arrival-queue.ts';
import { Refused } from './refused.ts';

const inflate = promisify(gunzip);

/**
 * The body of a request, decompressed where it is gzip.
 *
 * Errors: Refused with 413 beyond `maxBytes`, 415 for another encoding, 400 for damaged gzip, 429 without room.
 */
export async function readBody(request: IncomingMessage, maxBytes: number, room: Room): Promise<Uint8Array> {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity' && encoding !== 'gzip')
    throw new Refused(415, `content-encoding is ${encoding}, must be gzip or identity`);
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) tooLarge(maxBytes);
  const parts: Buffer[] = [];
  let length = 0;
  // Whoever is refused in the middle of it must still hear the answer.
  for await (const part of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    parts.push(part);
    length += part.length;
    if (length > maxBytes) tooLarge(maxBytes);
    take(room, part.length);
  }
  const body = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  return encoding === 'gzip' ? decompress(body, maxBytes, room) : body;
}

async function decompress(body: Buffer, maxBytes: number, room: Room): Promise<Uint8Array> {
  try {
    const bytes = await inflate(body, { maxOutputLength: maxBytes });
    take(room, bytes.length);
    return bytes;
  } catch (error) {
    if (error instanceof Refused) throw error;
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') tooLarge(maxBytes);
    throw new Refused(400, `the body cannot be decompressed: ${(error as Error).message}`);
  }
}

function take(room: Room, bytes: number): void {
  if (!room.grow(bytes)) throw new Refused(429, 'too much telemetry waits for the log; send it again later');
}

function tooLarge(maxBytes: number): never {
  throw new Refused(413, `the body is too large, must have at most ${maxBytes} bytes`);
}
