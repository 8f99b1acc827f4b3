import type { FaultTruth } from '../../pipelines/truth.ts';

const minute = 60_000;

/** A fault with what it does to its channels, in their own noise, as a function of ms since it began. */
export interface StagedFault {
  readonly truth: FaultTruth;
  sigmas(channelId: string, sinceMs: number): number;
}

/** A stretch in which streams, or some channels of one, send nothing. */
export interface StagedSilence {
  readonly streams: readonly string[];
  readonly channelIds: readonly string[] | null;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Faults about a moment, `nowMs`: found and over, running, and coming. */
export function stagedFaults(nowMs: number): readonly StagedFault[] {
  return [
    fault(
      nowMs,
      ['momentum-gyros', 'Z1000001'],
      'noise',
      -560,
      18,
      6,
      'Noise on CMG 1 vibration, 6 sigma',
      (t) => Math.sin(t * 1.7) * 6,
    ),
    fault(
      nowMs,
      ['loop-b', 'P1000002'],
      'leak',
      -300,
      45,
      9,
      'A leak in loop B: pressure falls slowly',
      (t) => -t / (5 * minute),
    ),
    fault(nowMs, ['power-2a', 'P4000002'], 'step', -126, 22, 5, '2A drive current low after eclipse exit', () => -5),
    fault(
      nowMs,
      ['water-recovery', 'NODE3000010'],
      'oscillation',
      -52,
      14,
      4,
      'The distillation speed oscillates',
      (t) => 4.2 * Math.sin(t / 20_000),
    ),
    fault(
      nowMs,
      ['oxygen-generation', 'NODE3000011'],
      'drift',
      -24,
      60,
      20,
      'OGA cell voltage drifts away from its current',
      (t, channelId) =>
        channelId === 'NODE3000011' ? Math.min(20, t / (0.6 * minute)) : Math.min(9, t / (1.6 * minute)),
      ['NODE3000013'],
    ),
    fault(nowMs, ['cabin-atmosphere', 'USLAB000055'], 'step', 9, 30, 7, 'ppCO₂ steps up by 7 sigma', () => 7),
  ];
}

/** A loss of signal of the whole station two hours before `nowMs`, and one channel that has fallen silent. */
export function stagedSilences(nowMs: number, streams: readonly string[]): readonly StagedSilence[] {
  return [
    { streams, channelIds: null, fromMs: nowMs - 104 * minute, toMs: nowMs - 92 * minute },
    { streams: ['attitude'], channelIds: ['USLAB000024'], fromMs: nowMs - 31 * minute, toMs: Infinity },
    { streams: ['ku-band'], channelIds: null, fromMs: nowMs - 22 * minute, toMs: nowMs + 20 * minute },
  ];
}

function fault(
  nowMs: number,
  [stream, channelId]: readonly [string, string],
  kind: FaultTruth['kind'],
  startMinute: number,
  minutes: number,
  amplitudeSigma: number,
  description: string,
  shape: (sinceMs: number, channelId: string) => number,
  alsoChannelIds: readonly string[] = [],
): StagedFault {
  const startMs = nowMs + startMinute * minute;
  const channelIds = [channelId, ...alsoChannelIds];
  return {
    truth: {
      id: `${kind}-${stream}`,
      kind,
      stream,
      channelIds,
      startMs,
      endMs: startMs + minutes * minute,
      amplitudeSigma,
      coupledStreams: [],
      description,
    },
    sigmas: (id, sinceMs) => (channelIds.includes(id) ? shape(sinceMs, id) : 0),
  };
}
