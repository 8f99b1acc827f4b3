import { approach, cyclicFraction, wander } from '../first-order.ts';
import { mode, swinging } from '../measured-channel.ts';
import type { MeasuredChannel } from '../measured-channel.ts';
import type { Crew } from './crew.ts';
import type { Orbit } from './orbit.ts';

/**
 * Relay satellites are idealised: two of them, which the station hands over between at the same two points of every
 * orbit, so that pointing repeats with the orbit.
 */
const handover = { offset: 0.12, relays: 2, trackedShare: 0.72 };
/** Drives follow the commanded direction with this lag. */
const driveS = 45;

export interface CommunicationsState {
  /** Ku-band dish, degrees. */
  readonly kuElevationDeg: number;
  readonly kuCrossElevationDeg: number;
  /** S-band antennas 1 and 2, azimuth and elevation, degrees. */
  readonly s1AzimuthDeg: number;
  readonly s1ElevationDeg: number;
  readonly s2AzimuthDeg: number;
  readonly s2ElevationDeg: number;
  readonly driftDeg: number;
  readonly kuTransmitting: boolean;
  readonly sBandString: 1 | 2;
  readonly videoChannels: readonly [boolean, boolean, boolean, boolean];
}

export interface CommunicationsInputs {
  readonly orbit: Orbit;
  readonly crew: Crew;
  /** The station's own attitude error about pitch turns the antennas with it. */
  readonly pitchErrorDeg: number;
  readonly normal: () => number;
}

export const initialCommunications: CommunicationsState = {
  kuElevationDeg: 0,
  kuCrossElevationDeg: 0,
  s1AzimuthDeg: 0,
  s1ElevationDeg: 0,
  s2AzimuthDeg: 0,
  s2ElevationDeg: 0,
  driftDeg: 0,
  kuTransmitting: true,
  sBandString: 1,
  videoChannels: [true, false, false, false],
};

/** Antennas follow the relay that is in view, then slew in silence to where the next one rises. */
export function advanceCommunications(
  state: CommunicationsState,
  { orbit, crew, pitchErrorDeg, normal }: CommunicationsInputs,
  dtS: number,
): CommunicationsState {
  const turns = handover.relays * cyclicFraction(orbit.phase + handover.offset);
  const relay = Math.floor(turns);
  const pass = turns - relay;
  const tracked = Math.min(1, pass / handover.trackedShare);
  const slewed = Math.max(0, (pass - handover.trackedShare) / (1 - handover.trackedShare));
  const sweep = Math.cos(Math.PI * (tracked + slewed));
  const rise = Math.sin(Math.PI * pass);
  const side = (relay === 0 ? 1 : -1) * Math.cos(Math.PI * slewed);
  const driftDeg = wander(state.driftDeg, 0.3, 600, dtS, normal());
  const elevationDeg = 32 * sweep - pitchErrorDeg + driftDeg;
  const follow = (value: number, target: number): number => approach(value, target, driveS, dtS);
  const kuTransmitting = slewed === 0;
  return {
    driftDeg,
    kuElevationDeg: follow(state.kuElevationDeg, elevationDeg),
    kuCrossElevationDeg: follow(state.kuCrossElevationDeg, side * (6 + 9 * rise)),
    s1AzimuthDeg: follow(state.s1AzimuthDeg, 30 * sweep + 8 * side),
    s1ElevationDeg: follow(state.s1ElevationDeg, 12 + 20 * rise - 0.5 * pitchErrorDeg),
    s2AzimuthDeg: follow(state.s2AzimuthDeg, -28 * sweep + 10 * side),
    s2ElevationDeg: follow(state.s2ElevationDeg, 15 + 18 * rise + 0.5 * driftDeg),
    kuTransmitting,
    sBandString: relay === 0 ? 1 : 2,
    videoChannels: [
      kuTransmitting,
      kuTransmitting && crew.equipmentKw > 0.3,
      kuTransmitting && crew.exercise > 0.5,
      false,
    ],
  };
}

const powerOn = 1;

export const communicationsChannels: readonly MeasuredChannel<CommunicationsState>[] = [
  swinging('Z1000014', (state) => state.kuElevationDeg, 0.8, 100),
  swinging('Z1000015', (state) => state.kuCrossElevationDeg, 0.6, 100),
  swinging('S1000004', (state) => state.s1AzimuthDeg, 0.8, 100),
  swinging('S1000005', (state) => state.s1ElevationDeg, 0.6, 100),
  swinging('P1000004', (state) => state.s2AzimuthDeg, 0.8, 100),
  swinging('P1000005', (state) => state.s2ElevationDeg, 0.6, 100),
  mode('Z1000013', (state) => Number(state.kuTransmitting)),
  mode('USLAB000092', (state) => state.sBandString),
  mode('USLAB000088', (state) => Number(state.videoChannels[0])),
  mode('USLAB000089', (state) => Number(state.videoChannels[1])),
  mode('USLAB000090', (state) => Number(state.videoChannels[2])),
  mode('USLAB000091', (state) => Number(state.videoChannels[3])),
  mode('S1000009', () => powerOn),
  mode('P1000007', () => powerOn),
  mode('USLAB000099', () => powerOn),
  mode('USLAB000101', () => 1),
];
