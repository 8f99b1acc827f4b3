import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AnomalyEvent } from '../../../pipelines/alarms/anomaly-event.ts';
import type { Command, Judgement, Verdict } from '../../../pipelines/commands.ts';
import { decodeCommand, decodeVerdict, encodeCommand, encodeVerdict } from '../../../pipelines/json-records.ts';
import type { CommandStatus, VerdictList } from '../../../services/console/api.ts';
import { ReadModel } from '../../../services/console/read-model.ts';
import { consoleUnderTest } from './console-under-test.ts';

const anomaly: AnomalyEvent = {
  type: 'closed',
  id: 'power@1000',
  stream: 'power',
  modelVersion: 'dense-1',
  startMs: 1000,
  endMs: 2000,
  decidedAtMs: 2000,
  peakScore: 9,
  threshold: 3,
  contributions: [],
};

function verdict(commandOffset: number, judgement: Judgement, range: Partial<Verdict> = {}): Verdict {
  const given = { commandId: `v-${commandOffset}`, commandOffset, stream: 'power', anomalyId: null, reason: '' };
  return { ...given, fromMs: 1500, toMs: 1600, judgement, issuedAtMs: 1, issuedBy: 'ana', ...range };
}

test('the newest verdict about some rows of an anomaly is its verdict; a remark is none', () => {
  const model = new ReadModel();
  model.takeAnomaly(anomaly);
  assert.equal(model.verdictOn(anomaly), null);
  model.takeVerdict(verdict(1, 'anomaly'));
  model.takeVerdict(verdict(2, 'normal', { fromMs: 0, toMs: 1001 }));
  model.takeVerdict(verdict(3, 'unsure', { fromMs: 2000, toMs: 3000 }));
  model.takeVerdict(verdict(4, 'unsure', { stream: 'water' }));
  model.takeVerdict(verdict(5, 'note'));
  assert.equal(model.verdictOn(anomaly)!.judgement, 'normal');
});

test('a command to judge is applied by its verdict, from the time that it is about', () => {
  const model = new ReadModel();
  const command: Command = {
    id: 'v-1',
    type: 'judge',
    stream: 'power',
    issuedAtMs: 1,
    issuedBy: 'ana',
    reason: '',
    judgement: 'anomaly',
    fromMs: 1500,
    toMs: 1600,
  };
  model.takeCommand(command);
  assert.equal(model.command('v-1')!.state, 'pending');
  model.takeVerdict(verdict(1, 'anomaly'));
  assert.partialDeepStrictEqual(model.command('v-1'), { state: 'applied', effectiveFromMs: 1500 });
});

test('a verdict comes back from its bytes, and one about no time is refused', () => {
  assert.deepEqual(decodeVerdict(encodeVerdict(verdict(1, 'unsure'))), verdict(1, 'unsure'));
  const empty = { id: 'v', type: 'judge', stream: 'power', issuedAtMs: 1, issuedBy: 'ana', reason: '' } as const;
  const command: Command = { ...empty, judgement: 'normal', fromMs: 5, toMs: 5 };
  assert.throws(() => decodeCommand(encodeCommand(command)), { code: 'CUPOLA_RECORD_UNENCODABLE' });
});

test('the API takes a verdict and lists those that were written', async (t) => {
  const { get, post } = await consoleUnderTest(t, { hours: 1 });
  const [stream] = (await get<{ streams: { stream: string }[] }>('/api/streams')).body.streams;
  const asked = { type: 'judge', stream: stream!.stream, judgement: 'normal', fromMs: 1, toMs: 2, reason: 'a test' };
  const { status, body } = await post<CommandStatus>('/api/commands', asked);
  assert.deepEqual([status, body.state, body.type], [202, 'pending', 'judge']);
  const backwards = await post<{ field: string }>('/api/commands', { ...asked, toMs: 0 });
  assert.deepEqual([backwards.status, backwards.body.field], [400, 'toMs']);
  assert.deepEqual((await get<VerdictList>('/api/verdicts')).body, { verdicts: [] });
});
