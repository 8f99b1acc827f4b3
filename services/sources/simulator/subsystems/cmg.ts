import { approach, wander } from '../first-order.ts';
import { counted, mode, sensor, swinging } from '../measured-channel.ts';
import type { MeasuredChannel } from '../measured-channel.ts';
import type { AttitudeState } from './attitude.ts';
import type { Orbit } from './orbit.ts';

/** One control moment gyroscope: how it shares the torque, and where it sits. */
interface Gyroscope {
  /** How much its gimbals turn per torque about roll, pitch and yaw. */
  readonly share: readonly [number, number, number];
  /** Bearing friction relative to the mean. */
  readonly friction: number;
  /** Temperature of the structure that it is bolted to, mean and swing through the orbit. */
  readonly mountC: number;
  readonly mountSwingC: number;
  readonly speedRpm: number;
}

const gyroscopes: readonly Gyroscope[] = [
  { share: [0.8, 0.5, -0.3], friction: 0.94, mountC: 16, mountSwingC: 3.8, speedRpm: 6600 },
  { share: [-0.5, 0.9, 0.4], friction: 1.05, mountC: 17, mountSwingC: 3.4, speedRpm: 6602 },
  { share: [0.4, -0.6, 0.9], friction: 1.12, mountC: 15, mountSwingC: 4.2, speedRpm: 6599 },
  { share: [-0.7, 0.4, 0.7], friction: 0.98, mountC: 18, mountSwingC: 3.6, speedRpm: 6601 },
];

/** One entry a gyroscope. */
export interface CmgState {
  readonly gimbalRate: readonly number[];
  readonly spinMotorA: readonly number[];
  readonly speedRpm: readonly number[];
  /** At the spin motor and at the Hall resolver. */
  readonly motorBearingC: readonly number[];
  readonly resolverBearingC: readonly number[];
  readonly vibrationG: readonly number[];
  /** Lubrication comes and goes. */
  readonly frictionWander: readonly number[];
}

export interface CmgInputs {
  readonly orbit: Orbit;
  readonly attitude: AttitudeState;
  readonly normal: () => number;
}

export const initialCmg: CmgState = {
  gimbalRate: gyroscopes.map(() => 0),
  spinMotorA: gyroscopes.map(() => 0.6),
  speedRpm: gyroscopes.map((gyroscope) => gyroscope.speedRpm),
  motorBearingC: gyroscopes.map((gyroscope) => gyroscope.mountC + 8),
  resolverBearingC: gyroscopes.map((gyroscope) => gyroscope.mountC + 6),
  vibrationG: gyroscopes.map(() => 0.03),
  frictionWander: gyroscopes.map(() => 0),
};

/** Torque turns the gimbals; turning wheels load the bearings; friction takes current, slows the wheel and heats. */
export function advanceCmg(state: CmgState, { orbit, attitude, normal }: CmgInputs, dtS: number): CmgState {
  const frictionWander = state.frictionWander.map((value) => wander(value, 0.008, 1200, dtS, normal()));
  const gimbalRate = gyroscopes.map(({ share }, i) => {
    const asked = share.reduce((sum, part, axis) => sum + part * attitude.controlTorqueNm[axis]!, 0);
    return approach(state.gimbalRate[i]!, asked + (attitude.desaturating ? 0.3 * share[1] : 0), 60, dtS);
  });
  const drag = gyroscopes.map(({ friction }, i) => friction + frictionWander[i]! + 0.16 * Math.abs(gimbalRate[i]!));
  const spinMotorA = drag.map((value, i) => approach(state.spinMotorA[i]!, 0.58 * value, 30, dtS));
  const mountC = gyroscopes.map(({ mountC, mountSwingC }) => mountC + mountSwingC * (orbit.sunlight - 0.6));
  return {
    frictionWander,
    gimbalRate,
    spinMotorA,
    speedRpm: gyroscopes.map(({ speedRpm }, i) =>
      approach(state.speedRpm[i]!, speedRpm + 2.2 * gimbalRate[i]! - 3 * (drag[i]! - 1.1), 90, dtS),
    ),
    motorBearingC: mountC.map((mount, i) => approach(state.motorBearingC[i]!, mount + 14 * spinMotorA[i]!, 900, dtS)),
    resolverBearingC: mountC.map((mount, i) =>
      approach(state.resolverBearingC[i]!, 0.5 * (mount + 4) + 0.5 * state.motorBearingC[i]!, 700, dtS),
    ),
    vibrationG: drag.map((value, i) => approach(state.vibrationG[i]!, 0.02 + 0.03 * (value - 0.8), 20, dtS)),
  };
}

const ids = [
  ['USLAB000001', 'Z1000009', 'Z1000005', 'Z1000001', 'USLAB000045', 'USLAB000049'],
  ['USLAB000002', 'Z1000010', 'Z1000006', 'Z1000002', 'USLAB000046', 'USLAB000050'],
  ['USLAB000003', 'Z1000011', 'Z1000007', 'Z1000003', 'USLAB000047', 'USLAB000051'],
  ['USLAB000004', 'Z1000012', 'Z1000008', 'Z1000004', 'USLAB000048', 'USLAB000052'],
] as const;

/** Telemetry of one gyroscope, 0 to 3. */
export function gyroscopeChannels(index: 0 | 1 | 2 | 3): readonly MeasuredChannel<CmgState>[] {
  const [online, speed, current, vibration, motorBearing, resolverBearing] = ids[index];
  return [
    counted(speed, (state) => state.speedRpm[index]!, 0.6, 1),
    sensor(current, (state) => state.spinMotorA[index]!, 0.012, 1000),
    sensor(vibration, (state) => state.vibrationG[index]!, 0.001, 10_000),
    swinging(motorBearing, (state) => state.motorBearingC[index]!, 0.08, 20),
    swinging(resolverBearing, (state) => state.resolverBearingC[index]!, 0.08, 20),
    mode(online, () => 1),
  ];
}
