import { z } from 'zod';
import { trainedArchitecture } from './objective-settings.ts';

export const lstmSettingsSchema = trainedArchitecture(
  {
    title: 'LSTM autoencoder',
    description:
      'An LSTM reads the window into a code, another rebuilds it from there, newest row first (Malhotra 2016)',
  },
  {
    units: z.number().int().min(1).max(1024).default(32).describe('Units of each LSTM layer'),
    code: z
      .number()
      .int()
      .min(1)
      .max(4096)
      .default(16)
      .describe('Units of the code; fewer than rows x scored features, or nothing need be learnt'),
    layers: z.number().int().min(1).max(3).default(1).describe('LSTM layers of the encoder, and of the decoder'),
  },
);

export type LstmSettings = z.output<typeof lstmSettingsSchema>;
