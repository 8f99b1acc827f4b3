import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startInfluxdb } from '../../../deploy/local/influxdb-server.ts';
import type { ServerProcess } from '../../../deploy/local/server-process.ts';
import type { HistoryBatch, HistoryStore } from '../../../pipelines/ports.ts';
import {
  spoolHistory,
  type SpooledHistory,
  type SpoolEvent,
} from '../../../services/adapters/history/spooled-history.ts';
import { openInfluxHistory } from '../../../services/adapters/influx/influx-history.ts';
import { InfluxServer, type InfluxOptions } from '../../../services/adapters/influx/influx-server.ts';
import { LossRecorder } from '../../../services/host/loss-recorder.ts';
import { newInfluxDatabase } from './influx-database.ts';

const always = { fromMs: -Infinity, toMs: Infinity };
const epochMs = 1_700_000_000_000;
const topic = 'telemetry';

describe('a history whose server is away', () => {
  let folder: string;
  let server: ServerProcess;
  let database: InfluxOptions;
  let spools = 0;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cupola-away-'));
    server = await startInfluxdb({ folder: join(folder, 'influxdb') });
    database = await newInfluxDatabase(server.address);
  });
  after(async () => {
    await server.kill();
    rmSync(folder, { recursive: true });
  });

  const newSpool = (): string => join(folder, `spool-${spools++}`);
  const opened = (spool: string, events: SpoolEvent[] = [], maxBytes = 1_000_000): SpooledHistory => {
    const inner = openInfluxHistory({ ...database, answerWithinMs: 1000 });
    const losses = new LossRecorder((event) => events.push(event));
    losses.recordIn(inner);
    return spoolHistory(inner, { folder: spool, maxBytes, retryEveryMs: 50, report: (event) => losses.hear(event) });
  };

  it('takes what is written meanwhile, knows where to read on, and catches up in order', async () => {
    const events: SpoolEvent[] = [];
    const history = opened(newSpool(), events);
    await history.write(batch('in-order', 1));
    await server.kill();
    for (let offset = 2; offset <= 50; offset++) await history.write(batch('in-order', offset));
    assert.equal(await history.position(topic, 0), 50);
    assert.ok(history.status().isAway);
    await assert.rejects(history.extent('in-order'), { code: 'CUPOLA_HISTORY_UNAVAILABLE' });
    await server.start();
    await caughtUp(history);
    await history.write(batch('in-order', 51));
    assert.deepEqual(await offsetsIn(history, 'in-order'), range(1, 51));
    // The same point, written by every batch: the last one's value stands.
    assert.equal(await newest(history, 'in-order'), 51);
    assert.deepEqual(
      events.map(({ type }) => type),
      ['away', 'back'],
    );
    assert.deepEqual(history.status(), { isAway: false, spooledBytes: 0, lost: { samples: 0, events: 0 } });
    await history.close();
  });

  it('goes on after a restart of its own with what it had on disk', async () => {
    const spool = newSpool();
    const first = opened(spool);
    await first.write({ ...batch('restarted', 1), position: at(1, 1) });
    await server.kill();
    for (let offset = 2; offset <= 20; offset++)
      await first.write({ ...batch('restarted', offset), position: at(1, offset) });
    await first.close();
    const second = opened(spool);
    assert.equal(await second.position(topic, 1), 20);
    await second.write({ ...batch('restarted', 21), position: at(1, 21) });
    await server.start();
    await caughtUp(second);
    assert.deepEqual(await offsetsIn(second, 'restarted'), range(1, 21));
    assert.deepEqual(readdirSync(spool), []);
    await second.close();
  });

  it('waits to say where to read on, as long as nobody knows', async () => {
    const writer = opened(newSpool());
    await writer.write({ ...batch('unknown', 1), position: at(2, 7) });
    await writer.close();
    await server.kill();
    const history = opened(newSpool());
    const position = history.position(topic, 2);
    await sleep(200);
    await server.start();
    assert.equal(await position, 7);
    await history.close();
  });

  it('counts, reports and records what the bound of its disk made it lose: the oldest', async () => {
    const events: SpoolEvent[] = [];
    const history = opened(newSpool(), events, 100_000);
    await server.kill();
    for (let offset = 1; offset <= 200; offset++)
      await history.write({ ...batch('bounded', offset, 100), position: at(3, offset) });
    const { lost, spooledBytes } = history.status();
    assert.ok(spooledBytes <= 100_000 && spooledBytes > 80_000, `${spooledBytes} bytes`);
    await server.start();
    await caughtUp(history);
    const lostBatches = lost.samples / 101;
    assert.ok(lostBatches > 0);
    // The first was being written all the while.
    assert.deepEqual(await offsetsIn(history, 'bounded'), [1, ...range(lostBatches + 2, 200)]);
    const reported = events.flatMap((event) => (event.type === 'lost' ? [event.lost.samples] : []));
    assert.equal(
      reported.reduce((sum, each) => sum + each, 0),
      lost.samples,
    );
    assert.equal(await history.position(topic, 3), 200);
    let [recorded] = await lossesIn(database);
    for (; recorded!.length === 0; [recorded] = await lossesIn(database)) await sleep(20);
    assert.equal(recorded![0]!.values[0]![1], lost.samples);
    await history.close();
  });

  it('that is frozen rather than dead counts as away too', async () => {
    const history = opened(newSpool());
    server.signal('SIGSTOP');
    await history.write({ ...batch('frozen', 1), position: at(4, 1) });
    assert.ok(history.status().isAway);
    server.signal('SIGCONT');
    await caughtUp(history);
    assert.deepEqual(await offsetsIn(history, 'frozen'), [1]);
    await history.close();
  });
});

/** Samples of channel 0 at times of their own, with the offset as value; and one of channel 1, always at the same time. */
function batch(stream: string, offset: number, count = 1): HistoryBatch {
  const samples = {
    type: 'samples',
    stream,
    definitionVersion: 1,
    ingestTimeMs: epochMs,
    channel: Uint16Array.from({ length: count + 1 }, (_, i) => (i === count ? 1 : 0)),
    eventTimeMs: Float64Array.from({ length: count + 1 }, (_, i) => epochMs + (i === count ? 0 : offset * 1000 + i)),
    value: new Float64Array(count + 1).fill(offset),
  } as const;
  return { position: at(0, offset), definitions: [], samples: [samples], scores: [], anomalies: [] };
}

function at(partition: number, nextOffset: number): HistoryBatch['position'] {
  return { topic, partition, nextOffset };
}

function lossesIn(database: InfluxOptions): ReturnType<InfluxServer['query']> {
  return new InfluxServer(database).query('SELECT sum(samples) FROM raw.loss');
}

async function offsetsIn(history: HistoryStore, stream: string): Promise<number[]> {
  const { channel, value } = await history.samples(stream, 1, always);
  return [...new Set(value.filter((_, i) => channel[i] === 0))];
}

async function newest(history: HistoryStore, stream: string): Promise<number> {
  const { channel, value } = await history.samples(stream, 1, always);
  return value[channel.indexOf(1)]!;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

async function caughtUp(history: SpooledHistory): Promise<void> {
  while (history.status().isAway || history.status().spooledBytes > 0) await sleep(20);
}
