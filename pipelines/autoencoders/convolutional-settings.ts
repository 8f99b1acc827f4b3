import { z } from 'zod';
import { trainedArchitecture } from './objective-settings.ts';

export const convolutionalSettingsSchema = trainedArchitecture(
  {
    title: 'Convolutional autoencoder',
    description:
      'Filters over the rows of the window, layer by layer fewer rows, through a code, and back by transposed ones (Masci 2011)',
  },
  {
    filters: z
      .array(z.number().int().min(1).max(1024))
      .min(1)
      .max(6)
      .default([32, 16])
      .describe("Filters of the encoder's layers, outermost first; the decoder mirrors them"),
    kernel: z.number().int().min(1).max(64).default(7).describe('Rows that a filter sees; at least the stride'),
    stride: z.number().int().min(1).max(8).default(2).describe('Rows of which each layer of the encoder makes one'),
    code: z
      .number()
      .int()
      .min(1)
      .max(4096)
      .default(24)
      .describe('Units of the code; fewer than rows x scored features, or nothing need be learnt'),
    activation: z.enum(['relu', 'elu', 'tanh']).default('relu').describe('What the layers apply'),
  },
).superRefine(({ kernel, stride }, context) => {
  if (kernel >= stride) return;
  context.addIssue({
    code: 'custom',
    path: ['kernel'],
    message: `must be at least the stride (${stride}), or rows between filters would go unseen`,
  });
});

export type ConvolutionalSettings = z.output<typeof convolutionalSettingsSchema>;
