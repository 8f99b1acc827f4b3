import { denseSettingsSchema } from './dense-settings.ts';

export const levelFreeSettingsSchema = denseSettingsSchema
  .superRefine(({ loss }, context) => {
    if (loss !== 'bce') return;
    const message = 'must be mse, mae or huber: what differs from a level is not within [0, 1]';
    context.addIssue({ code: 'custom', path: ['loss'], message });
  })
  .meta({
    title: 'Autoencoder of windows without their level',
    description:
      'The undercomplete autoencoder of what each scored feature does about its own median in the window: shapes alone',
  });
