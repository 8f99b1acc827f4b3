import assert from 'node:assert/strict';
import { test } from 'node:test';
import { historyProblems } from '../../../services/host/config-history-problems.ts';
import { historySchema } from '../../../services/host/config-history.ts';

const url = 'http://influxdb:8086';

const refusals: readonly (readonly [settings: object, field: string])[] = [
  [{ kind: 'influxdb' }, 'url'],
  [{ kind: 'influxdb', url: 'influxdb:8086' }, 'url'],
  [{ kind: 'influxdb', url, passwordFile: '/run/secrets/password' }, 'username'],
  [{ url }, 'url'],
  [{ spoolBytes: 2e9 }, 'spoolBytes'],
];

for (const [settings, field] of refusals)
  test(`history ${JSON.stringify(settings)} is refused at ${field}`, () => {
    const problems = [...historyProblems(historySchema.parse(settings))];
    assert.deepEqual(
      problems.map(({ path }) => path),
      [['history', field]],
    );
  });

test('a history in InfluxDB needs no more than its address, an embedded one nothing', () => {
  for (const settings of [{}, { keepMs: 86_400_000 }, { kind: 'influxdb', url }])
    assert.deepEqual([...historyProblems(historySchema.parse(settings))], []);
});
