import { SeededRandom } from '../../../pipelines/random.ts';
import { parameterById } from '../../../pipelines/telemetry/dictionary/parameter-dictionary.ts';
import { addedSigma } from './faults/fault-effect.ts';
import type { Fault } from './faults/fault.ts';
import { leakSites } from './faults/leak-sites.ts';
import { lossOfSignalNear } from './loss-of-signal.ts';
import type { MeasuredChannel } from './measured-channel.ts';
import { SampleColumns } from './sample-columns.ts';
import { advanceStation, noLeaks, orbitSteps, settledStation, stationParameters, stepMs } from './station.ts';
import type { Leaks, Station, StationParameters } from './station.ts';
import { stationStreams } from './station-streams.ts';

/** A decoupled channel follows the station of this many steps ago. */
export const decouplingLagSteps = Math.round(0.3 * orbitSteps);

/** Every channel of the station; samples name channels by their index here. */
const channels: readonly MeasuredChannel<Station>[] = stationStreams.flatMap((stream) => stream.channels);

/** The ids of the station's channels, in the generator's order. */
export const stationChannelIds: readonly string[] = channels.map(({ id }) => id);

const indexById = new Map(stationChannelIds.map((id, index) => [id, index]));
const anglePeriod = stationChannelIds.map((id) => {
  const parameter = parameterById(id);
  return parameter.kind === 'angle' ? parameter.period : null;
});

/** What is sent on change is sent again after this long without one. */
const refreshSteps = (30 * 60_000) / stepMs;
/** A sensor is read about this long into each interval; each has its own place there. */
const readAtMs = { from: 300, to: 4600, jitter: 150 };
/** Share of samples that the downlink delivers an interval late. */
const delayedShare = 0.015;

export interface GeneratorSettings {
  readonly seed: number;
  readonly epochMs: number;
  readonly lossOfSignal: boolean;
  /** The faults at work in a step. */
  readonly faultsAt: (step: number) => readonly Fault[];
}

/**
 * The station's telemetry, step by step. What a step gives depends on the seed, the step and the faults alone: on nothing
 * of when, how fast or in what portions it is asked for.
 */
export class TelemetryGenerator {
  readonly #settings: GeneratorSettings;
  readonly #parameters: StationParameters;
  readonly #readAtMs: readonly number[];
  /** As it was decouplingLagSteps ago. */
  #lagging: Station;
  #station: Station;
  /** The station with a leak, by the id of the fault that is at work. */
  #leaking: ReadonlyMap<string, Station> = new Map();
  /** Last value read, by channel; null before the first. */
  readonly #last: (number | null)[] = channels.map(() => null);
  /** Read in the last step, arriving in the next. */
  #delayed = new SampleColumns();
  #overdue = new SampleColumns();
  /** Filled while there is no contact. */
  readonly #recorder = new SampleColumns();

  /** Begins `decouplingLagSteps` after the given station; what is still to come of earlier steps is not known to it. */
  constructor(settings: GeneratorSettings, lagging: Station) {
    this.#settings = settings;
    this.#parameters = stationParameters(settings.seed);
    const random = SeededRandom.for(settings.seed, 'sensors');
    this.#readAtMs = channels.map(() => random.between(readAtMs.from, readAtMs.to));
    this.#lagging = lagging;
    this.#station = lagging;
    for (let i = 0; i < decouplingLagSteps; i++)
      this.#station = advanceStation(this.#station, this.#parameters, noLeaks);
  }

  /** A generator at step 0. */
  static fromStart(settings: GeneratorSettings): TelemetryGenerator {
    return new TelemetryGenerator(settings, settledStation(stationParameters(settings.seed), -1 - decouplingLagSteps));
  }

  /** The step that comes next. */
  get step(): number {
    return this.#station.step + 1;
  }

  /** The station after the last step. */
  get station(): Station {
    return this.#station;
  }

  /** What a generator that begins with the next step is built on. */
  get lagging(): Station {
    return this.#lagging;
  }

