import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { architectureSettings } from '../../pipelines/autoencoders/architecture-settings.ts';
import { architectureConformance, type ArchitectureExample } from './architecture.ts';

const closedForms = [{ name: 'ridge', settings: { past: 2 } }, { name: 'nearest-window' }];
const reconstructionAndForecast = [
  { name: 'lstm', settings: { units: 10, code: 4 } },
  { name: 'forecaster', settings: { hidden: [20] } },
];

/** Every architecture, small, and every option that changes what is built of it. */
const examples: readonly ArchitectureExample[] = [
  { name: 'dense', settings: { code: 4 } },
  { name: 'dense', settings: { code: 4, seesContext: false } },
  { name: 'dense', settings: { hidden: [16], code: 4, activation: 'tanh', tiedWeights: true, loss: 'huber' } },
  { name: 'dense', settings: { hidden: [16], code: 4, codeActivation: 'sigmoid', scaling: 'min-max', loss: 'bce' } },
  { name: 'undercomplete', settings: { hidden: [20], code: 4, loss: 'mae' } },
  { name: 'stacked', settings: { hidden: [20, 12], code: 4, activation: 'elu', pretrainEpochs: 3 } },
  { name: 'overcomplete', settings: { codeRatio: 1.3 } },
  { name: 'overcomplete', settings: { codeActivation: 'tanh', sparsity: 0, masking: 0.2, contraction: 0.001 } },
  { name: 'sparse-l1', settings: { code: 20, codeActivation: 'relu' } },
  { name: 'sparse-kl', settings: { code: 20, targetActivation: 0.05 } },
  { name: 'k-sparse', settings: { code: 20, k: 5 } },
  { name: 'denoising', settings: { hidden: [20], code: 5, masking: 0.1, channelDropout: 0.1, weightDecay: 1e-4 } },
  { name: 'contractive', settings: { code: 6 } },
  { name: 'contractive', settings: { hidden: [20], code: 6, activation: 'tanh', projections: 2 } },
  { name: 'convolutional', settings: { filters: [8], kernel: 3, code: 4 } },
  { name: 'convolutional', settings: { filters: [6, 5], kernel: 5, code: 4, activation: 'elu', loss: 'mae' } },
  {
    name: 'convolutional',
    settings: { filters: [7], kernel: 3, stride: 3, code: 4, activation: 'tanh', scaling: 'min-max', loss: 'bce' },
  },
  { name: 'lstm', settings: { units: 10, code: 4 } },
  { name: 'lstm', settings: { units: 10, code: 4, scaling: 'min-max', loss: 'bce' }, maxEpochs: 15 },
  { name: 'gru', settings: { units: 10, code: 4 } },
  { name: 'gru', settings: { units: 7, code: 4, layers: 2 }, maxEpochs: 25 },
  { name: 'level-free', settings: { code: 4 } },
  { name: 'variational', settings: { hidden: [20], code: 4 } },
  { name: 'variational', settings: { hidden: [20], code: 4, activation: 'tanh', scaling: 'min-max', loss: 'bce' } },
  { name: 'beta-variational', settings: { hidden: [20], code: 5, beta: 2, loss: 'mae' } },
  { name: 'reconstruction-probability', settings: { hidden: [20], code: 5, draws: 3 } },
  { name: 'adversarial', settings: { hidden: [20], code: 4, discriminator: [10] } },
  { name: 'pca', settings: { code: 4 } },
  { name: 'last-value', settings: {}, learns: false, takesChances: false },
  { name: 'nearest-window', settings: {}, takesChances: false },
  { name: 'nearest-window', settings: { neighbours: 4, newestRows: 2 }, takesChances: false },
  { name: 'ridge', settings: { past: 2 }, takesChances: false },
  { name: 'forecaster', settings: { hidden: [20] } },
  { name: 'forecaster', settings: { hidden: [20], forecastShare: 0.5, scaling: 'min-max', loss: 'bce' } },
  { name: 'lstm-forecaster', settings: { units: 10 } },
  { name: 'ensemble', settings: { members: [{ name: 'dense', settings: { code: 4 } }, ...closedForms] }, maxEpochs: 5 },
  { name: 'ensemble', settings: { members: reconstructionAndForecast, combine: 'mean' }, maxEpochs: 15 },
  { name: 'ensemble', settings: { members: closedForms, combine: 'median' }, takesChances: false },
];

for (const example of examples) architectureConformance(example);

describe('the contract suite', () => {
  it('runs over every architecture', () => {
    const tried = new Set(examples.map(({ name }) => name));
    assert.deepEqual([...tried].toSorted(), Object.keys(architectureSettings).toSorted());
  });
});
