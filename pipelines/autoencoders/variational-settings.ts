import { z } from 'zod';
import { closedFormArchitecture, trainedArchitecture } from './objective-settings.ts';

const variationalFields = {
  hidden: z
    .array(z.number().int().min(1).max(8192))
    .max(6)
    .default([64])
    .describe("Units of the encoder's hidden layers, outermost first; the decoder mirrors them"),
  code: z.number().int().min(1).max(4096).default(16).describe('Latent units'),
  activation: z.enum(['relu', 'elu', 'tanh', 'sigmoid']).default('relu').describe('What hidden layers apply'),
  noise: z
    .number()
    .min(0.001)
    .max(100)
    .default(0.1)
    .describe(
      'Standard deviation of telemetry about what the decoder gives, in scaled units: the smaller, the more the reconstruction counts beside the divergence',
    ),
};

export const variationalSettingsSchema = trainedArchitecture(
  {
    title: 'Variational autoencoder',
    description:
      'Codes are distributions near a standard normal one, from which new telemetry can be drawn (Kingma and Welling 2014)',
  },
  variationalFields,
);

export const betaVariationalSettingsSchema = trainedArchitecture(
  {
    title: 'Beta-VAE',
    description:
      'A variational autoencoder whose divergence counts beta times, for latent units of one meaning each (Higgins 2017)',
  },
  {
    ...variationalFields,
    beta: z.number().min(0).max(1000).default(4).describe('How many times the divergence counts'),
  },
);

export const reconstructionProbabilitySettingsSchema = closedFormArchitecture(
  {
    title: 'Reconstruction probability',
    description:
      'A variational autoencoder whose decoder also tells how sure it is; errors are how improbable telemetry is under it (An and Cho 2015)',
  },
  {
    ...variationalFields,
    noise: variationalFields.noise.describe(
      'The least standard deviation of telemetry about what the decoder gives, in scaled units',
    ),
    draws: z.number().int().min(1).max(64).default(8).describe('Draws of the code over which scoring averages'),
  },
);

export type VariationalSettings = z.output<typeof variationalSettingsSchema>;
export type BetaVariationalSettings = z.output<typeof betaVariationalSettingsSchema>;
export type ReconstructionProbabilitySettings = z.output<typeof reconstructionProbabilitySettingsSchema>;
