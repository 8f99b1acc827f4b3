import { approach, wander } from '../first-order.ts';
import { mode, sensor, swinging } from '../measured-channel.ts';
import type { MeasuredChannel } from '../measured-channel.ts';
import type { Orbit } from './orbit.ts';
import { orbitPeriodS } from './orbit.ts';

/** Roll, pitch, yaw. */
type Axes = readonly [number, number, number];

/** Four gyroscopes of 4,760 Nms. */
const momentumCapacityNms = 19_000;
/** Thrusters take momentum out from here on, down to the lower figure. */
const desaturation = { fromNms: 7200, toNms: 2400, torqueNm: 13 };
/** Torque equilibrium attitude about which the station flies. */
const equilibriumDeg: Axes = [0.6, -2.4, -4.1];
/** Attitude error per torque, and the controller's response. */
const stiffnessDegPerNm: Axes = [0.32, 0.36, 0.27];
const controlS = 150;
const torqueWanderNm = 0.04;

export interface AttitudeState {
  /** Slow departure of the outside torque (crew motion, vents). */
  readonly torqueWanderNm: Axes;
  readonly controlTorqueNm: Axes;
  readonly errorDeg: Axes;
  /** Inertial. */
  readonly rateDegPerS: Axes;
  readonly momentumNms: Axes;
  readonly desaturating: boolean;
}

export interface AttitudeInputs {
  readonly orbit: Orbit;
  readonly normal: () => number;
}

export const initialAttitude: AttitudeState = {
  torqueWanderNm: [0, 0, 0],
  controlTorqueNm: [0, 0, 0],
  errorDeg: [0, 0, 0],
  rateDegPerS: [0, 0, 0],
  momentumNms: [600, 2400, -900],
  desaturating: false,
};

/**
 * Gravity gradient and drag push the station; the gyroscopes answer and store the momentum, until thrusters take it out.
 */
export function advanceAttitude(state: AttitudeState, { orbit, normal }: AttitudeInputs, dtS: number): AttitudeState {
  const wandered = mapAxes((axis) => wander(state.torqueWanderNm[axis]!, torqueWanderNm, 600, dtS, normal()));
  const outside = outsideTorqueNm(orbit);
  const desaturating = isDesaturating(state);
  const size = magnitude(state.momentumNms);
  const unload = (axis: number): number =>
    desaturating ? (-desaturation.torqueNm * state.momentumNms[axis]!) / size : 0;
  const controlTorqueNm = mapAxes((axis) =>
    approach(state.controlTorqueNm[axis]!, -(outside[axis]! + wandered[axis]!), 40, dtS),
  );
  const errorDeg = mapAxes((axis) => {
    const push = outside[axis]! + wandered[axis]! + 0.02 * unload(axis);
    return approach(state.errorDeg[axis]!, stiffnessDegPerNm[axis]! * push, controlS, dtS);
  });
  return {
    torqueWanderNm: wandered,
    controlTorqueNm,
    errorDeg,
    rateDegPerS: mapAxes((axis) => (errorDeg[axis]! - state.errorDeg[axis]!) / dtS + orbitalRateDegPerS[axis]!),
    momentumNms: mapAxes((axis) => state.momentumNms[axis]! + (unload(axis) - controlTorqueNm[axis]!) * dtS),
    desaturating,
  };
}

/** Flying with one side down turns the station once an orbit about its pitch axis. */
const orbitalRateDegPerS: Axes = [0, -360 / orbitPeriodS, 0];

function mapAxes(of: (axis: number) => number): Axes {
  return [of(0), of(1), of(2)];
}

/** Length of a vector. */
function magnitude([x, y, z]: Axes): number {
  return Math.sqrt(x * x + y * y + z * z);
}

/** Gravity gradient at once and twice the orbital rate as the arrays turn, and drag by the density of the air. */
function outsideTorqueNm(orbit: Orbit): Axes {
  const angle = 2 * Math.PI * orbit.phase;
  const drag = orbit.airDensity;
  return [
    1.1 * Math.sin(angle + 0.4) + 0.5 * Math.cos(2 * angle) + 0.25 * (drag - 1),
    0.95 * drag + 0.9 * Math.sin(angle - 0.9) + 0.4 * Math.sin(2 * angle),
    0.8 * Math.cos(angle + 0.2) + 0.45 * Math.sin(2 * angle + 0.7) - 0.5 * (drag - 1),
  ];
}

function isDesaturating(state: AttitudeState): boolean {
  const size = magnitude(state.momentumNms);
  return state.desaturating ? size > desaturation.toNms : size > desaturation.fromNms;
}

/** The attitude quaternion (scalar first) of small angles about the equilibrium, roll-pitch-yaw. */
function quaternion(state: AttitudeState): [number, number, number, number] {
  const half = mapAxes((axis) => ((equilibriumDeg[axis]! + state.errorDeg[axis]!) * Math.PI) / 360);
  const [cx, cy, cz] = mapAxes((axis) => Math.cos(half[axis]!));
  const [sx, sy, sz] = mapAxes((axis) => Math.sin(half[axis]!));
  return [
    cx * cy * cz + sx * sy * sz,
    sx * cy * cz - cx * sy * sz,
    cx * sy * cz + sx * cy * sz,
    cx * cy * sz - sx * sy * cz,
  ];
}

const modes = { cmgAttitudeControl: 4, inhibited: 1, enabled: 0 };

export const attitudeChannels: readonly MeasuredChannel<AttitudeState>[] = [
  sensor('USLAB000018', (state) => quaternion(state)[0], 1e-5, 1e6),
  swinging('USLAB000019', (state) => quaternion(state)[1], 3e-4, 1e5),
  sensor('USLAB000020', (state) => quaternion(state)[2], 3e-4, 1e5),
  sensor('USLAB000021', (state) => quaternion(state)[3], 3e-4, 1e5),
  swinging('USLAB000022', (state) => state.errorDeg[0], 0.02, 1000),
  swinging('USLAB000023', (state) => state.errorDeg[1], 0.02, 1000),
  swinging('USLAB000024', (state) => state.errorDeg[2], 0.02, 1000),
  sensor('USLAB000025', (state) => state.rateDegPerS[0], 1e-4, 1e6),
  sensor('USLAB000026', (state) => state.rateDegPerS[1], 1e-4, 1e6),
  sensor('USLAB000027', (state) => state.rateDegPerS[2], 1e-4, 1e6),
  mode('USLAB000012', () => modes.cmgAttitudeControl),
  mode('USLAB000081', () => 0),
  mode('RUSSEG000024', (state) => Number(!state.desaturating)),
];

export const momentumChannels: readonly MeasuredChannel<AttitudeState>[] = [
  swinging('USLAB000006', (state) => state.controlTorqueNm[0], 0.06, 1000),
  swinging('USLAB000007', (state) => state.controlTorqueNm[1], 0.06, 1000),
  swinging('USLAB000008', (state) => state.controlTorqueNm[2], 0.06, 1000),
  swinging('USLAB000009', (state) => magnitude(state.momentumNms), 60, 1),
  swinging('USLAB000010', (state) => (100 * magnitude(state.momentumNms)) / momentumCapacityNms, 0.35, 20),
  mode('USLAB000038', () => momentumCapacityNms),
  mode('USLAB000005', () => 4),
  mode('USLAB000011', (state) => (state.desaturating ? modes.enabled : modes.inhibited)),
];
