import { approach, cyclicFraction, wander } from '../first-order.ts';
import { mode, sensor, swinging } from '../measured-channel.ts';
import type { MeasuredChannel } from '../measured-channel.ts';
import type { Crew } from './crew.ts';

/** Two modules stand for the station: the Lab and Node 3, which holds the oxygen generator and the CO2 bed. */
type Module = 'lab' | 'node3';

/** Partial pressures in one module, mmHg. */
interface Air {
  readonly oxygen: number;
  readonly nitrogen: number;
  readonly carbonDioxide: number;
}

/** What a crew of mean metabolism takes and gives, in mmHg per second of one module's volume. */
const oxygenUse = 0.00115;
const carbonDioxideMade = 0.00105;
/** What one pound of oxygen a day adds, in the same unit. */
const oxygenPerPoundPerDay = 1.5e-4;
/** Fans carry air between the modules. */
const mixingS = 600;
/** The CO2 bed clears the module's volume in this time when fresh. */
const scrubbingS = 2350;
const overboardMmhgPerS = 0.0009;
/** Nitrogen is let in between these total pressures. */
const makeUp = { belowMmhg: 746.5, untilMmhg: 748.6, mmhgPerS: 0.0075 };
const vapourMmhg = 9.5;
const cabinC = 22.4;

export type AirConditionerState = 'drain' | 'dryout' | 'off' | 'on' | 'startup';

const airConditionerCodes: Record<AirConditionerState, number> = { drain: 1, dryout: 2, off: 4, on: 5, startup: 6 };

export interface AtmosphereState {
  readonly air: Readonly<Record<Module, Air>>;
  readonly nitrogenValveOpen: boolean;
  readonly cabinC: number;
  /** Follows the cabin through the open hatches, with a lag. */
  readonly airlockMmhg: number;
  readonly crewlockMmhg: number;
  readonly metabolismWander: number;
  readonly labPort: AirConditionerState;
  readonly labStarboard: AirConditionerState;
  readonly node3: AirConditionerState;
}

export interface AtmosphereInputs {
  readonly revolutions: number;
  readonly crew: Crew;
  readonly oxygenPoundsPerDay: number;
  /** Relative to its mean. */
  readonly heatLoad: number;
  /** Cabin air lost beyond the usual, mmHg per second of total pressure. */
  readonly leakMmhgPerS: number;
  readonly normal: () => number;
}

const freshAir: Air = { oxygen: 160.3, nitrogen: 575, carbonDioxide: 2.6 };

export const initialAtmosphere: AtmosphereState = {
  air: { lab: freshAir, node3: freshAir },
  nitrogenValveOpen: false,
  cabinC,
  airlockMmhg: 747,
  crewlockMmhg: 747,
  metabolismWander: 0,
  labPort: 'on',
  labStarboard: 'off',
  node3: 'on',
};

/** The crew breathes, the generator and the valves give, the bed and the hull take, and fans mix. */
export function advanceAtmosphere(state: AtmosphereState, inputs: AtmosphereInputs, dtS: number): AtmosphereState {
  const metabolismWander = wander(state.metabolismWander, 0.01, 900, dtS, inputs.normal());
  const metabolism = inputs.crew.metabolism * (1 + metabolismWander);
  const { lab, node3 } = state.air;
  const breathing = { lab: metabolism * (1 - inputs.crew.shareInNode3), node3: metabolism * inputs.crew.shareInNode3 };
  const nitrogenIn = state.nitrogenValveOpen ? makeUp.mmhgPerS : 0;
  const scrubbed = (scrubberEfficiency(inputs.revolutions) * node3.carbonDioxide) / scrubbingS;
  const air = {
    lab: advanceAir(lab, node3, breathing.lab, [0, nitrogenIn, 0], inputs.leakMmhgPerS, dtS),
    node3: advanceAir(
      node3,
      lab,
      breathing.node3,
      [inputs.oxygenPoundsPerDay * oxygenPerPoundPerDay, 0, -scrubbed],
      inputs.leakMmhgPerS,
      dtS,
    ),
  };
  const total = totalMmhg(air.lab);
  return {
    air,
    metabolismWander,
    nitrogenValveOpen: state.nitrogenValveOpen ? total < makeUp.untilMmhg : total < makeUp.belowMmhg,
    cabinC: approach(state.cabinC, cabinC + 0.8 * (metabolism - 1) + 2.5 * (inputs.heatLoad - 1), 700, dtS),
    airlockMmhg: approach(state.airlockMmhg, total - 0.4, 60, dtS),
    crewlockMmhg: approach(state.crewlockMmhg, state.airlockMmhg + 0.3, 120, dtS),
    ...airConditioners(inputs.revolutions),
  };
}

