import { CupolaError } from '../../../../pipelines/errors.ts';
import type { FaultKind } from '../../../../pipelines/truth.ts';
import { stepMs } from '../station.ts';
import { stationStreams } from '../station-streams.ts';
import { amplitudeKinds } from './fault.ts';
import type { Fault } from './fault.ts';
import { leakSites } from './leak-sites.ts';

/** A fault that somebody asks for. */
export interface FaultRequest {
  readonly kind: FaultKind;
  readonly stream: string;
  readonly channelId: string;
  /** Simulated event time; the next step where it is null or past. */
  readonly atMs: number | null;
  readonly durationMs: number;
  /** For the kinds that have one. */
  readonly amplitudeSigma: number | null;
}

/**
 * The fault that a request stands for, no earlier than `nextStep`.
 *
 * Errors: CUPOLA_FAULT_IMPOSSIBLE.
 */
export function commandedFault(request: FaultRequest, epochMs: number, nextStep: number): Fault {
  refuseImpossible(request);
  const { kind, stream, channelId, atMs, durationMs } = request;
  const startStep = Math.max(nextStep, atMs === null ? nextStep : Math.ceil((atMs - epochMs) / stepMs));
  const hasAmplitude = amplitudeKinds.includes(kind);
  return {
    id: `commanded-${kind}-${channelId}-${startStep}`,
    kind,
    stream,
    channelId,
    startStep,
    endStep: startStep + Math.max(1, Math.round(durationMs / stepMs)),
    amplitudeSigma: hasAmplitude ? Math.abs(request.amplitudeSigma!) : null,
    sign: hasAmplitude && request.amplitudeSigma! < 0 ? -1 : 1,
    periodSteps: 24,
  };
}

function refuseImpossible({ kind, stream, channelId, durationMs, amplitudeSigma }: FaultRequest): void {
  const channels = stationStreams.find((candidate) => candidate.stream === stream)?.channels;
  if (!channels) refuse('stream', stream, `one of ${stationStreams.map((known) => known.stream).join(', ')}`);
  const scored = channels.filter(({ role }) => role === 'scored').map(({ id }) => id);
  if (!scored.includes(channelId)) refuse('channelId', channelId, `a scored channel: one of ${scored.join(', ')}`);
  const leaking = scored.filter((id) => leakSites.has(id));
  if (kind === 'leak' && !leaking.includes(channelId))
    refuse('channelId', channelId, `a channel that can leak: ${leaking.join(', ') || 'none in this stream'}`);
  if (!(durationMs > 0)) refuse('durationMs', durationMs, 'greater than 0');
  if (amplitudeKinds.includes(kind) && !(amplitudeSigma !== null && Number.isFinite(amplitudeSigma)))
    refuse('amplitudeSigma', amplitudeSigma, `a number, for the kind ${kind}`);
}

function refuse(field: keyof FaultRequest, value: unknown, bound: string): never {
  throw new CupolaError('CUPOLA_FAULT_IMPOSSIBLE', `${field} is ${JSON.stringify(value)}, must be ${bound}`, {
    field,
    value,
    bound,
  });
}
