import { channelSchema, type ChannelDefinition } from '../../pipelines/telemetry/channel.ts';
import { streamDefinitionSchema, type StreamDefinition } from '../../pipelines/telemetry/stream-definition.ts';

export const intervalMs = 10_000;
export const strideMs = 16 * intervalMs;
export const windowLengthMs = 64 * intervalMs;
const orbitMs = 92.9 * 60_000;

/** One made-up channel: an orbital swing about a base, with noise. */
export interface StagedChannel {
  readonly definition: ChannelDefinition;
  readonly base: number;
  readonly swing: number;
  readonly phase: number;
  readonly noise: number;
}

export interface StagedStream {
  readonly definition: StreamDefinition;
  readonly channels: readonly StagedChannel[];
}

type ChannelRow = readonly [id: string, name: string, unit: string, base: number, swing: number, noise: number];

const crafts: readonly (readonly [stream: string, subsystem: string, name: string, rows: readonly ChannelRow[]])[] = [
  [
    'oxygen-generation',
    'ETHOS',
    'O₂ generation',
    [
      ['NODE3000011', 'OGA cell voltage', 'V', 30.2, 0.5, 0.06],
      ['NODE3000013', 'OGA H₂ sensor', '%', 0.34, 0.03, 0.006],
      ['NODE3000012', 'O₂ production rate', 'kg/d', 2.31, 0.2, 0.02],
      ['NODE3000014', 'Dome pressure', 'kPa', 101.1, 0.4, 0.05],
      ['NODE3000015', 'Cell stack current', 'A', 25.4, 1.6, 0.2],
      ['NODE3000016', 'Feed water conductivity', 'µS/cm', 1.8, 0.1, 0.02],
    ],
  ],
  [
    'cabin-atmosphere',
    'ETHOS',
    'Cabin atmosphere',
    [
      ['USLAB000053', 'Cabin pressure', 'mmHg', 742, 0.8, 0.1],
      ['USLAB000054', 'ppO₂', 'mmHg', 162, 1.2, 0.15],
      ['USLAB000055', 'ppCO₂', 'mmHg', 2.4, 0.3, 0.03],
      ['USLAB000056', 'Cabin temperature', '°C', 22.6, 0.4, 0.05],
    ],
  ],
  [
    'water-recovery',
    'ETHOS',
    'Water recovery',
    [
      ['NODE3000005', 'Urine tank quantity', '%', 54, 3, 0.2],
      ['NODE3000008', 'Waste water tank', '%', 31, 4, 0.25],
      ['NODE3000009', 'Clean water tank', '%', 68, 2, 0.2],
      ['NODE3000010', 'Distillation speed', 'rpm', 190, 6, 0.8],
    ],
  ],
  [
    'power-1a',
    'SPARTAN',
    'Channel 1A',
    [
      ['S4000001', '1A drive voltage', 'V', 160.5, 3, 0.2],
      ['S4000002', '1A drive current', 'A', 42, 38, 0.6],
      ['S4000007', '1A beta gimbal', 'deg', 180, 170, 0.5],
    ],
  ],
  [
    'power-2a',
    'SPARTAN',
    'Channel 2A',
    [
      ['P4000001', '2A drive voltage', 'V', 160.8, 3, 0.2],
      ['P4000002', '2A drive current', 'A', 44, 39, 0.6],
      ['P4000007', '2A beta gimbal', 'deg', 180, 170, 0.5],
    ],
  ],
  [
    'power-1b',
    'SPARTAN',
    'Channel 1B',
    [
      ['S6000004', '1B drive voltage', 'V', 159.9, 3, 0.2],
      ['S6000005', '1B drive current', 'A', 39, 36, 0.6],
    ],
  ],
  [
    'momentum-gyros',
    'ADCO',
    'Control moment gyros',
    [
      ['USLAB000005', 'CMG momentum', 'N·m·s', 4200, 900, 40],
      ['USLAB000006', 'CMG saturation', '%', 31, 6, 0.4],
      ['Z1000001', 'CMG 1 vibration', 'g', 0.021, 0.002, 0.0006],
      ['Z1000005', 'CMG 1 spin current', 'A', 0.61, 0.03, 0.006],
      ['Z1000013', 'CMG 1 wheel speed', 'rpm', 6600, 2, 0.4],
    ],
  ],
  [
    'attitude',
    'ADCO',
    'Attitude and rates',
    [
      ['USLAB000022', 'Pitch error', 'deg', -0.02, 0.12, 0.01],
      ['USLAB000023', 'Yaw error', 'deg', 0.01, 0.09, 0.01],
      ['USLAB000024', 'Roll error', 'deg', 0, 0.1, 0.01],
    ],
  ],
  [
    'loop-a',
    'THERMAL',
    'Loop A',
    [
      ['S1000001', 'Loop A flow', 'kg/h', 3540, 40, 6],
      ['S1000002', 'Loop A pressure', 'kPa', 2068, 14, 2],
      ['S1000003', 'Loop A outlet', '°C', 3.9, 0.5, 0.05],
    ],
  ],
  [
    'loop-b',
    'THERMAL',
    'Loop B',
    [
      ['P1000001', 'Loop B flow', 'kg/h', 3555, 40, 6],
      ['P1000002', 'Loop B pressure', 'kPa', 2071, 14, 2],
      ['P1000003', 'Loop B outlet', '°C', 4, 0.5, 0.05],
    ],
  ],
  [
    'radiators',
    'THERMAL',
    'Radiators',
    [
      ['S1000006', 'Radiator angle S1', 'deg', 12, 40, 0.4],
      ['P1000006', 'Radiator angle P1', 'deg', 14, 40, 0.4],
    ],
  ],
  [
    'ku-band',
    'CATO',
    'Ku-band',
    [
      ['Z1000014', 'Ku transmit power', 'dBm', 37.2, 0.6, 0.1],
      ['Z1000015', 'Ku antenna elevation', 'deg', 20, 45, 0.5],
    ],
  ],
];

function staged([id, name, unit, base, swing, noise]: ChannelRow, index: number): StagedChannel {
  const definition = channelSchema.parse({ id, name, unit, kind: 'real' });
  return { definition, base, swing, phase: index * 0.9, noise };
}

/** Twelve streams over five subsystems. */
export const stagedStreams: readonly StagedStream[] = crafts.map(([stream, subsystem, name, rows]) => {
  const channels = rows.map(staged);
  const definition = streamDefinitionSchema.parse({
    stream,
    name,
    subsystem,
    source: 'staged',
    intervalMs,
    windowLengthMs,
    strideMs,
    staleAfterMs: 60_000,
    warmUpMs: 3_600_000,
    channels: channels.map((channel) => channel.definition),
  });
  return { definition, channels };
});

/** What a channel should read at a time. */
export function expectedValue({ base, swing, phase }: StagedChannel, timeMs: number): number {
  const angle = (2 * Math.PI * timeMs) / orbitMs + phase;
  return base + swing * (0.8 * Math.sin(angle) + 0.2 * Math.sin(3 * angle + 1));
}
