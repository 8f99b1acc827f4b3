import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command, ModelSetting } from '../../../pipelines/commands.ts';
import type { FitDecision, Suspicion } from '../../../pipelines/fit-decision.ts';
import type { DecisionList } from '../../../services/console/api.ts';
import { ReadModel } from '../../../services/console/read-model.ts';
import { consoleUnderTest } from './console-under-test.ts';

const trial = { modelVersion: 'dense-2', holdoutAlarms: 3, caught: 0, falselyAlarmed: 0 };
const counts = { incidents: 1, normals: 0, unusable: 0, windows: 100, abnormal: 2, contaminated: 1, seconds: 1 };
const decision: FitDecision = {
  ...counts,
  trigger: 'asked',
  challenger: trial,
  champion: { ...trial, modelVersion: 'dense-1', caught: 1 },
  holdout: { fromMs: 0, toMs: 1 },
  distrusted: [],
  drift: null,
  caseHash: null,
};
const suspicion: Suspicion = {
  modelVersion: 'dense-1',
  governsFromMs: 5000,
  fromMs: 5000,
  toMs: 6000,
  windows: 10,
  alarmed: 9,
  share: 0.9,
  bound: 0.5,
  shareBefore: 0,
};

function command(what: Partial<Command> & Pick<Command, 'id' | 'type'>): Command {
  return { stream: 'power', issuedAtMs: 1, issuedBy: 'trainer', reason: '', ...what } as Command;
}

function governs(modelVersion: string, effectiveFromMs: number, commandId: string): ModelSetting {
  const asked = { commandOffset: 0, commandId, issuedBy: 'trainer', reason: '', refusedBecause: null };
  return { stream: 'power', definitionVersion: 1, modelVersion, effectiveFromMs, ...asked };
}

test('a command to train is refused, with the reason, when its challenger is declined', () => {
  const model = new ReadModel();
  model.takeCommand(command({ id: 't', type: 'train', issuedBy: 'ana' }));
  model.takeCommand(command({ id: 'd', type: 'decline', modelVersion: 'dense-2', decision, reason: 'it is worse' }));
  const status = model.command('t')!;
  assert.equal(status.state, 'refused');
  assert.match(status.refusedBecause!, /it is worse/);
  assert.equal(status.modelVersion, 'dense-2');
});

test('a rollback answers no command to train', () => {
  const model = new ReadModel();
  model.takeCommand(command({ id: 't', type: 'train', issuedBy: 'ana' }));
  model.takeCommand(command({ id: 'r', type: 'promote', modelVersion: 'dense-0', suspicion }));
  assert.equal(model.command('t')!.state, 'pending');
});

test('decisions are told newest first, with their numbers and from when on they govern', () => {
  const model = new ReadModel();
  model.takeCommand(command({ id: 'p', type: 'promote', modelVersion: 'dense-1', decision }));
  model.takeCommand(command({ id: 'd', type: 'decline', modelVersion: 'dense-2', decision }));
  model.takeCommand(command({ id: 'r', type: 'promote', modelVersion: 'dense-0', suspicion }));
  model.takeCommand(command({ id: 's', type: 'set-threshold' }));
  model.takeModelSetting(governs('dense-1', 5000, 'p'));
  const told = model.decisions();
  assert.deepEqual(
    told.map(({ what, modelVersion, effectiveFromMs }) => [what, modelVersion, effectiveFromMs]),
    [
      ['rolled back to', 'dense-0', null],
      ['declined', 'dense-2', null],
      ['promoted', 'dense-1', 5000],
    ],
  );
  assert.deepEqual([told[1]!.decision, told[0]!.suspicion], [decision, suspicion]);
});

test('a stream is suspect as long as the model that is governs it', () => {
  const model = new ReadModel();
  model.takeModelSetting(governs('dense-1', 5000, 'p'));
  const [stream] = [...model.takeChanges().streams];
  assert.equal(model.suspicionOf(stream!), null);
  model.takeCommand(command({ id: 'r', type: 'promote', modelVersion: 'dense-0', suspicion }));
  assert.equal(model.suspicionOf(stream!), suspicion);
  assert.deepEqual([...model.takeChanges().streams], [stream], 'which is news');
  model.takeModelSetting(governs('dense-0', 7000, 'r'));
  assert.equal(model.suspicionOf(stream!), null);
});

test('the API lists decisions, and takes none: they are the work of the trainer', async (t) => {
  const { get, post } = await consoleUnderTest(t, { hours: 1 });
  assert.deepEqual((await get<DecisionList>('/api/decisions')).body, { decisions: [] });
  const [stream] = (await get<{ streams: { stream: string }[] }>('/api/streams')).body.streams;
  const about = { stream: stream!.stream, modelVersion: 'dense-1', reason: '' };
  for (const [field, asked] of [
    ['type', { ...about, type: 'decline', decision }],
    ['decision', { ...about, type: 'promote', decision }],
    ['suspicion', { stream: about.stream, type: 'train', suspicion }],
  ] as const) {
    const { status, body } = await post<{ field: string }>('/api/commands', asked);
    assert.deepEqual([status, body.field], [400, field]);
  }
});
