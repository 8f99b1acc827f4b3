import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { cliPage, helpOf, leafCommands } from '../../../docs/cli-page.ts';
import { buildProgram } from '../../../services/cli/program.ts';

const commands = leafCommands(buildProgram());

test('docs/cli.md says what the commands say (otherwise: npm run docs)', () => {
  assert.equal(readFileSync(new URL('../../../docs/cli.md', import.meta.url), 'utf8'), cliPage());
});

test('the commands of the product are there', () => {
  const names = commands.map(({ name }) => name).sort();
  assert.deepEqual(names, [
    'anomalies list',
    'anomalies show',
    'anomalies similar',
    'config check',
    'config print',
    'config schema',
    'denoise',
    'doctor',
    'drift',
    'evaluate',
    'export codes',
    'export scores',
    'export windows',
    'faults inject',
    'faults list',
    'impute',
    'influx apply',
    'influx plan',
    'models architectures',
    'models card',
    'models codes',
    'models compare',
    'models generate',
    'models history',
    'models import',
    'models interpolate',
    'models latent-units',
    'models list',
    'models promote',
    'models rollback',
    'models show',
    'models traverse',
    'replay',
    'simulate',
    'start',
    'streams',
    'thresholds history',
    'thresholds preview',
    'thresholds set',
    'topics apply',
    'topics plan',
    'train',
    'tune-model',
    'verdicts give',
    'verdicts list',
  ]);
});

for (const { name, command } of commands) {
  test(`cupola ${name} takes --json, and its help shows examples of it`, () => {
    assert.ok(command.options.some(({ long }) => long === '--json'));
    const examples = helpOf(command).split('Examples:\n')[1] ?? '';
    assert.ok(
      examples.split('\n').some((line) => line.includes(`cupola ${name}`)),
      examples,
    );
  });
}
