import { z } from 'zod';
import { CupolaError } from './errors.ts';
import { amplitudeKinds, faultKinds, type FaultKind } from './truth.ts';

/** A fault that somebody asks of a simulated station, on one channel of a stream. Times are station time. */
export const faultRequestSchema = z.strictObject({
  kind: z.enum(faultKinds),
  channelId: z.string().min(1),
  /** In units of the channel's own noise (sigma), negative for downwards; null for the kinds without one. */
  amplitudeSigma: z.number().nullable().default(null),
  /** How long after the simulator takes the request it begins. */
  startsAfterMs: z.number().default(0),
  durationMs: z.number(),
});

export type FaultRequest = z.output<typeof faultRequestSchema>;

/** What a number of a request may be, both bounds included, and what it is where nobody chooses. */
export interface FaultRange {
  readonly min: number;
  readonly max: number;
  readonly usual: number;
}

/** A kind of fault that a stream can have: on which channels, and how strong and long. */
export interface PossibleFault {
  readonly kind: FaultKind;
  readonly channelIds: readonly string[];
  /** Of the amplitude's magnitude; null for the kinds without one. */
  readonly amplitudeSigma: FaultRange | null;
  readonly durationMs: FaultRange;
}

/** The faults that each stream of the simulated stations can have. */
export type PossibleFaults = ReadonlyMap<string, readonly PossibleFault[]>;

const dayMs = 86_400_000;

/** How strong and long a fault of a kind may be; a spike lasts for one to four samples. */
export function faultRanges(kind: FaultKind): Pick<PossibleFault, 'amplitudeSigma' | 'durationMs'> {
  return {
    amplitudeSigma: amplitudeKinds.includes(kind) ? { min: 0.1, max: 50, usual: 6 } : null,
    durationMs: kind === 'spike' ? { min: 5000, max: 20_000, usual: 5000 } : { min: 5000, max: dayMs, usual: 600_000 },
  };
}

/**
 * Refuses a request that no simulated station can fulfil.
 *
 * Errors: CUPOLA_FAULT_IMPOSSIBLE naming field, value and bound.
 */
export function refuseImpossibleFault(stream: string, request: FaultRequest, possible: PossibleFaults): void {
  const { kind, channelId, amplitudeSigma, startsAfterMs, durationMs } = request;
  const kinds = possible.get(stream);
  if (!kinds) refuse('stream', stream, simulatedStreams(possible));
  const fault = kinds.find((one) => one.kind === kind);
  if (!fault) refuse('kind', kind, `one that ${stream} can have: ${kinds.map((one) => one.kind).join(', ')}`);
  if (!fault.channelIds.includes(channelId))
    refuse('channelId', channelId, `a channel that can have a ${kind}: one of ${fault.channelIds.join(', ')}`);
  const magnitude = amplitudeSigma === null ? NaN : Math.abs(amplitudeSigma);
  if (fault.amplitudeSigma === null && amplitudeSigma !== null)
    refuse('amplitudeSigma', amplitudeSigma, `absent: a ${kind} has none`);
  if (fault.amplitudeSigma !== null && !isWithin(fault.amplitudeSigma, magnitude))
    refuse('amplitudeSigma', amplitudeSigma, `${rangeText(fault.amplitudeSigma)} sigma, or as much below 0`);
  if (!isWithin(fault.durationMs, durationMs))
    refuse('durationMs', durationMs, `${rangeText(fault.durationMs)}, for a ${kind}`);
  if (!isWithin({ min: 0, max: dayMs }, startsAfterMs)) refuse('startsAfterMs', startsAfterMs, `from 0 to ${dayMs}`);
}

const commandedPrefix = 'commanded-';

/** The id of the fault that a command asks for. */
export function commandedFaultId(commandId: string): string {
  return commandedPrefix + commandId;
}

/** The command that asked for a fault; null for one of the schedule. */
export function commandOfFault(faultId: string): string | null {
  return faultId.startsWith(commandedPrefix) ? faultId.slice(commandedPrefix.length) : null;
}

function simulatedStreams(possible: PossibleFaults): string {
  if (possible.size === 0) return 'of a simulated station, and no source of this system is one';
  return `of the simulated station: one of ${[...possible.keys()].join(', ')}`;
}

function isWithin({ min, max }: Pick<FaultRange, 'min' | 'max'>, value: number): boolean {
  return value >= min && value <= max;
}

function rangeText({ min, max }: FaultRange): string {
  return `from ${min} to ${max}`;
}

function refuse(field: string, value: unknown, bound: string): never {
  throw new CupolaError('CUPOLA_FAULT_IMPOSSIBLE', `${field} is ${JSON.stringify(value)}, must be ${bound}`, {
    field,
    value,
    bound,
  });
}
