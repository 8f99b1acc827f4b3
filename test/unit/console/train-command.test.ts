import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command } from '../../../pipelines/commands.ts';
import { ReadModel } from '../../../services/console/read-model.ts';

const asked: Command = { id: 'c-1', type: 'train', stream: 'power', issuedAtMs: 1, issuedBy: 'ana', reason: '' };
const promoted: Command = {
  id: 'fit-dense-1',
  type: 'promote',
  stream: 'power',
  modelVersion: 'dense-1',
  issuedAtMs: 2,
  issuedBy: 'trainer',
  reason: '',
};

test('a command to train is applied when the model that the trainer fitted after it governs', () => {
  const model = new ReadModel();
  model.takeCommand(asked);
  assert.equal(model.command('c-1')!.state, 'pending');
  model.takeCommand(promoted);
  assert.partialDeepStrictEqual(model.command('c-1'), { state: 'pending', modelVersion: 'dense-1' });
  model.takeModelSetting({
    stream: 'power',
    definitionVersion: 1,
    modelVersion: 'dense-1',
    effectiveFromMs: 1000,
    commandOffset: 1,
    commandId: promoted.id,
    issuedBy: 'trainer',
    reason: '',
    refusedBecause: null,
  });
  assert.partialDeepStrictEqual(model.command('c-1'), {
    type: 'train',
    state: 'applied',
    modelVersion: 'dense-1',
    effectiveFromMs: 1000,
  });
});

test('what an operator promotes, or another stream is promoted, answers no command to train', () => {
  const model = new ReadModel();
  model.takeCommand(asked);
  model.takeCommand({ ...promoted, issuedBy: 'ana' });
  model.takeCommand({ ...promoted, id: 'fit-dense-2', stream: 'water' });
  assert.partialDeepStrictEqual(model.command('c-1'), { state: 'pending', modelVersion: null });
});
