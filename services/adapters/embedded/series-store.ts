import type { TimeRange } from '../../../pipelines/ports.ts';
import type { HistoryStatements } from './history-schema.ts';
import { decodeColumns, encodeColumns, mergeColumns, pick, within } from './series-columns.ts';
import type { ChannelColumns, SeriesColumns } from './series-columns.ts';

/**
 * The kinds of series: telemetry by the definition's channels at event times; reconstruction by its scored channels at
 * window ends, a newest stride an entry; anomalyScore as channel 0 of version 0 at window ends.
 */
export const seriesKinds = { telemetry: 0, reconstruction: 1, score: 2 } as const;
export type SeriesKind = (typeof seriesKinds)[keyof typeof seriesKinds];

/** What is written and read together: the series of one kind of one version of a stream. */
export interface SeriesGroup {
  readonly streamId: number;
  readonly kind: SeriesKind;
  readonly version: number;
}

/** What one write brings of a group. */
export interface FreshColumns extends SeriesGroup {
  readonly columns: ChannelColumns;
}

interface FreshParts {
  readonly group: SeriesGroup;
  readonly parts: ChannelColumns[];
}

const hourMs = 3_600_000;
/** A group's fresh writes are settled when they are this many, or their entries: what a read looks through at most. */
const settleAtParts = 64;
const settleAtEntries = 4096;

/**
 * Series by channel and hour, for short reads of one channel. A write appends what it brings as it is, which is cheap,
 * and is kept in memory too; once there is enough of it, it is settled: merged into the chunks of its channels and hours.
 */
export class SeriesStore {
  readonly #statements: HistoryStatements;
  readonly #fresh = new Map<string, FreshParts>();

  constructor(statements: HistoryStatements) {
    this.#statements = statements;
    for (const row of statements.fresh.all()) {
      const { columns, ...group } = row as unknown as SeriesGroup & { columns: Uint8Array };
      this.remember({ ...group, columns: decodeColumns(columns) });
    }
  }

  /** Appends what a write brings; the caller's transaction makes it durable, and remember() then makes it visible. */
  insert({ streamId, kind, version, columns }: FreshColumns): void {
    this.#statements.insertFresh.run(streamId, kind, version, encodeColumns(columns));
  }

  remember({ columns, ...group }: FreshColumns): void {
    const key = keyOf(group);
    const fresh = this.#fresh.get(key) ?? { group, parts: [] };
    this.#fresh.set(key, fresh);
    fresh.parts.push(columns);
  }

  /** Settles what there is enough of, or everything, each group in a transaction of its own. */
  settle(transaction: (write: () => void) => void, everything = false): void {
    for (const [key, { group, parts }] of this.#fresh) {
      const entries = parts.reduce((sum, { timeMs }) => sum + timeMs.length, 0);
      if (!everything && parts.length < settleAtParts && entries < settleAtEntries) continue;
      transaction(() => {
        this.#mergeIntoChunks(group, parts);
        this.#statements.deleteFresh.run(group.streamId, group.kind, group.version);
      });
      this.#fresh.delete(key);
    }
  }

  /** One channel's entries with times in a range, ascending; the last written where two have one time. */
  read(group: SeriesGroup, channel: number, range: TimeRange): SeriesColumns {
    const { streamId, kind, version } = group;
    const [first, last] = [hourOf(range.fromMs), hourOf(range.toMs)];
    const rows = this.#statements.channelChunks.all(streamId, kind, version, channel, first, last);
    const parts: SeriesColumns[] = rows.map(({ columns }) => decodeColumns(columns as Uint8Array));
    for (const part of this.#freshParts(group)) {
      const indices = indicesOf(part, channel);
      if (indices.length > 0) parts.push(pick(part, indices));
    }
    return within(mergeColumns(parts), range);
  }

