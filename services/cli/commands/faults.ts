import { type Command, InvalidArgumentError, Option } from 'commander';
import { faultRanges } from '../../../pipelines/fault-request.ts';
import { faultKinds, type FaultKind, type FaultTruth } from '../../../pipelines/truth.ts';
import type { CommandStatus, FaultList } from '../../console/api.ts';
import { examples, printResult, table, timeText } from '../output.ts';
import { Progress } from '../progress.ts';
import {
  addChangeOptions,
  addSystemOptions,
  seconds,
  systemClient,
  type ChangeOptions,
  type SystemOptions,
} from '../system-options.ts';

interface InjectOptions extends ChangeOptions {
  readonly stream: string;
  readonly channel: string;
  readonly kind: FaultKind;
  readonly amplitude?: number;
  /** Seconds. */
  readonly after: number;
  /** Seconds. */
  readonly duration?: number;
}

interface ListOptions extends SystemOptions {
  readonly stream?: string;
}

/** `cupola faults inject|list`: what a simulated station suffers, in a running system. */
export function addFaults(program: Command): void {
  const faults = program
    .command('faults')
    .description('Inject faults into the simulated station of a running system and list those that were injected');
  addChangeOptions(faults.command('inject').description('Inject a fault into the simulated station, once'))
    .requiredOption('--stream <stream>', 'as `cupola streams` shows it')
    .requiredOption('--channel <id>', 'as `cupola streams STREAM` shows it; of role scored')
    .addOption(new Option('--kind <kind>', 'kind of fault').choices(faultKinds).makeOptionMandatory())
    .option('--amplitude <sigma>', "in the channel's own noise; 6 for the kinds that have one", sigma)
    .option('--after <seconds>', 'station time until it begins', seconds, 0)
    .option('--duration <seconds>', 'in station time; 600, for a spike 5', seconds)
    .addHelpText(
      'after',
      examples(
        'cupola faults inject --stream atmosphere --channel USLAB000059 --kind step',
        'cupola faults inject --stream water --channel NODE3000008 --kind leak --amplitude 12 --after 60 --duration 1200',
      ),
    )
    .action(injectFault);
  addSystemOptions(faults.command('list').description('List injected faults, newest first'))
    .option('--stream <stream>', 'only of this one')
    .addHelpText('after', examples('cupola faults list', 'cupola faults list --stream water --json'))
    .action(listFaults);
}

function sigma(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('It must be a number.');
  return value;
}

async function injectFault(options: InjectOptions): Promise<void> {
  const { stream, channel: channelId, kind, amplitude, after, duration, wait, reason = '' } = options;
  const { amplitudeSigma, durationMs } = faultRanges(kind);
  const fault = {
    kind,
    channelId,
    amplitudeSigma: amplitude ?? amplitudeSigma?.usual ?? null,
    startsAfterMs: after * 1000,
    durationMs: duration === undefined ? durationMs.usual : duration * 1000,
  };
  const progress = new Progress();
  const status = await systemClient(options)
    .command({ type: 'inject-fault', stream, fault, reason }, wait * 1000, (waitedMs) =>
      progress.show(`waiting for the simulator to take it (${(waitedMs / 1000).toFixed(0)} s)`),
    )
    .finally(() => progress.end());
  printResult(options, status, injectionText);
}

function injectionText({ stream, injected }: CommandStatus): string {
  if (!injected) return `it was asked for; the simulator takes it with the next telemetry of ${stream}`;
  const { kind, description, startMs, endMs } = injected;
  return `${kind} in ${stream}: ${description}, from ${timeText(startMs)} to ${timeText(endMs)}`;
}

async function listFaults(options: ListOptions): Promise<void> {
  const query = options.stream === undefined ? '' : `?stream=${encodeURIComponent(options.stream)}`;
  const result = await systemClient(options).get<FaultList>(`/api/faults${query}`);
  printResult(options, result, ({ faults }) =>
    table(['FROM', 'TO', 'STREAM', 'KIND', 'CHANNEL', 'WHAT', 'ID'], faults.map(faultRow)),
  );
}

function faultRow({ id, kind, stream, channelIds, startMs, endMs, description }: FaultTruth): string[] {
  return [timeText(startMs), timeText(endMs), stream, kind, channelIds[0]!, description, id];
}
