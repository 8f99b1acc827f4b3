import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { faultRanges } from '../../../pipelines/fault-request.ts';
import { decodeCommand, encodeFaultTruth } from '../../../pipelines/json-records.ts';
import { topics } from '../../../pipelines/topics.ts';
import type { ApiError, CommandStatus, FaultList, PossibleFaultList } from '../../../services/console/api.ts';
import { readToEnd } from '../../../services/stage/read-range.ts';
import { consoleUnderTest, eventually } from './console-under-test.ts';

const channelId = 'P1000002';
const step = { kind: 'step', channelIds: [channelId], ...faultRanges('step') } as const;
const stuck = { kind: 'stuck', channelIds: [channelId], ...faultRanges('stuck') } as const;
// Of the staged station's streams one stands for a simulator's.
const running = await consoleUnderTest({ after }, { hours: 1, possibleFaults: new Map([['loop-b', [step, stuck]]]) });

const fault = { kind: 'step', channelId, amplitudeSigma: -6, startsAfterMs: 60_000, durationMs: 600_000 };
const request = { type: 'inject-fault', stream: 'loop-b', fault };

async function faultsOf(stream: string): Promise<FaultList['faults']> {
  return (await running.get<FaultList>(`/api/faults?stream=${stream}`)).body.faults;
}

test('a fault that is asked for is pending until the truth of it is told, and known from then on', async () => {
  const { log } = running.ports;
  const { status, body: asked } = await running.post<CommandStatus>('/api/commands', { id: 'f-1', ...request });
  assert.deepEqual([status, asked.state, asked.injected], [202, 'pending', null]);
  const partition = await log.partitionOf(topics.commands.name, 'loop-b');
  const { records } = await readToEnd(log, topics.commands.name, partition);
  assert.partialDeepStrictEqual(decodeCommand(records.at(-1)!.value!), request);
  const startMs = running.station.timeMs + 3_600_000;
  const truth = {
    id: 'commanded-f-1',
    kind: 'step',
    stream: 'loop-b',
    channelIds: [channelId],
    startMs,
    endMs: startMs + 600_000,
    amplitudeSigma: 6,
    coupledStreams: [],
    description: 'pump outlet pressure is off by -6.0 sigma',
  } as const;
  const before = await faultsOf('loop-b');
  await log.append([{ topic: topics.truth.name, key: 'loop-b', value: encodeFaultTruth(truth), timestampMs: startMs }]);
  const command = async (): Promise<CommandStatus> => (await running.get<CommandStatus>('/api/commands/f-1')).body;
  await eventually(async () => (await command()).state === 'applied');
  assert.partialDeepStrictEqual(await command(), { effectiveFromMs: startMs, injected: truth, refusedBecause: null });
  assert.deepEqual(await faultsOf('loop-b'), [truth, ...before]);
  assert.ok((await faultsOf('loop-a')).every(({ stream }) => stream === 'loop-a'));
});

test('what a stream can have is told, and nothing of one that no simulator feeds', async () => {
  for (const [stream, expected] of [
    ['loop-b', [step, stuck]],
    ['loop-a', []],
  ] as const) {
    const { body } = await running.get<PossibleFaultList>(`/api/streams/${stream}/possible-faults`);
    assert.deepEqual(body.faults, expected);
  }
});

const impossible: readonly (readonly [string, string, unknown])[] = [
  ['a stream of no simulator', 'stream', { ...request, stream: 'loop-a' }],
  ['a kind that the stream cannot have', 'kind', { ...request, fault: { ...fault, kind: 'leak' } }],
  ['an unknown channel', 'channelId', { ...request, fault: { ...fault, channelId: 'P1' } }],
  ['an amplitude out of bounds', 'amplitudeSigma', { ...request, fault: { ...fault, amplitudeSigma: 51 } }],
  ['no amplitude', 'amplitudeSigma', { ...request, fault: { ...fault, amplitudeSigma: null } }],
  ['an amplitude of a kind without', 'amplitudeSigma', { ...request, fault: { ...fault, kind: 'stuck' } }],
  ['a duration out of bounds', 'durationMs', { ...request, fault: { ...fault, durationMs: 0 } }],
  ['a start in the past', 'startsAfterMs', { ...request, fault: { ...fault, startsAfterMs: -5000 } }],
];
for (const [what, field, body] of impossible) {
  test(`${what} is refused and not written, with code, field, value, bound and remedy`, async () => {
    const asked = await running.post<ApiError>('/api/commands', { id: `bad ${field}`, ...(body as object) });
    assert.deepEqual([asked.status, asked.body.code, asked.body.field], [400, 'CUPOLA_FAULT_IMPOSSIBLE', field]);
    assert.ok(asked.body.bound!.length > 0 && asked.body.remedy.length > 0);
    assert.equal((await running.get(`/api/commands/${encodeURIComponent(`bad ${field}`)}`)).status, 404);
  });
}

const malformed: readonly (readonly [string, string, unknown])[] = [
  ['an unknown kind', 'fault.kind', { ...fault, kind: 'wobble' }],
  ['no channel', 'fault.channelId', { ...fault, channelId: undefined }],
  ['a duration that is no number', 'fault.durationMs', { ...fault, durationMs: 'long' }],
];
for (const [what, field, wrong] of malformed) {
  test(`${what} is refused by its field`, async () => {
    const { status, body } = await running.post<ApiError>('/api/commands', { ...request, fault: wrong });
    assert.deepEqual([status, body.code, body.field], [400, 'CUPOLA_REQUEST_INVALID', field]);
  });
}

test('where no source is a simulator, that is what the refusal says', async (context) => {
  const real = await consoleUnderTest(context, { hours: 1 });
  const { status, body } = await real.post<ApiError>('/api/commands', request);
  assert.deepEqual([status, body.code, body.field], [400, 'CUPOLA_FAULT_IMPOSSIBLE', 'stream']);
  assert.match(body.message, /no source of this system is one/);
});