  /** The channels that may have entries in a range, ascending. */
  channels(group: SeriesGroup, range: TimeRange): number[] {
    const { streamId, kind, version } = group;
    const rows = this.#statements.channels.all(streamId, kind, version, hourOf(range.fromMs), hourOf(range.toMs));
    const found = new Set(rows.map(({ channel }) => channel as number));
    for (const part of this.#freshParts(group)) for (const channel of part.channel) found.add(channel);
    return [...found].sort((a, b) => a - b);
  }

  /** From the first to just after the last entry of a kind; null where there is none. */
  extent(streamId: number, kind: SeriesKind): TimeRange | null {
    const hours = this.#statements.hours.get(streamId, kind) as { first: number | null; last: number | null };
    const ends = [hours.first, hours.last].flatMap((hour) => (hour === null ? [] : this.#chunks(streamId, kind, hour)));
    const parts: SeriesColumns[] = ends.map(({ columns }) => columns);
    for (const { group, parts: fresh } of this.#fresh.values())
      if (group.streamId === streamId && group.kind === kind) parts.push(...fresh);
    let [first, last] = [Infinity, -Infinity];
    for (const { timeMs } of parts) {
      for (const time of timeMs) {
        if (time < first) first = time;
        if (time > last) last = time;
      }
    }
    return first > last ? null : { fromMs: first, toMs: last + 1 };
  }

  /** Deletes a stream's entries of a kind with times before `beforeMs`; everything is settled. */
  forget(streamId: number, kind: SeriesKind, beforeMs: number): void {
    const hour = hourOf(beforeMs);
    this.#statements.deleteHours.run(streamId, kind, hour);
    for (const { version, channel, columns } of this.#chunks(streamId, kind, hour)) {
      const kept = within(columns, { fromMs: beforeMs, toMs: Infinity });
      if (kept.timeMs.length > 0) this.#setChunk({ streamId, kind, version }, hour, channel, kept);
      else this.#statements.deleteChunk.run(streamId, kind, hour, version, channel);
    }
  }

  #freshParts(group: SeriesGroup): readonly ChannelColumns[] {
    return this.#fresh.get(keyOf(group))?.parts ?? [];
  }

  #chunks(streamId: number, kind: SeriesKind, hour: number) {
    return this.#statements.chunksOfHour.all(streamId, kind, hour).map((row) => ({
      version: row.version as number,
      channel: row.channel as number,
      columns: decodeColumns(row.columns as Uint8Array),
    }));
  }

  #mergeIntoChunks(group: SeriesGroup, parts: readonly ChannelColumns[]): void {
    const { streamId, kind, version } = group;
    for (const [hour, channels] of byHourAndChannel(parts)) {
      for (const [channel, added] of channels) {
        const row = this.#statements.chunk.get(streamId, kind, hour, version, channel);
        const stored = row ? [decodeColumns(row.columns as Uint8Array)] : [];
        this.#setChunk(group, hour, channel, mergeColumns([...stored, ...added]));
      }
    }
  }

  #setChunk({ streamId, kind, version }: SeriesGroup, hour: number, channel: number, columns: SeriesColumns): void {
    this.#statements.setChunk.run(streamId, kind, hour, version, channel, encodeColumns(columns));
  }
}

function keyOf({ streamId, kind, version }: SeriesGroup): string {
  return `${streamId}/${kind}/${version}`;
}

function hourOf(timeMs: number): number {
  return Math.floor(timeMs / hourMs);
}

function indicesOf({ channel }: ChannelColumns, wanted: number): number[] {
  const indices: number[] = [];
  for (let i = 0; i < channel.length; i++) if (channel[i] === wanted) indices.push(i);
  return indices;
}

function byHourAndChannel(parts: readonly ChannelColumns[]): Map<number, Map<number, SeriesColumns[]>> {
  const hours = new Map<number, Map<number, SeriesColumns[]>>();
  for (const part of parts) {
    for (const [hour, channels] of indicesByHourAndChannel(part)) {
      const found = getOrSet(hours, hour, () => new Map<number, SeriesColumns[]>());
      for (const [channel, indices] of channels) getOrSet(found, channel, () => []).push(pick(part, indices));
    }
  }
  return hours;
}

function indicesByHourAndChannel({ timeMs, channel }: ChannelColumns): Map<number, Map<number, number[]>> {
  const hours = new Map<number, Map<number, number[]>>();
  for (let i = 0; i < timeMs.length; i++) {
    const channels = getOrSet(hours, hourOf(timeMs[i]!), () => new Map<number, number[]>());
    getOrSet(channels, channel[i]!, () => []).push(i);
  }
  return hours;
}

function getOrSet<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = create()));
  return value;
}