function advanceAir(
  air: Air,
  other: Air,
  breathing: number,
  [oxygenIn, nitrogenIn, carbonDioxideIn]: readonly [number, number, number],
  leakMmhgPerS: number,
  dtS: number,
): Air {
  const total = air.oxygen + air.nitrogen + air.carbonDioxide;
  const overboard = (overboardMmhgPerS + leakMmhgPerS) / total;
  const flow = (here: number, there: number, source: number): number =>
    here + dtS * (source - here * overboard + (there - here) / mixingS);
  return {
    oxygen: flow(air.oxygen, other.oxygen, oxygenIn - oxygenUse * breathing),
    nitrogen: flow(air.nitrogen, other.nitrogen, nitrogenIn),
    carbonDioxide: flow(air.carbonDioxide, other.carbonDioxide, carbonDioxideIn + carbonDioxideMade * breathing),
  };
}

/** Two beds take turns each half orbit; a bed takes less as it fills. */
function scrubberEfficiency(revolutions: number): number {
  return 1.2 - 0.4 * cyclicFraction(2 * revolutions);
}

/** The Lab's two air conditioners take turns each half orbit; the one that rests is drained and dried. */
function airConditioners(revolutions: number): Pick<AtmosphereState, 'labPort' | 'labStarboard' | 'node3'> {
  return {
    labPort: turn(cyclicFraction(revolutions)),
    labStarboard: turn(cyclicFraction(revolutions + 0.5)),
    node3: cyclicFraction(revolutions + 0.6) < 0.06 ? 'drain' : 'on',
  };
}

function turn(phase: number): AirConditionerState {
  if (phase < 0.5) return 'on';
  if (phase < 0.53) return 'drain';
  if (phase < 0.7) return 'dryout';
  return phase < 0.97 ? 'off' : 'startup';
}

/** Total pressure of a module's air with its water vapour. */
export function totalMmhg(air: Air): number {
  return air.oxygen + air.nitrogen + air.carbonDioxide + vapourMmhg;
}

function moduleChannels(module: Module, ids: readonly [string, string, string]): MeasuredChannel<AtmosphereState>[] {
  // The oxygen generator is in Node 3.
  const oxygenSensor = module === 'node3' ? swinging<AtmosphereState> : sensor<AtmosphereState>;
  return [
    oxygenSensor(ids[0], (state) => state.air[module].oxygen, 0.08, 100),
    sensor<AtmosphereState>(ids[1], (state) => state.air[module].nitrogen, 0.12, 100),
    sensor<AtmosphereState>(ids[2], (state) => state.air[module].carbonDioxide, 0.015, 1000),
  ];
}

export const atmosphereChannels: readonly MeasuredChannel<AtmosphereState>[] = [
  ...moduleChannels('lab', ['USLAB000053', 'USLAB000054', 'USLAB000055']),
  ...moduleChannels('node3', ['NODE3000001', 'NODE3000002', 'NODE3000003']),
  sensor('USLAB000058', (state) => totalMmhg(state.air.lab), 0.1, 100),
  sensor('USLAB000059', (state) => state.cabinC, 0.03, 100),
  mode('USLAB000064', (state) => airConditionerCodes[state.labPort]),
  mode('USLAB000065', (state) => airConditionerCodes[state.labStarboard]),
];

export const airlockPressureChannels: readonly MeasuredChannel<AtmosphereState>[] = [
  sensor('AIRLOCK000054', (state) => state.airlockMmhg, 0.1, 100),
  sensor('AIRLOCK000049', (state) => state.crewlockMmhg, 0.1, 100),
  mode('AIRLOCK000052', (state) => Number(state.nitrogenValveOpen)),
];

export const node3AirConditionerChannel: MeasuredChannel<AtmosphereState> = mode(
  'NODE3000018',
  (state) => airConditionerCodes[state.node3],
);
