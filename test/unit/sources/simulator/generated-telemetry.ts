import { SampleColumns } from '../../../../services/sources/simulator/sample-columns.ts';
import { FaultPlan } from '../../../../services/sources/simulator/faults/fault-plan.ts';
import { stepMs } from '../../../../services/sources/simulator/station.ts';
import { stationStreams } from '../../../../services/sources/simulator/station-streams.ts';
import { stationChannelIds, TelemetryGenerator } from '../../../../services/sources/simulator/telemetry-generator.ts';

/** All channels of the station, with the stream that each stands in. */
export const stationChannels = stationStreams.flatMap(({ stream, channels }) =>
  channels.map((channel) => ({ stream, ...channel })),
);

/** Samples by channel id, in arrival order. */
export type Telemetry = ReadonlyMap<
  string,
  { readonly timeMs: number; readonly value: number; readonly step: number }[]
>;

/** The telemetry of the first steps of a scenario that starts at time 0. */
export function generate(
  seed: number,
  steps: number,
  { plan = new FaultPlan(seed, null), lossOfSignal = false }: { plan?: FaultPlan; lossOfSignal?: boolean } = {},
): Telemetry {
  const generator = TelemetryGenerator.fromStart({
    seed,
    epochMs: 0,
    lossOfSignal,
    faultsAt: (step) => plan.at(step),
  });
  const columns = new SampleColumns();
  while (generator.step < steps) generator.advance(columns);
  const telemetry = new Map(
    stationChannelIds.map((id) => [id, [] as { timeMs: number; value: number; step: number }[]]),
  );
  for (const [channel, timeMs, value] of columns.rows())
    telemetry.get(stationChannelIds[channel]!)!.push({ timeMs, value, step: Math.floor(timeMs / stepMs) });
  return telemetry;
}
