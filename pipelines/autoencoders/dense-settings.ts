import { z } from 'zod';
import { trainedArchitecture, type ObjectiveSettings } from './objective-settings.ts';

const layers = z
  .array(z.number().int().min(1).max(8192))
  .max(6)
  .describe("Units of the encoder's hidden layers, outermost first; the decoder mirrors them");
const codeActivation = z.enum(['linear', 'relu', 'elu', 'tanh', 'sigmoid']).describe('What the code layer applies');
const pretrainEpochs = z
  .number()
  .int()
  .min(0)
  .max(1000)
  .describe(
    'Epochs for each layer by itself, outermost first, before all together; only where there are hidden layers',
  );

/** Fields of every dense autoencoder. */
export const denseFields = {
  hidden: layers.default([]),
  code: z.number().int().min(1).max(4096).default(24).describe('Units of the code'),
  activation: z.enum(['relu', 'elu', 'tanh', 'sigmoid']).default('relu').describe('What hidden layers apply'),
  codeActivation: codeActivation.default('linear'),
  seesContext: z
    .boolean()
    .default(true)
    .describe('Whether context channels are among the inputs; commands that training hardly saw can mislead a model'),
  tiedWeights: z
    .boolean()
    .default(false)
    .describe("Whether each layer of the decoder has the transposed weights of the encoder's that it mirrors"),
  weightDecay: z
    .number()
    .min(0)
    .max(10)
    .default(0)
    .describe('Times the sum of squared weights, biases apart, is added to the loss'),
  pretrainEpochs: pretrainEpochs.default(0),
};

const denseSchema = z.strictObject(denseFields);

/** What every dense autoencoder is built from. */
export type DenseSettings = z.output<typeof denseSchema> & ObjectiveSettings;

const sparsity = z.number().max(100).describe("Times the code's sparsity penalty is added to the loss");
const contraction = z
  .number()
  .max(100)
  .describe("Times the squared Frobenius norm of the encoder's Jacobian is added to the loss");
const projections = z
  .number()
  .int()
  .min(1)
  .max(64)
  .default(1)
  .describe('Random directions along which a step estimates the Jacobian of an encoder with hidden layers');
const gaussian = z
  .number()
  .min(0)
  .max(10)
  .describe('Standard deviation of the normal noise that training adds to every cell, in scaled units');
const corruptionFields = {
  gaussian: gaussian.default(0),
  masking: z.number().min(0).max(0.95).default(0).describe('Share of cells that training sets to 0'),
  channelDropout: z
    .number()
    .min(0)
    .max(0.95)
    .default(0)
    .describe('Share of feature columns that training sets to 0 over the whole window'),
};

/** How training corrupts what a model sees; see corruption.ts. */
export type CorruptionSettings = { readonly [Field in keyof typeof corruptionFields]: number };

export const denseSettingsSchema = trainedArchitecture(
  {
    title: 'Undercomplete autoencoder',
    description:
      'Fully connected layers over the whole window, through a code narrower than it; without hidden layers it starts at the principal components (Hinton and Salakhutdinov 2006)',
  },
  denseFields,
);

export const stackedSettingsSchema = trainedArchitecture(
  {
    title: 'Deep (stacked) autoencoder',
    description: 'Hidden layers, trained one by one before all of them together (Bengio et al. 2006)',
  },
  { ...denseFields, hidden: layers.min(1).default([64, 32]), pretrainEpochs: pretrainEpochs.default(5) },
);

const { code: _, ...denseFieldsButCode } = denseFields;

export const overcompleteSettingsSchema = trainedArchitecture(
  {
    title: 'Overcomplete autoencoder',
    description:
      'A code wider than the window, kept from copying it by sparsity, corruption or contraction (Goodfellow et al. 2016, 14.2)',
  },
  {
    ...denseFieldsButCode,
    codeRatio: z.number().gt(1).max(8).default(1.5).describe('Units of the code for each cell to be reconstructed'),
    sparsity: sparsity.min(0).default(0.1),
    ...corruptionFields,
    contraction: contraction.min(0).default(0),
    projections,
  },
).refine(
  ({ sparsity, gaussian, masking, channelDropout, contraction }) =>
    sparsity + gaussian + masking + channelDropout + contraction > 0,
  {
    path: ['sparsity'],
    message:
      'must be greater than 0, or gaussian, masking, channelDropout or contraction be so: alone, a wide code learns to copy',
  },
);

export const sparseL1SettingsSchema = trainedArchitecture(
  { title: 'Sparse autoencoder, L1', description: 'A code that is pressed towards 0 (Goodfellow et al. 2016, 14.2.1)' },
  { ...denseFields, sparsity: sparsity.gt(0).default(0.1) },
);

export const sparseKlSettingsSchema = trainedArchitecture(
  {
    title: 'Sparse autoencoder, Kullback-Leibler',
    description: 'Each unit of the code is to be active in a small share of windows (Ng 2011)',
  },
  {
    ...denseFields,
    codeActivation: z
      .literal('sigmoid')
      .default('sigmoid')
      .describe('What the code layer applies: an activation is a probability here'),
    targetActivation: z
      .number()
      .gt(0)
      .max(0.5)
      .default(0.005)
      .describe('Mean activation (rho) that each unit of the code is drawn to'),
    sparsity: sparsity.gt(0).default(1),
  },
);

export const kSparseSettingsSchema = trainedArchitecture(
  {
    title: 'k-sparse autoencoder',
    description: "Only the k greatest of the code's units count (Makhzani and Frey 2013)",
  },
  { ...denseFields, k: z.number().int().min(1).max(4096).default(8).describe('Units of the code that count') },
).superRefine(({ k, code }, context) => {
  if (k < code) return;
  context.addIssue({
    code: 'custom',
    path: ['k'],
    message: `must be less than code (${code}), or nothing is left out`,
  });
});

export const denoisingSettingsSchema = trainedArchitecture(
  {
    title: 'Denoising autoencoder',
    description: 'Rebuilds windows from corrupted ones (Vincent et al. 2008 and 2010)',
  },
  { ...denseFields, ...corruptionFields, gaussian: gaussian.default(0.3) },
).refine(({ gaussian, masking, channelDropout }) => gaussian + masking + channelDropout > 0, {
  path: ['gaussian'],
  message: 'must be greater than 0, or masking or channelDropout be so: nothing is left to denoise',
});

export const contractiveSettingsSchema = trainedArchitecture(
  {
    title: 'Contractive autoencoder',
    description: 'A code that changes little with what it is of (Rifai et al. 2011)',
  },
  {
    ...denseFields,
    codeActivation: codeActivation.default('sigmoid'),
    contraction: contraction.gt(0).default(0.1),
    projections,
  },
);

export type OvercompleteSettings = z.output<typeof overcompleteSettingsSchema>;
export type SparseL1Settings = z.output<typeof sparseL1SettingsSchema>;
export type SparseKlSettings = z.output<typeof sparseKlSettingsSchema>;
export type KSparseSettings = z.output<typeof kSparseSettingsSchema>;
export type DenoisingSettings = z.output<typeof denoisingSettingsSchema>;
export type ContractiveSettings = z.output<typeof contractiveSettingsSchema>;
