import { z } from 'zod';

/** The kinds of fault that the simulator can inject. */
export const faultKinds = [
  'step',
  'drift',
  'spike',
  'noise',
  'stuck',
  'oscillation',
  'dropout',
  'leak',
  'decoupling',
] as const;

export type FaultKind = (typeof faultKinds)[number];

/** Kinds that have an amplitude. */
export const amplitudeKinds: readonly FaultKind[] = ['step', 'drift', 'spike', 'noise', 'oscillation', 'leak'];

/** The truth about one injected fault. It goes to cupola.truth; no detector reads it. */
export interface FaultTruth {
  readonly id: string;
  readonly kind: FaultKind;
  readonly stream: string;
  readonly channelIds: readonly string[];
  /** Half-open, event time. */
  readonly startMs: number;
  readonly endMs: number;
  /** In units of the channel's own noise (sigma); null where the kind has no amplitude. */
  readonly amplitudeSigma: number | null;
  /** Other streams that the fault shows in, by the physics. */
  readonly coupledStreams: readonly string[];
  /** One sentence for people. */
  readonly description: string;
}

/** Parses truth records as they stand in their topic. */
export const faultTruthSchema: z.ZodType<FaultTruth> = z.strictObject({
  id: z.string().min(1),
  kind: z.enum(faultKinds),
  stream: z.string().min(1),
  channelIds: z.array(z.string().min(1)),
  startMs: z.number(),
  endMs: z.number(),
  amplitudeSigma: z.number().nullable(),
  coupledStreams: z.array(z.string().min(1)),
  description: z.string(),
});
