import assert from 'node:assert/strict';
import { test } from 'node:test';
import { channelFromParameter } from '../../../../pipelines/telemetry/dictionary/channel-from-parameter.ts';
import { parameterById, parameterDictionary } from '../../../../pipelines/telemetry/dictionary/parameter-dictionary.ts';

const parameters = [...parameterDictionary.values()];

test('the dictionary holds the 298 public parameters, each under a name of its own', () => {
  assert.equal(parameterDictionary.size, 298);
  assert.equal(new Set(parameters.map(({ name }) => name)).size, 298);
});

test('every parameter is a valid channel', () => {
  for (const { id, kind, unit } of parameters) {
    const channel = channelFromParameter(id);
    assert.deepEqual([channel.id, channel.kind, channel.unit], [id, kind, unit]);
    assert.equal(channel.role, kind === 'enumeration' ? 'context' : 'scored');
  }
});

test('no unit is a count or not available, and plain numbers are few', () => {
  for (const { id, unit } of parameters) assert.doesNotMatch(unit, /CNT|N\/A|ND|INTEGR/i, id);
  const plain = parameters.filter(({ kind, unit }) => kind !== 'enumeration' && unit === '');
  // Eight quaternion components, two command counters, counts of gyroscopes and of laptops.
  assert.equal(plain.length, 12);
});

test('an enumeration keeps the states of the published list', () => {
  const urineProcessor = parameterById('NODE3000004');
  assert.ok(urineProcessor.kind === 'enumeration');
  assert.deepEqual(urineProcessor.states[3], { value: 16, label: 'NORMAL' });
  for (const parameter of parameters)
    if (parameter.kind === 'enumeration')
      assert.equal(new Set(parameter.states.map(({ value }) => value)).size, parameter.states.length, parameter.id);
});

test('a stream may know better than the dictionary', () => {
  const channel = channelFromParameter('USLAB000058', { role: 'context', unit: 'kPa', hardLimits: { low: 96 } });
  assert.equal(channel.role, 'context');
  assert.equal(channel.unit, 'kPa');
  assert.deepEqual(channel.hardLimits, { low: 96 });
});

test('an unknown parameter is refused with the nearest known ids', () => {
  assert.throws(() => channelFromParameter('NODE300005'), {
    code: 'CUPOLA_PARAMETER_UNKNOWN',
    message: /parameter is "NODE300005", must be a known parameter; the nearest are NODE3000005, /,
  });
  assert.throws(() => parameterById(''), { code: 'CUPOLA_PARAMETER_UNKNOWN' });
});
