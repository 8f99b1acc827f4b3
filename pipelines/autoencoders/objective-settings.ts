import { z } from 'zod';
import type { ScalerMethod } from '../features/fit-scaler.ts';

/** What every architecture can be set to. */
const inputFields = {
  scaling: z
    .enum(['standard', 'robust', 'min-max'] satisfies ScalerMethod[])
    .default('standard')
    .describe(
      'How channels are scaled: by mean and standard deviation, by median and MAD, or by least and greatest value to [0, 1]',
    ),
  inputLimit: z
    .number()
    .min(1)
    .max(1000)
    .default(10)
    .describe(
      'Inputs are clipped to +/- this many scaled units, so that one wild channel does not spoil the reconstruction of others',
    ),
};

/** What every architecture that is trained by gradient can be set to, beside its own shape. */
const objectiveFields = {
  loss: z
    .enum(['mse', 'mae', 'huber', 'bce'])
    .default('mse')
    .describe(
      'What training minimises: mean squared error, mean absolute error, Huber, or binary cross-entropy (for scaling min-max alone); the holdout is always judged by mean squared error',
    ),
  huberDelta: z
    .number()
    .min(0.001)
    .max(1000)
    .default(1)
    .describe('Residual, in scaled units, from which the Huber loss grows linearly'),
  ...inputFields,
};

const objectiveSchema = z.strictObject(objectiveFields);

export type ObjectiveSettings = z.output<typeof objectiveSchema>;

/**
 * The settings of an architecture that is trained by gradient: its own fields and those that all of them share. Refuses
 * cross-entropy of anything but [0, 1].
 */
export function trainedArchitecture<Fields extends z.core.$ZodLooseShape>(
  about: { readonly title: string; readonly description: string },
  fields: Fields,
): z.ZodObject<Fields & typeof objectiveFields, z.core.$strict> {
  return z
    .strictObject({ ...fields, ...objectiveFields })
    .superRefine((settings, context) => {
      const { loss, scaling } = settings as unknown as ObjectiveSettings;
      if (loss !== 'bce' || scaling === 'min-max') return;
      context.addIssue({
        code: 'custom',
        path: ['loss'],
        message: `must be mse, mae or huber where scaling is ${scaling}: cross-entropy is of numbers in [0, 1], which min-max gives`,
      });
    })
    .meta(about);
}

/** The settings of an architecture that is fitted without gradient: its own fields, and how it sees its inputs. */
export function closedFormArchitecture<Fields extends z.core.$ZodLooseShape>(
  about: { readonly title: string; readonly description: string },
  fields: Fields,
): z.ZodObject<Fields & typeof inputFields, z.core.$strict> {
  return z.strictObject({ ...fields, ...inputFields }).meta(about);
}

/** What the last layer must apply for its output to be a reconstruction: cross-entropy is of probabilities. */
export function outputActivation(settings: Readonly<Record<string, unknown>>): 'linear' | 'sigmoid' {
  return settings['loss'] === 'bce' ? 'sigmoid' : 'linear';
}

/** How the channels of a model with these settings are scaled. */
export function scalingOf(settings: Readonly<Record<string, unknown>>): ScalerMethod {
  return (settings as Partial<ObjectiveSettings>).scaling ?? 'standard';
}
