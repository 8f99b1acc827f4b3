import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { AnomalyEvent } from '../../pipelines/alarms/anomaly-event.ts';
import type { Command, ModelSetting, ThresholdRecord } from '../../pipelines/commands.ts';
import { CupolaError } from '../../pipelines/errors.ts';
import * as records from '../../pipelines/json-records.ts';
import { streamDefinitionSchema } from '../../pipelines/telemetry/stream-definition.ts';
import type { FaultTruth } from '../../pipelines/truth.ts';

const setting: ModelSetting = {
  stream: 'power',
  definitionVersion: 1,
  modelVersion: 'dense-123456789abc',
  effectiveFromMs: 1_790_000_000_000,
  commandOffset: null,
  commandId: null,
  issuedBy: 'trainer',
  reason: 'first fit',
  refusedBecause: null,
};
const command: Command = {
  type: 'set-threshold',
  id: 'c-1',
  stream: 'power',
  issuedAtMs: 1_790_000_000_000,
  issuedBy: 'ana',
  reason: '',
  notBeforeMs: 1_790_000_060_000,
  setting: { policy: 'mean-sigma', parameters: { sigma: 4 } },
};
const threshold: ThresholdRecord = {
  stream: 'power',
  setting: command.setting,
  modelVersion: null,
  effectiveFromMs: 1_790_000_060_000,
  commandOffset: 17,
  commandId: 'c-1',
  issuedBy: 'ana',
  reason: '',
  refusedBecause: null,
};
const definition = streamDefinitionSchema.parse({
  stream: 'power',
  name: 'Power channel 1A',
  source: 'simulator',
  intervalMs: 1000,
  windowLengthMs: 64_000,
  strideMs: 16_000,
  staleAfterMs: 60_000,
  warmUpMs: 600_000,
  channels: [
    { id: 'P4000001', name: 'Voltage', kind: 'real', unit: 'V', hardLimits: { low: 100 } },
    { id: 'S0000004', name: 'Angle', kind: 'angle', role: 'context' },
  ],
});
const anomaly: AnomalyEvent = {
  type: 'opened',
  id: 'power@1790000000000',
  stream: 'power',
  modelVersion: 'dense-123456789abc',
  startMs: 1_790_000_000_000,
  endMs: 1_790_000_016_000,
  decidedAtMs: 1_790_000_016_000,
  peakScore: 9.25,
  threshold: 4,
  contributions: [{ channelId: 'P4000001', share: 1 }],
};
const truth: FaultTruth = {
  id: 'f-1',
  kind: 'leak',
  stream: 'power',
  channelIds: ['P4000001'],
  startMs: 1,
  endMs: 2,
  amplitudeSigma: null,
  coupledStreams: [],
  description: 'A slow leak.',
};

test('each rare record comes back equal', () => {
  assert.deepStrictEqual(records.decodeModelSetting(records.encodeModelSetting(setting)), setting);
  assert.deepStrictEqual(records.decodeCommand(records.encodeCommand(command)), command);
  assert.deepStrictEqual(records.decodeThresholdRecord(records.encodeThresholdRecord(threshold)), threshold);
  assert.deepStrictEqual(records.decodeStreamDefinition(records.encodeStreamDefinition(definition)), definition);
  assert.deepStrictEqual(records.decodeAnomalyEvent(records.encodeAnomalyEvent(anomaly)), anomaly);
  assert.deepStrictEqual(records.decodeFaultTruth(records.encodeFaultTruth(truth)), truth);
});

test('a dead letter keeps its bytes byte for byte', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 1000 }), (bytes) => {
      const letter = { source: 's', reason: 'undecodable', detail: '', position: 'line 1', bytes } as const;
      assert.deepStrictEqual(records.decodeDeadLetter(records.encodeDeadLetter(letter)), letter);
    }),
  );
});

test('a record that breaks its schema is refused by field, value and bound', () => {
  const bytes = new TextEncoder().encode(JSON.stringify({ ...setting, effectiveFromMs: 'noon' }));
  assert.throws(() => records.decodeModelSetting(bytes), {
    code: 'CUPOLA_RECORD_UNDECODABLE',
    message: /model setting: effectiveFromMs is "noon": .*expected number/,
    subject: { field: 'effectiveFromMs', value: 'noon', bound: 'Invalid input: expected number, received string' },
  });
});

test('a field that the schema does not know is refused by name', () => {
  const bytes = new TextEncoder().encode(JSON.stringify({ ...setting, color: 'red' }));
  assert.throws(() => records.decodeModelSetting(bytes), { message: /color is "red": Unrecognized key/ });
});

test('a number that JSON cannot hold is refused where it is written, not where it is read', () => {
  assert.throws(() => records.encodeAnomalyEvent({ ...anomaly, peakScore: Infinity }), {
    code: 'CUPOLA_RECORD_UNENCODABLE',
    message: /peakScore is Infinity/,
  });
});

test('whatever the bytes, a decoder throws its own error or none', () => {
  const texts = fc.oneof(fc.json(), fc.string(), fc.constant('['.repeat(100_000)));
  const bytes = fc.oneof(
    fc.uint8Array(),
    texts.map((text) => new TextEncoder().encode(text)),
  );
  fc.assert(
    fc.property(bytes, (input) => {
      for (const decode of [records.decodeCommand, records.decodeStreamDefinition, records.decodeDeadLetter]) {
        try {
          decode(input);
        } catch (error) {
          assert.ok(error instanceof CupolaError && error.code === 'CUPOLA_RECORD_UNDECODABLE', String(error));
        }
      }
    }),
  );
});
