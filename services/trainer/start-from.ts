import { canonicalJson, type Bundle } from '../../pipelines/autoencoders/bundle.ts';
import { featureLayout } from '../../pipelines/features/feature-layout.ts';
import type { BundleStore } from '../../pipelines/ports.ts';
import type { StreamDefinition } from '../../pipelines/telemetry/stream-definition.ts';
import type { FitOptions } from '../../pipelines/training/fit-bundle.ts';
import { isOfSameShape } from '../../pipelines/training/warm-start.ts';

/** Newest models that are looked at: each is read from the store. */
const mostLookedAt = 24;

/** The fit with the newest model to start from that is of its architecture and shape, whatever stream it is of; else as it is. */
export async function startingFrom(
  bundles: BundleStore,
  fit: FitOptions,
  definition: StreamDefinition,
): Promise<FitOptions> {
  const { rows, features, scoredFeatures } = featureLayout(definition);
  const known = (await bundles.list()).filter(({ architecture }) => architecture === fit.architecture.name);
  for (const { version } of known.slice(-mostLookedAt).reverse()) {
    const startFrom: Bundle = await bundles.get(version);
    const { settings } = startFrom.manifest.architecture;
    const isAlike = canonicalJson(settings) === canonicalJson(fit.architecture.settings);
    if (isAlike && isOfSameShape(startFrom, fit.architecture, { rows, features, scoredFeatures }))
      return { ...fit, startFrom };
  }
  return fit;
}
