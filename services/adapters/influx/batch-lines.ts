import { encodeAnomalyEvent, encodeStreamDefinition } from '../../../pipelines/json-records.ts';
import type { AnomalyEvent } from '../../../pipelines/alarms/anomaly-event.ts';
import type { HistoryBatch } from '../../../pipelines/ports.ts';
import { encodeScoreEvents } from '../../../pipelines/scoring/score-codec.ts';
import type { WindowScore } from '../../../pipelines/scoring/score-event.ts';
import type { SampleBatch } from '../../../pipelines/telemetry/sample-batch.ts';
import type { ThresholdStep } from '../../../pipelines/thresholds/threshold-levels.ts';
import type { StreamDefinition } from '../../../pipelines/telemetry/stream-definition.ts';
import type { KeptEvent } from '../history/event-span.ts';
import type { FrameCounts } from '../history/spool.ts';
import type { WritePrecision } from './influx-server.ts';
import { fieldSet, numberText, seriesKey, timeText } from './line-text.ts';

/** A definition by stream and version; null where it is not known yet. */
export type DefinitionOf = (stream: string, version: number) => StreamDefinition | null;

/** Points that one request takes: what InfluxDB's makers recommend. */
const linesPerRequest = 10_000;

/** Lines of the line protocol, in portions of one request each. */
export class LineBatch {
  readonly precision: WritePrecision;
  readonly portions: string[] = [];
  #text = '';
  #lines = 0;

  constructor(precision: WritePrecision) {
    this.precision = precision;
  }

