import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { architectureSettings } from '../../pipelines/autoencoders/architecture-settings.ts';
import { architectureConformance, type ArchitectureExample } from './architecture.ts';

/** Every architecture, small, and every option that changes what is built of it. */
const examples: readonly ArchitectureExample[] = [
  { name: 'dense', settings: { code: 4 } },
  { name: 'dense', settings: { hidden: [16], code: 4, activation: 'tanh', tiedWeights: true, loss: 'huber' } },
  { name: 'dense', settings: { hidden: [16], code: 4, codeActivation: 'sigmoid', scaling: 'min-max', loss: 'bce' } },
  { name: 'lstm', settings: { units: 10, code: 4 } },
  { name: 'lstm', settings: { units: 10, code: 4, scaling: 'min-max', loss: 'bce' }, maxEpochs: 15 },
];

for (const example of examples) architectureConformance(example);

describe('the contract suite', () => {
  it('runs over every architecture', () => {
    const tried = new Set(examples.map(({ name }) => name));
    assert.deepEqual([...tried].toSorted(), Object.keys(architectureSettings).toSorted());
  });
});
