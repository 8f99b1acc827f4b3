import { z } from 'zod';
import { closedFormArchitecture, trainedArchitecture } from '../objective-settings.ts';

export const pcaSettingsSchema = closedFormArchitecture(
  {
    title: 'Principal components',
    description: 'What the leading principal components of a window, context included, say of it (Shyu 2003)',
  },
  { code: z.number().int().min(1).max(4096).default(24).describe('Components') },
);

export const lastValueSettingsSchema = closedFormArchitecture(
  {
    title: 'Last value',
    description: 'Each row is predicted to be the one before: what every forecaster has to beat (Hyndman 2006)',
  },
  {},
);

export const nearestWindowSettingsSchema = closedFormArchitecture(
  {
    title: 'Nearest training windows',
    description: 'The mean of the training windows nearest to the one seen (Ramaswamy 2000)',
  },
  {
    windows: z
      .number()
      .int()
      .min(1)
      .max(16_384)
      .default(1024)
      .describe('Training windows that are kept at most, spread evenly over them in the order of time'),
    neighbours: z.number().int().min(1).max(256).default(1).describe('Nearest windows that are averaged'),
    newestRows: z
      .number()
      .int()
      .min(0)
      .max(4096)
      .default(0)
      .describe("A window's newest rows that are judged, those before being there to be compared; 0 for all"),
  },
);

export const ridgeSettingsSchema = closedFormArchitecture(
  {
    title: 'Ridge regression forecaster with commands',
    description:
      'Each row is a linear function of the rows before and of its own context channels, such as commands (Hoerl and Kennard 1970)',
  },
  {
    past: z
      .number()
      .int()
      .min(1)
      .max(64)
      .default(10)
      .describe(
        'Rows before that a row is predicted from; the first rows of a window have none and count as predicted',
      ),
    lambda: z
      .number()
      .min(1e-6)
      .max(1000)
      .default(0.01)
      .describe('Penalty on squared weights, in units of the mean squared input'),
  },
);

const forecastFields = {
  forecastShare: z
    .number()
    .min(0.01)
    .max(0.9)
    .default(0.25)
    .describe("Share of a window's rows, its newest, that are predicted from those before; at least one is"),
};

export const forecasterSettingsSchema = trainedArchitecture(
  {
    title: 'Dense forecaster',
    description: "A window's newest rows from those before and their own context channels, by fully connected layers",
  },
  {
    hidden: z
      .array(z.number().int().min(1).max(8192))
      .min(1)
      .max(6)
      .default([64])
      .describe('Units of the hidden layers; what the last one gives is the code'),
    activation: z.enum(['relu', 'elu', 'tanh', 'sigmoid']).default('relu').describe('What hidden layers apply'),
    ...forecastFields,
  },
);

export const lstmForecasterSettingsSchema = trainedArchitecture(
  {
    title: 'LSTM forecaster',
    description:
      "A window's newest rows from those before, as an LSTM remembers them, and their own context channels (Malhotra 2015, Hundman 2018)",
  },
  {
    units: z.number().int().min(1).max(1024).default(32).describe('Units of each LSTM layer, and of the code'),
    layers: z.number().int().min(1).max(3).default(1).describe('LSTM layers'),
    ...forecastFields,
  },
);

export type LastValueSettings = z.output<typeof lastValueSettingsSchema>;
export type NearestWindowSettings = z.output<typeof nearestWindowSettingsSchema>;
export type RidgeSettings = z.output<typeof ridgeSettingsSchema>;
export type ForecasterSettings = z.output<typeof forecasterSettingsSchema>;
export type LstmForecasterSettings = z.output<typeof lstmForecasterSettingsSchema>;
