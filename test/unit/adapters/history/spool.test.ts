import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Spool, type Frame } from '../../../../services/adapters/history/spool.ts';

const temporary = mkdtempSync(join(tmpdir(), 'cupola-spool-'));
after(() => rmSync(temporary, { recursive: true }));

const newFolder = (): string => mkdtempSync(join(temporary, 'spool-'));
const one = { samples: 1, events: 0 };

function opened(folder: string, maxBytes = 10_000): { spool: Spool; found: number[] } {
  const found: number[] = [];
  const spool = new Spool({ folder, maxBytes }, (frame) => found.push(numberOf(frame)));
  return { spool, found };
}

/** A frame of 100 bytes on disk. */
function frame(number: number): Uint8Array {
  return new Uint8Array(84).fill(number);
}

function numberOf({ payload }: Frame): number {
  return payload[0]!;
}

function takeAll(spool: Spool): number[] {
  const numbers: number[] = [];
  for (let segment = spool.take(); segment; segment = spool.take()) {
    numbers.push(...segment.frames.map(numberOf));
    segment.done();
  }
  return numbers;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

test('frames come out in the order in which they went in, also after it was opened again, and leave nothing', () => {
  const folder = newFolder();
  const first = opened(folder).spool;
  for (const number of range(1, 20)) first.append(frame(number), one);
  first.close();
  const { spool, found } = opened(folder);
  assert.deepEqual(found, range(1, 20));
  for (const number of range(21, 30)) spool.append(frame(number), one);
  assert.equal(spool.bytes, 3000);
  assert.deepEqual(takeAll(spool), range(1, 30));
  assert.ok(spool.isEmpty);
  assert.deepEqual(readdirSync(folder), []);
});

test('frames that are not done are there again', () => {
  const folder = newFolder();
  const { spool } = opened(folder);
  for (const number of range(1, 3)) spool.append(frame(number), one);
  assert.deepEqual(spool.take()!.frames.map(numberOf), [1, 2, 3]);
  spool.append(frame(4), one);
  spool.close();
  assert.deepEqual(opened(folder).found, range(1, 4));
});

test('beyond the bound the oldest go, but for those that are taken, and are counted', () => {
  const { spool } = opened(newFolder(), 1600);
  spool.append(frame(1), one);
  const taken = spool.take()!;
  const lost = range(2, 40).reduce((sum, number) => sum + spool.append(frame(number), one).samples, 0);
  assert.ok(spool.bytes <= 1600);
  taken.done();
  const left = takeAll(spool);
  assert.deepEqual(left, range(lost + 2, 40));
  assert.equal(left.length + lost + 1, 40);
  assert.deepEqual(spool.append(new Uint8Array(2000), { samples: 5, events: 2 }), { samples: 5, events: 2 });
  assert.ok(spool.isEmpty);
});

test('cut short at any byte, whole frames are left', () => {
  const folder = newFolder();
  const { spool } = opened(folder, 100_000);
  for (const number of range(1, 3)) spool.append(frame(number), one);
  spool.close();
  const [name] = readdirSync(folder);
  const path = join(folder, name!);
  const whole = readFileSync(path);
  for (let length = 0; length <= whole.length; length += 7) {
    writeFileSync(path, whole);
    truncateSync(path, length);
    assert.deepEqual(opened(folder).found, range(1, Math.floor(length / 100)));
  }
  writeFileSync(path, whole.with(150, 99));
  assert.deepEqual(opened(folder).found, [1], 'an altered frame is none');
  writeFileSync(path, whole);
  appendFileSync(path, 'what a crash left');
  const { spool: after, found } = opened(folder);
  assert.deepEqual(found, range(1, 3));
  after.append(frame(4), one);
  assert.deepEqual(takeAll(after), range(1, 4));
});
