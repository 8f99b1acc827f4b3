import type { InjectFaultCommand } from '../../../../pipelines/commands.ts';
import type { FaultRequest } from '../../../../pipelines/fault-request.ts';

/** A command for a fault of ten minutes on the cabin's temperature, -5 sigma as a step, but for what is said otherwise. */
export function faultCommand(
  fault: Partial<FaultRequest> = {},
  command: Partial<InjectFaultCommand> = {},
): InjectFaultCommand {
  return {
    id: 'c-1',
    type: 'inject-fault',
    stream: 'atmosphere',
    issuedAtMs: 0,
    issuedBy: 'test',
    reason: '',
    ...command,
    fault: {
      kind: 'step',
      channelId: 'USLAB000059',
      amplitudeSigma: -5,
      startsAfterMs: 0,
      durationMs: 600_000,
      ...fault,
    },
  };
}
