import { approach, wander } from '../first-order.ts';
import { geometry, mode, sensor, swinging } from '../measured-channel.ts';
import type { MeasuredChannel } from '../measured-channel.ts';
import type { Orbit } from './orbit.ts';

/** One solar array wing with its batteries and its power channel. */
interface Wing {
  readonly side: 'port' | 'starboard';
  readonly voltageId: string;
  readonly currentId: string;
  readonly gimbalId: string;
  /** Share of the station's demand, about 1/8. */
  readonly share: number;
  /** Regulated by the sequential shunt unit in the sun. */
  readonly setPointV: number;
  /** What the array could give facing the sun. */
  readonly sunA: number;
  /** Gimbal angle at beta 0, and which way it turns with beta. */
  readonly gimbalDeg: number;
  readonly gimbalSign: 1 | -1;
  /** Phase of the orbit, in turns, at which the station shades the wing. */
  readonly shadePhase: number;
}

/** 2A, 4A, 4B, 2B to port; 1A, 3A, 3B, 1B to starboard. */
const wings: readonly Wing[] = [
  wing('port', 'P4000001', 'P4000002', 'P4000007', 0.131, 160.6, 61, 262, 1, 0.1),
  wing('port', 'P4000004', 'P4000005', 'P4000008', 0.122, 161.1, 59, 98, -1, 0.88),
  wing('port', 'P6000001', 'P6000002', 'P6000007', 0.119, 160.8, 57, 278, -1, 0.2),
  wing('port', 'P6000004', 'P6000005', 'P6000008', 0.128, 161.4, 60, 82, 1, 0.95),
  wing('starboard', 'S4000001', 'S4000002', 'S4000007', 0.127, 160.9, 60, 268, -1, 0.15),
  wing('starboard', 'S4000004', 'S4000005', 'S4000008', 0.124, 161.2, 58, 92, 1, 0.8),
  wing('starboard', 'S6000001', 'S6000002', 'S6000007', 0.12, 160.7, 58, 272, 1, 0.25),
  wing('starboard', 'S6000004', 'S6000005', 'S6000008', 0.129, 161.3, 61, 88, -1, 0.9),
];

function wing(
  side: Wing['side'],
  voltageId: string,
  currentId: string,
  gimbalId: string,
  share: number,
  setPointV: number,
  sunA: number,
  gimbalDeg: number,
  gimbalSign: 1 | -1,
  shadePhase: number,
): Wing {
  return { side, voltageId, currentId, gimbalId, share, setPointV, sunA, gimbalDeg, gimbalSign, shadePhase };
}

const batteryAh = 62;
const chargeLimitA = 24;
/** The charge current is at its limit below this state of charge, and tapers above it. */
const taperFrom = 0.9;
/** Regulators ramp, and their telemetry is averaged, over a minute or two. */
const regulationS = 90;
/** Chargers start softly. */
const chargeRampS = 300;

/** One entry a wing. */
export interface PowerState {
  /** Battery state of charge, 0 to 1. */
  readonly charge: readonly number[];
  /** Slow departure of the wing's own load, A. */
  readonly loadWanderA: readonly number[];
  readonly chargingA: readonly number[];
  readonly currentA: readonly number[];
  readonly voltageV: readonly number[];
  readonly gimbalDeg: readonly number[];
  /** Rotary joints turn once an orbit to face the sun, port and starboard mirrored; degrees in [0, 360). */
  readonly portJointDeg: number;
  readonly starboardJointDeg: number;
  readonly portJointCommandDeg: number;
}

export interface PowerInputs {
  readonly orbit: Orbit;
  /** Electric demand of the whole station. */
  readonly demandKw: number;
  readonly normal: () => number;
}

/** Charged batteries, regulated voltage. */
export const initialPower: PowerState = {
  charge: wings.map(() => 0.9),
  loadWanderA: wings.map(() => 0),
  chargingA: wings.map(() => 0),
  currentA: wings.map(() => 0),
  voltageV: wings.map((wing) => wing.setPointV),
  gimbalDeg: wings.map((wing) => wing.gimbalDeg),
  portJointDeg: 0,
  starboardJointDeg: 0,
  portJointCommandDeg: 0,
};

