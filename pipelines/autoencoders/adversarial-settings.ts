import { z } from 'zod';
import { denseFields } from './dense-settings.ts';
import { trainedArchitecture } from './objective-settings.ts';

const { hidden, code, ...otherFields } = denseFields;

export const adversarialSettingsSchema = trainedArchitecture(
  {
    title: 'Adversarial autoencoder',
    description:
      'The encoder also learns to deceive a network that tells codes from standard normal draws, so that codes are spread as those are (Makhzani 2015)',
  },
  {
    hidden: hidden.default([64]),
    code: code.default(16),
    ...otherFields,
    adversary: z
      .number()
      .min(0)
      .max(100)
      .default(0.01)
      .describe('Times the loss that falls as the discriminator takes codes for normal draws is added to the loss'),
    discriminator: z
      .array(z.number().int().min(1).max(1024))
      .min(1)
      .max(3)
      .default([64])
      .describe("Units of the discriminator's hidden layers; it is no part of the trained model"),
  },
);

export type AdversarialSettings = z.output<typeof adversarialSettingsSchema>;
