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