/**
 * Sun on the arrays carries the load and charges the batteries; in eclipse the batteries carry it and the voltage
 * follows their charge.
 */
export function advancePower(state: PowerState, { orbit, demandKw, normal }: PowerInputs, dtS: number): PowerState {
  const loadWanderA = state.loadWanderA.map((amps) => wander(amps, 0.25, 900, dtS, normal()));
  const loadA = wings.map((wing, i) => (wing.share * demandKw * 1000) / wing.setPointV + loadWanderA[i]!);
  const chargingA = state.charge.map((charge, i) => {
    const wantedA = chargeLimitA * orbit.sunlight * Math.min(1, (1 - charge) / (1 - taperFrom));
    return approach(state.chargingA[i]!, wantedA, chargeRampS, dtS);
  });
  const currentA = wings.map((wing, i) => {
    const givenA = Math.min(availableA(wing, orbit), loadA[i]! + chargingA[i]!);
    return approach(state.currentA[i]!, givenA, regulationS, dtS);
  });
  return {
    loadWanderA,
    chargingA,
    currentA,
    charge: state.charge.map((charge, i) => charge + ((currentA[i]! - loadA[i]!) * dtS) / (batteryAh * 3600)),
    voltageV: wings.map((wing, i) => {
      const regulated = wing.setPointV - 0.03 * (currentA[i]! - loadA[i]!);
      const fromBattery = 148.6 + 10 * state.charge[i]! - 0.05 * (loadA[i]! - 25);
      const target = fromBattery + (regulated - fromBattery) * orbit.sunlight;
      return approach(state.voltageV[i]!, target, regulationS, dtS);
    }),
    gimbalDeg: wings.map((wing) => gimbalDeg(wing, orbit)),
    ...joints(orbit),
  };
}

/** What the array gives in this light, feathered as it is, less the shade that the station throws on it. */
function availableA(wing: Wing, orbit: Orbit): number {
  const shade = 0.07 * Math.max(0, Math.cos(2 * Math.PI * (orbit.phase - wing.shadePhase))) ** 4;
  return wing.sunA * orbit.sunlight * Math.cos((featherDeg(orbit) * Math.PI) / 180) * (1 - shade);
}

/** The beta gimbal follows beta, and turns the wing's edge into the wind by night, when facing the sun is of no use. */
function gimbalDeg(wing: Wing, orbit: Orbit): number {
  return wing.gimbalDeg + wing.gimbalSign * (orbit.betaDeg + featherDeg(orbit));
}

function featherDeg(orbit: Orbit): number {
  return 13 * (1 - Math.cos(2 * Math.PI * orbit.phase));
}

function joints(orbit: Orbit): Pick<PowerState, 'portJointDeg' | 'starboardJointDeg' | 'portJointCommandDeg'> {
  const turnDeg = 360 * orbit.phase;
  return { portJointDeg: turnDeg, starboardJointDeg: (360 - turnDeg) % 360, portJointCommandDeg: turnDeg };
}

function wingChannels(side: Wing['side']): MeasuredChannel<PowerState>[] {
  return wings.flatMap((wing, i) =>
    wing.side === side
      ? [
          sensor<PowerState>(wing.voltageId, (state) => state.voltageV[i]!, 0.3, 10),
          sensor<PowerState>(wing.currentId, (state) => state.currentA[i]!, 1.5, 20),
          swinging<PowerState>(wing.gimbalId, (state) => state.gimbalDeg[i]!, 0.6, 10),
        ]
      : [],
  );
}

const autotrack = 5;

export const portArrayChannels: readonly MeasuredChannel<PowerState>[] = [
  ...wingChannels('port'),
  geometry('S0000004', (state) => state.portJointDeg, 100),
  geometry('S0000005', (state) => state.portJointCommandDeg, 100),
  mode('S0000008', () => autotrack),
];

export const starboardArrayChannels: readonly MeasuredChannel<PowerState>[] = [
  ...wingChannels('starboard'),
  geometry('S0000003', (state) => state.starboardJointDeg, 100),
  mode('S0000009', () => autotrack),
];
