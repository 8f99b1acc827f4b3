import { z } from 'zod';
import { trainedArchitecture } from './objective-settings.ts';

/** Fields that the family of dense autoencoders has in common. */
export const denseFields = {
  hidden: z
    .array(z.number().int().min(1).max(8192))
    .max(6)
    .default([])
    .describe("Units of the encoder's hidden layers, outermost first; the decoder mirrors them"),
  code: z.number().int().min(1).max(4096).default(24).describe('Units of the code'),
  activation: z.enum(['relu', 'elu', 'tanh']).default('relu').describe('What hidden layers apply'),
  codeActivation: z
    .enum(['linear', 'relu', 'elu', 'tanh', 'sigmoid'])
    .default('linear')
    .describe('What the code layer applies'),
  tiedWeights: z
    .boolean()
    .default(false)
    .describe("Whether each layer of the decoder has the transposed weights of the encoder's that it mirrors"),
  weightDecay: z
    .number()
    .min(0)
    .max(10)
    .default(0)
    .describe('Times the sum of squared weights (biases apart) is added to the loss'),
};

/**
 * Without hidden layers the autoencoder is linear and spans what principal components do (Baldi and Hornik, 1989): of
 * little telemetry and in seconds, nothing deeper was seen to come closer to the sensors' own noise.
 */
export const denseSettingsSchema = trainedArchitecture(
  {
    title: 'Undercomplete autoencoder',
    description:
      'Fully connected layers over the whole window, through a code narrower than it; without hidden layers it starts from the principal components (Hinton and Salakhutdinov 2006)',
  },
  denseFields,
);

const denseSchema = z.strictObject(denseFields);

/** What the shared builder of dense autoencoders needs to know. */
export type DenseSettings = z.output<typeof denseSchema>;
