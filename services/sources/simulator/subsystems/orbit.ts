import { cyclicFraction, smoothStep } from '../first-order.ts';
import { geometry } from '../measured-channel.ts';
import type { MeasuredChannel } from '../measured-channel.ts';

/** One revolution. */
export const orbitPeriodS = 92.9 * 60;

const earthRadiusKm = 6378.137;
const orbitRadiusKm = earthRadiusKm + 418;
const inclinationRad = (51.64 * Math.PI) / 180;
/** Angle from the zenith at which the Earth's limb stands. */
const limbDeg = 180 - (Math.asin(earthRadiusKm / orbitRadiusKm) * 180) / Math.PI;
/** From the lower edge of the Sun's disc on the limb to a Sun clear of the absorbing air (about 30 km at 2,350 km). */
const duskDeg = { low: -0.27, high: 1.2 };
/** Beta is near a turning point of its two-month cycle. */
const betaDriftDegPerDay = 0.1;

/** What the date fixes of the orbit; drawn from the seed. */
export interface OrbitParameters {
  /** Of the Sun over the orbit's plane at the start, degrees. */
  readonly betaDeg: number;
  /** Phase at time 0. */
  readonly startPhase: number;
  /** Right ascension of the ascending node. */
  readonly nodeRad: number;
}

/** Where the station is and what the Sun and the air do to it. */
export interface Orbit {
  /** Since the simulation's start. */
  readonly timeS: number;
  /** Revolutions; whole numbers are orbital noon. */
  readonly revolutions: number;
  /** [0, 1) from noon to noon; 0.5 is orbital midnight. */
  readonly phase: number;
  readonly betaDeg: number;
  /** 0 in eclipse, 1 in full sun, between them through dusk and dawn. */
  readonly sunlight: number;
  /** Relative to its mean: the day side's bulge trails noon by two hours of local time. */
  readonly airDensity: number;
  readonly positionKm: readonly [number, number, number];
  readonly velocityMPerS: readonly [number, number, number];
}

/** The orbit at a time: a pure function, so nothing of it needs to be remembered. */
export function orbitAt(timeS: number, parameters: OrbitParameters): Orbit {
  const revolutions = parameters.startPhase + timeS / orbitPeriodS;
  const phase = cyclicFraction(revolutions);
  const angle = 2 * Math.PI * phase;
  const betaDeg = parameters.betaDeg + (betaDriftDegPerDay * timeS) / 86_400;
  const zenithDeg = (Math.acos(Math.cos((betaDeg * Math.PI) / 180) * Math.cos(angle)) * 180) / Math.PI;
  return {
    timeS,
    revolutions,
    phase,
    betaDeg,
    sunlight: smoothStep(duskDeg.low, duskDeg.high, limbDeg - zenithDeg),
    airDensity: 1 + 0.35 * Math.cos(angle - Math.PI / 6),
    ...stateVector(angle, parameters.nodeRad),
  };
}

/** Circular motion in the J2000 frame. */
function stateVector(angle: number, nodeRad: number): Pick<Orbit, 'positionKm' | 'velocityMPerS'> {
  const [cosU, sinU] = [Math.cos(angle), Math.sin(angle)];
  const [cosN, sinN] = [Math.cos(nodeRad), Math.sin(nodeRad)];
  const [cosI, sinI] = [Math.cos(inclinationRad), Math.sin(inclinationRad)];
  const speedMPerS = (2 * Math.PI * orbitRadiusKm * 1000) / orbitPeriodS;
  const rotate = (x: number, y: number, scale: number): [number, number, number] => [
    scale * (cosN * x - sinN * cosI * y),
    scale * (sinN * x + cosN * cosI * y),
    scale * sinI * y,
  ];
  return { positionKm: rotate(cosU, sinU, orbitRadiusKm), velocityMPerS: rotate(-sinU, cosU, speedMPerS) };
}

export const betaAngleChannel: MeasuredChannel<Orbit> = geometry('USLAB000040', (orbit) => orbit.betaDeg, 100);

export const positionChannels: readonly MeasuredChannel<Orbit>[] = [
  geometry('USLAB000032', (orbit) => orbit.positionKm[0], 1000),
  geometry('USLAB000033', (orbit) => orbit.positionKm[1], 1000),
  geometry('USLAB000034', (orbit) => orbit.positionKm[2], 1000),
];

export const velocityChannels: readonly MeasuredChannel<Orbit>[] = [
  geometry('USLAB000035', (orbit) => orbit.velocityMPerS[0], 1000),
  geometry('USLAB000036', (orbit) => orbit.velocityMPerS[1], 1000),
  geometry('USLAB000037', (orbit) => orbit.velocityMPerS[2], 1000),
];