  add(key: string, fields: string, timeMs: number): void {
    if (this.#lines === linesPerRequest) this.#endPortion();
    this.#text += `${key} ${fields} ${timeText(timeMs, this.precision)}\n`;
    this.#lines++;
  }

  /** What is left; every line is in a portion then. */
  finish(): readonly string[] {
    if (this.#lines > 0) this.#endPortion();
    return this.portions;
  }

  #endPortion(): void {
    this.portions.push(this.#text);
    this.#text = '';
    this.#lines = 0;
  }
}

/** Everything of a batch but its definitions, its thresholds and its position. */
export function batchLines({ samples, scores, anomalies }: HistoryBatch, definitionOf: DefinitionOf): LineBatch {
  const lines = new LineBatch(samples.every(isWhole) ? 'ms' : 'u');
  for (const batch of samples) addSamples(lines, batch, definitionOf(batch.stream, batch.definitionVersion));
  for (const event of scores) {
    if (event.type === 'watermark') continue;
    addScoreEvent(lines, event);
    if (event.type === 'score') addChannels(lines, event, definitionOf(event.stream, event.definitionVersion));
  }
  for (const event of anomalies) addAnomaly(lines, event);
  return lines;
}

/** Definitions, as they are to be found again. */
export function definitionLines(definitions: readonly StreamDefinition[]): LineBatch {
  const lines = new LineBatch('ms');
  for (const definition of definitions) {
    const key = seriesKey('definition', { stream: definition.stream, version: String(definition.version) });
    lines.add(key, fieldSet({ definition: text(encodeStreamDefinition(definition)) }), 0);
  }
  return lines;
}

/** What governs from when on. A level that nobody knows is left out. */
export function thresholdLines(steps: readonly ThresholdStep[]): LineBatch {
  const lines = new LineBatch('ms');
  for (const { stream, fromMs, level, setting, modelVersion, issuedBy, reason } of steps) {
    const fields = {
      ...(level === null ? {} : { value: level }),
      policy: setting.policy,
      ...(modelVersion === null ? {} : { modelVersion }),
      issuedBy: inOneLine(issuedBy),
      reason: inOneLine(reason),
    };
    lines.add(seriesKey('threshold', { stream }), fieldSet(fields), fromMs);
  }
  return lines;
}

/** Where to read on. */
export function positionLine({ topic, partition, nextOffset }: HistoryBatch['position']): LineBatch {
  const lines = new LineBatch('ms');
  lines.add(seriesKey('position', { topic, partition: String(partition) }), `nextOffset=${nextOffset}i`, 0);
  return lines;
}

/** What never came here, and why nobody should look for it. */
export function lossLine({ samples, events }: FrameCounts, atMs: number): LineBatch {
  const lines = new LineBatch('ms');
  lines.add('loss', fieldSet({ value: samples + events, samples, events }), atMs);
  return lines;
}

/**
 * What a window says of each scored channel: its share of the error at the window's end, and the newest stride's
 * reconstruction, a point for each row. Nothing while the definition is unknown.
 */
export function addChannels(lines: LineBatch, event: WindowScore, definition: StreamDefinition | null): void {
  if (!definition) return;
  const scored = definition.channels.filter(({ role }) => role === 'scored');
  const rows = event.reconstruction.length / scored.length;
  for (const [index, { id }] of scored.entries()) {
    const contribution = channelKey('contribution', event.stream, event.definitionVersion, index, id);
    lines.add(contribution, `value=${numberText(event.contributions[index]!)}`, event.windowEndMs);
    const key = channelKey('reconstruction', event.stream, event.definitionVersion, index, id);
    for (let row = 0; row < rows; row++) {
      const value = event.reconstruction[row * scored.length + index]!;
      const timeMs = event.windowEndMs - (rows - row) * definition.intervalMs;
      if (Number.isFinite(value)) lines.add(key, `value=${numberText(value)}`, timeMs);
    }
  }
}

function isWhole({ eventTimeMs, ingestTimeMs }: SampleBatch): boolean {
  if (!Number.isInteger(ingestTimeMs)) return false;
  for (let i = 0; i < eventTimeMs.length; i++) if (!Number.isInteger(eventTimeMs[i]!)) return false;
  return true;
}

function addSamples(lines: LineBatch, batch: SampleBatch, definition: StreamDefinition | null): void {
  const { stream, definitionVersion, channel, eventTimeMs, value } = batch;
  const keys: string[] = [];
  let newestMs = -Infinity;
  for (let i = 0; i < value.length; i++) {
    const index = channel[i]!;
    const key = (keys[index] ??= channelKey(
      'telemetry',
      stream,
      definitionVersion,
      index,
      definition?.channels[index]?.id,
    ));
    if (Number.isFinite(value[i]!)) lines.add(key, `value=${numberText(value[i]!)}`, eventTimeMs[i]!);
    newestMs = Math.max(newestMs, eventTimeMs[i]!);
  }
  const fields = fieldSet({ value: batch.ingestTimeMs - newestMs, samples: value.length });
  lines.add(seriesKey('ingest', { stream }), fields, batch.ingestTimeMs);
}

/** Queries go by version and index; the id, absent while the definition is unknown, is for people. */
function channelKey(measurement: string, stream: string, version: number, index: number, id?: string): string {
  const channel = id === undefined ? {} : { channel: id };
  return seriesKey(measurement, { stream, version: String(version), ...channel, index: String(index) });
}

function addScoreEvent(lines: LineBatch, event: KeptEvent): void {
  const tags = { stream: event.stream, version: String(event.definitionVersion) };
  const exact = { event: Buffer.from(encodeScoreEvents([event])).toString('base64') };
  switch (event.type) {
    case 'score': {
      const { anomalyScore: value, reconstructionError, missingShare, windowStartMs, backfill } = event;
      const fields = { value, reconstructionError, missingShare, windowStartMs, backfill, ...exact };
      return lines.add(seriesKey('score', { ...tags, model: event.modelVersion }), fieldSet(fields), event.windowEndMs);
    }
    case 'gap': {
      const { firstWindowStartMs: startMs, windows, missingShare } = event;
      const fields = { value: windows, missingShare, startMs, ...exact };
      return lines.add(seriesKey('gap', tags), fieldSet(fields), startMs);
    }
    case 'stale':
    case 'resumed': {
      const timeMs = event.type === 'stale' ? (event.lastObservedMs ?? 0) : event.resumedMs;
      const key = seriesKey(event.type, { ...tags, channel: event.channelId });
      return lines.add(key, fieldSet({ value: 1, ...exact }), timeMs);
    }
    case 'warm-up':
      return lines.add(
        seriesKey('warm_up', tags),
        fieldSet({ value: event.remainingMs, ...exact }),
        event.windowStartMs,
      );
  }
}

function addAnomaly(lines: LineBatch, event: AnomalyEvent): void {
  const { stream, type, startMs, endMs, peakScore: value, threshold, modelVersion, contributions } = event;
  const topChannel = contributions[0]?.channelId ?? '';
  const exact = text(encodeAnomalyEvent(event));
  const fields = { value, threshold, endMs, type, topChannel, modelVersion, event: exact };
  lines.add(seriesKey('anomaly', { stream }), fieldSet(fields), startMs);
  addSeverity(lines, event);
}

/**
 * How bad a stream is, for those who draw it over time: its peak over the threshold from an anomaly's start on, again with
 * each window that goes on with it, and 0 from its end on.
 */
function addSeverity(lines: LineBatch, { stream, type, startMs, endMs, peakScore, threshold }: AnomalyEvent): void {
  const key = seriesKey('severity', { stream });
  const severity = `value=${numberText(peakScore / threshold)}`;
  if (type === 'opened') lines.add(key, severity, startMs);
  // The last instant that it covers: its end is where it is over, or where the next one begins.
  if (type === 'closed') lines.add(key, 'value=0', endMs);
  else lines.add(key, severity, endMs - 1);
}

/** The line protocol has no line's end within a text. */
function inOneLine(text: string): string {
  return text.replaceAll(/[\n\r]+/g, ' ');
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
