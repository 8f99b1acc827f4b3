import { channelFromParameter } from '../../../pipelines/telemetry/dictionary/channel-from-parameter.ts';
import { streamDefinitionSchema } from '../../../pipelines/telemetry/stream-definition.ts';
import type { StreamDefinition } from '../../../pipelines/telemetry/stream-definition.ts';
import { within } from './measured-channel.ts';
import type { MeasuredChannel } from './measured-channel.ts';
import { stepMs } from './station.ts';
import type { Station } from './station.ts';
import { airlockPressureChannels, atmosphereChannels, node3AirConditionerChannel } from './subsystems/atmosphere.ts';
import { attitudeChannels, momentumChannels } from './subsystems/attitude.ts';
import { gyroscopeChannels } from './subsystems/cmg.ts';
import { communicationsChannels } from './subsystems/communications.ts';
import { betaAngleChannel, positionChannels, velocityChannels } from './subsystems/orbit.ts';
import { oxygenChannels } from './subsystems/oxygen.ts';
import { portArrayChannels, starboardArrayChannels } from './subsystems/power.ts';
import { externalThermalChannels, internalThermalChannels } from './subsystems/thermal.ts';
import { waterChannels } from './subsystems/water.ts';

/** A stream of the station: what stands in its definition, and how each channel is measured. */
export interface StationStream {
  readonly stream: string;
  readonly name: string;
  readonly subsystem: string;
  readonly channels: readonly MeasuredChannel<Station>[];
}

/** The station's streams; every channel stands in one of them only. */
export const stationStreams: readonly StationStream[] = [
  {
    stream: 'solar-arrays-port',
    name: 'Solar arrays, port',
    subsystem: 'SPARTAN',
    channels: within(portArrayChannels, (station: Station) => station.power),
  },
  {
    stream: 'solar-arrays-starboard',
    name: 'Solar arrays, starboard',
    subsystem: 'SPARTAN',
    channels: [
      ...within(starboardArrayChannels, (station: Station) => station.power),
      ...within([betaAngleChannel], (station: Station) => station.orbit),
    ],
  },
  {
    stream: 'thermal-external',
    name: 'External thermal loops',
    subsystem: 'SPARTAN',
    channels: within(externalThermalChannels, (station: Station) => station.thermal),
  },
  {
    stream: 'thermal-internal',
    name: 'Internal thermal loops',
    subsystem: 'ETHOS',
    channels: within(internalThermalChannels, (station: Station) => station.thermal),
  },
  {
    stream: 'atmosphere',
    name: 'Cabin atmosphere',
    subsystem: 'ETHOS',
    channels: within(atmosphereChannels, (station: Station) => station.atmosphere),
  },
  {
    stream: 'oxygen',
    name: 'Oxygen generation and airlock gases',
    subsystem: 'ETHOS',
    channels: [
      ...within(oxygenChannels, (station: Station) => station.oxygen),
      ...within(airlockPressureChannels, (station: Station) => station.atmosphere),
    ],
  },
  {
    stream: 'water',
    name: 'Water and urine processing',
    subsystem: 'ETHOS',
    channels: [
      ...within(waterChannels, (station: Station) => station.water),
      ...within([node3AirConditionerChannel], (station: Station) => station.atmosphere),
    ],
  },
  {
    stream: 'attitude',
    name: 'Attitude and rates',
    subsystem: 'ADCO',
    channels: [
      ...within(attitudeChannels, (station: Station) => station.attitude),
      ...within(positionChannels, (station: Station) => station.orbit),
    ],
  },
  {
    stream: 'cmg-momentum',
    name: 'Gyroscope momentum',
    subsystem: 'ADCO',
    channels: [
      ...within(momentumChannels, (station: Station) => station.attitude),
      ...within(velocityChannels, (station: Station) => station.orbit),
    ],
  },
  {
    stream: 'cmg-1-2',
    name: 'Gyroscopes 1 and 2',
    subsystem: 'ADCO',
    channels: within([...gyroscopeChannels(0), ...gyroscopeChannels(1)], (station: Station) => station.cmg),
  },
  {
    stream: 'cmg-3-4',
    name: 'Gyroscopes 3 and 4',
    subsystem: 'ADCO',
    channels: within([...gyroscopeChannels(2), ...gyroscopeChannels(3)], (station: Station) => station.cmg),
  },
  {
    stream: 'communications',
    name: 'Antennas and radios',
    subsystem: 'CATO',
    channels: within(communicationsChannels, (station: Station) => station.communications),
  },
];

/** Window geometry that all streams share; faults and gaps are laid out by it. */
export const streamTiming = {
  intervalMs: stepMs,
  windowLengthMs: 320_000,
  strideMs: 40_000,
  outOfOrdernessMs: 10_000,
  staleAfterMs: 20_000,
  maxMissingShare: 0.15,
  backfillMs: 1_800_000,
  /** An orbit: of less, robust-limits would take the part that it has not seen for odd. */
  warmUpMs: 5_600_000,
} as const;

/**
 * Quantities that are sent on change flicker: thirty equal readings in a row come about once in a million. It is less than
 * the shortest loss of signal, so that none passes for a rest. States can rest for hours.
 */
const restsMs = { quantity: 150_000, state: 3 * 3_600_000 };

/** The stream definitions under a source's name. */
export function stationDefinitions(source: string): StreamDefinition[] {
  return stationStreams.map(({ stream, name, subsystem, channels }) =>
    streamDefinitionSchema.parse({
      ...streamTiming,
      stream,
      name,
      subsystem,
      source,
      channels: channels.map(({ id, role, onChange }) =>
        channelFromParameter(id, {
          role,
          onChange,
          ...(onChange && { staleAfterMs: role === 'context' ? restsMs.state : restsMs.quantity }),
        }),
      ),
    }),
  );
}
