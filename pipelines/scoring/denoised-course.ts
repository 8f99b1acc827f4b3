import { combinedInUnits, courseOf, type Course, type TimedWindow } from './course.ts';
import type { WholeReconstruction } from './whole-reconstruction.ts';

/** A course with what a model makes of it. */
export interface DenoisedCourse {
  readonly course: Course;
  /** rows x scored channels, row-major, in channel units; NaN where nothing was reconstructed. */
  readonly denoised: Float32Array;
}

/**
 * Telemetry without its noise: what a bottleneck cannot pass on is left out of a reconstruction (Vincent et al., Stacked
 * Denoising Autoencoders, 2010), and the mean over the windows that cover a time step averages out what is left of it.
 */
export async function denoisedCourse(
  model: WholeReconstruction,
  windows: readonly TimedWindow[],
): Promise<DenoisedCourse> {
  const { definition, scaler } = model.bundle.manifest;
  const course = courseOf(definition, windows);
  const features = await model.reconstruct(model.encode(windows));
  return { course, denoised: combinedInUnits(model.layout, scaler, course, definition.intervalMs, windows, features) };
}
