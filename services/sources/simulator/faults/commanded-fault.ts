import type { InjectFaultCommand } from '../../../../pipelines/commands.ts';
import { commandedFaultId, refuseImpossibleFault } from '../../../../pipelines/fault-request.ts';
import { stepMs } from '../station.ts';
import type { Fault } from './fault.ts';
import { possibleFaults } from './possible-faults.ts';

/**
 * The fault that a command asks for, no earlier than `nextStep`.
 *
 * Errors: CUPOLA_FAULT_IMPOSSIBLE.
 */
export function commandedFault(
  { id, stream, fault, notBeforeMs = -Infinity }: InjectFaultCommand,
  epochMs: number,
  nextStep: number,
): Fault {
  refuseImpossibleFault(stream, fault, possibleFaults);
  const { kind, channelId, amplitudeSigma, startsAfterMs, durationMs } = fault;
  const startStep = Math.max(nextStep + Math.ceil(startsAfterMs / stepMs), Math.ceil((notBeforeMs - epochMs) / stepMs));
  return {
    id: commandedFaultId(id),
    kind,
    stream,
    channelId,
    startStep,
    endStep: startStep + Math.max(1, Math.round(durationMs / stepMs)),
    amplitudeSigma: amplitudeSigma === null ? null : Math.abs(amplitudeSigma),
    sign: (amplitudeSigma ?? 0) < 0 ? -1 : 1,
    periodSteps: 24,
  };
}
