import { z } from 'zod';
import { trainedArchitecture } from './objective-settings.ts';

const recurrentFields = {
  units: z.number().int().min(1).max(1024).default(32).describe('Units of each recurrent layer'),
  code: z
    .number()
    .int()
    .min(1)
    .max(4096)
    .default(16)
    .describe('Units of the code; fewer than rows x scored features, or nothing need be learnt'),
  layers: z.number().int().min(1).max(3).default(1).describe('Recurrent layers of the encoder, and of the decoder'),
};

export const lstmSettingsSchema = trainedArchitecture(
  {
    title: 'LSTM autoencoder',
    description:
      'An LSTM reads the window into a code, another rebuilds it from there, newest row first (Malhotra 2016)',
  },
  recurrentFields,
);

export const gruSettingsSchema = trainedArchitecture(
  {
    title: 'GRU autoencoder',
    description: 'As the LSTM autoencoder, of gated recurrent units, a quarter smaller (Cho 2014)',
  },
  recurrentFields,
);

export type RecurrentSettings = z.output<typeof lstmSettingsSchema>;