  /** Takes one step and adds what arrives in it, in arrival order. */
  advance(arriving: SampleColumns): void {
    const faults = this.#settings.faultsAt(this.step);
    this.#advanceStations(faults);
    const { step } = this.#station;
    const contact = this.#settings.lossOfSignal ? lossOfSignalNear(this.#settings.seed, step) : null;
    const silent = contact !== null && step >= contact.startStep && step < contact.endStep;
    const heard = silent ? this.#recorder : arriving;
    [this.#overdue, this.#delayed] = [this.#delayed, this.#overdue];
    this.#readAll(faults, heard);
    heard.takeAll(this.#overdue);
    if (step === contact?.dumpStep) arriving.takeAll(this.#recorder);
  }

  #advanceStations(faults: readonly Fault[]): void {
    const was = this.#station;
    this.#station = advanceStation(was, this.#parameters, noLeaks);
    this.#lagging = advanceStation(this.#lagging, this.#parameters, noLeaks);
    const leaking = new Map<string, Station>();
    for (const fault of faults) {
      if (fault.kind !== 'leak') continue;
      const before = this.#leaking.get(fault.id) ?? was;
      leaking.set(fault.id, advanceStation(before, this.#parameters, leaksOf(fault)));
    }
    this.#leaking = leaking;
  }

  #readAll(faults: readonly Fault[], heard: SampleColumns): void {
    const { step } = this.#station;
    const { seed, epochMs } = this.#settings;
    const random = SeededRandom.for(seed, `sensors ${step}`);
    const beset = faults.length === 0 ? null : this.#besetChannels(faults);
    const startMs = epochMs + step * stepMs;
    for (let index = 0; index < channels.length; index++) {
      const channel = channels[index]!;
      // Every channel draws the same numbers whatever befalls it or another.
      const noise = channel.sigma > 0 ? random.normal() : 0;
      const timing = random.uniform();
      const own = beset?.get(index);
      const value = own ? this.#readBeset(index, own, noise) : this.#read(index, channel.truth(this.#station), noise);
      const last = this.#last[index]!;
      const due = !channel.onChange || value !== last || (step + index) % refreshSteps === 0;
      this.#last[index] = value;
      if (!due || own?.silent) continue;
      const jitterMs = readAtMs.jitter * (2 * timing - 1);
      const eventTimeMs = startMs + Math.round(this.#readAtMs[index]! + jitterMs);
      (timing < delayedShare ? this.#delayed : heard).push(index, eventTimeMs, value);
    }
  }

  /** A value as the sensor gives it: noisy, wrapped where it is an angle, resolved into steps. */
  #read(index: number, truth: number, noise: number): number {
    const { sigma, stepsPerUnit } = channels[index]!;
    const period = anglePeriod[index]!;
    const value = Math.round((truth + sigma * noise) * stepsPerUnit) / stepsPerUnit;
    if (period === null) return value + 0; // not -0: JSON would lose its sign
    const wrapped = ((value % period) + period) % period;
    return Math.round(wrapped * stepsPerUnit) / stepsPerUnit;
  }

  #readBeset(index: number, { station, faults, frozen }: BesetChannel, noise: number): number {
    const last = this.#last[index]!;
    if (frozen && last !== null) return last;
    const channel = channels[index]!;
    const added = faults.reduce((sum, fault) => {
      const random = SeededRandom.for(this.#settings.seed, `${fault.id} ${this.#station.step}`);
      return sum + addedSigma(fault, this.#station.step, random);
    }, 0);
    return this.#read(index, channel.truth(station), noise + added);
  }

  #besetChannels(faults: readonly Fault[]): ReadonlyMap<number, BesetChannel> {
    const beset = new Map<number, BesetChannel>();
    const mark = (channelId: string, fault: Fault, change: Partial<BesetChannel>): void => {
      const index = indexById.get(channelId)!;
      const before = beset.get(index) ?? { station: this.#station, faults: [], frozen: false, silent: false };
      beset.set(index, { ...before, ...change, faults: [...before.faults, fault] });
    };
    for (const fault of faults) {
      const id = fault.channelId;
      if (fault.kind === 'leak')
        for (const shown of shownBy(id)) mark(shown, fault, { station: this.#leaking.get(fault.id)! });
      else if (fault.kind === 'decoupling') mark(id, fault, { station: this.#lagging });
      else if (fault.kind === 'dropout') mark(id, fault, { silent: true });
      else if (fault.kind === 'stuck')
        mark(id, fault, { frozen: true, silent: channels[indexById.get(id)!]!.onChange });
      else mark(id, fault, {});
    }
    return beset;
  }
}

/** What faults do to one channel in one step. */
interface BesetChannel {
  /** What is true for this channel. */
  readonly station: Station;
  readonly faults: readonly Fault[];
  readonly frozen: boolean;
  readonly silent: boolean;
}

/** The leak that lets a channel fall by its fault's amplitude over its length. */
function leaksOf(fault: Fault): Leaks {
  const fall = fault.amplitudeSigma! * channels[indexById.get(fault.channelId)!]!.sigma;
  const lengthS = ((fault.endStep - fault.startStep) * stepMs) / 1000;
  return leakSites.get(fault.channelId)!.leaks(fall / lengthS);
}

/** Channels that a leak shows in, of every stream. */
function shownBy(channelId: string): readonly string[] {
  const site = leakSites.get(channelId)!;
  return [channelId, ...site.alsoIds, ...Object.values(site.coupledIds).flat()];
}
