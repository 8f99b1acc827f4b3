import { SeededRandom } from '../../../../pipelines/random.ts';
import { amplitudeKinds, faultKinds } from '../../../../pipelines/truth.ts';
import type { FaultKind } from '../../../../pipelines/truth.ts';
import { lossesOfSignalBetween } from '../loss-of-signal.ts';
import { stepMs } from '../station.ts';
import { stationStreams, streamTiming } from '../station-streams.ts';
import type { Fault } from './fault.ts';
import { leakSites } from './leak-sites.ts';

/** The schedule is laid out in stretches of 90 minutes, each by itself. */
export const stretchSteps = (90 * 60_000) / stepMs;

const windowSteps = streamTiming.windowLengthMs / stepMs;
const strideSteps = streamTiming.strideMs / stepMs;
/** Between two faults of one stream: each is judged by itself. */
const restSteps = 2 * windowSteps;
/** No fault shortly before a loss of signal, nor while windows still hold some of it. */
const clearBeforeSteps = strideSteps;
const clearAfterSteps = windowSteps + 2 * strideSteps;
/** In sigma: at most 4 for at least half of every kind, then up to what no operator would miss. */
const small = { from: 3, below: 4 };
const large = { from: 6, below: 20 };

/** What a fault will be, before it has a place. */
interface Intent {
  readonly kind: FaultKind;
  readonly amplitudeSigma: number | null;
  readonly lengthSteps: number;
  readonly onChange: boolean;
}

/** A channel that a fault can befall, and the streams that it shows in. */
interface Place {
  readonly channelId: string;
  readonly streams: readonly [string, ...string[]];
}

/**
 * The faults of one stretch, [stretch * 90 min, ...) from the first possible fault: every kind twice and two more, each
 * wholly inside, in time order. A function of the seed and the stretch alone.
 */
export function faultStretch(seed: number, stretch: number, firstFaultStep: number): Fault[] {
  const fromStep = firstFaultStep + stretch * stretchSteps;
  // A draw can paint itself into a corner; then another is made.
  for (let draw = 0; draw < 100; draw++) {
    const faults = drawStretch(SeededRandom.for(seed, `faults ${stretch} ${draw}`), seed, fromStep);
    if (faults) return faults.sort((a, b) => a.startStep - b.startStep).map((fault, i) => named(fault, stretch, i));
  }
  throw new Error(`no layout of faults was found for seed ${seed}, stretch ${stretch}`);
}

function named(fault: Fault, stretch: number, index: number): Fault {
  return { ...fault, id: `fault-${stretch + 1}-${String(index + 1).padStart(2, '0')}` };
}

function drawStretch(random: SeededRandom, seed: number, fromStep: number): Fault[] | null {
  const busy = new BusyStreams(seed, fromStep);
  const faults: Fault[] = [];
  // Leaks occupy several streams and have few sites: they choose first.
  const intents = intentsOf(random).sort((a, b) => Number(b.kind === 'leak') - Number(a.kind === 'leak'));
  for (const intent of intents) {
    const fault = place(intent, busy, random);
    if (!fault) return null;
    faults.push(fault);
  }
  return faults;
}

/** Each kind once small and once large (or once sampled and once on change), and two more. */
function intentsOf(random: SeededRandom): Intent[] {
  const pairs = faultKinds.flatMap((kind) => [intentOf(kind, true, random), intentOf(kind, false, random)]);
  const more = Array.from({ length: 2 }, () => intentOf(faultKinds[random.below(faultKinds.length)]!, true, random));
  return random.shuffle([...pairs, ...more]);
}

function intentOf(kind: FaultKind, first: boolean, random: SeededRandom): Intent {
  const range = first ? small : large;
  return {
    kind,
    amplitudeSigma: amplitudeKinds.includes(kind) ? random.between(range.from, range.below) : null,
    lengthSteps: kind === 'spike' ? 1 + random.below(4) : lengthSteps(random),
    onChange: kind === 'stuck' && first,
  };
}

/** 1.5 to 3 windows, in whole strides. */
function lengthSteps(random: SeededRandom): number {
  const strides = (1.5 * windowSteps) / strideSteps;
  return strideSteps * (strides + random.below(strides + 1));
}

/** Finds a channel in one of the streams with the fewest faults so far, and a time that is free. */
function place(intent: Intent, busy: BusyStreams, random: SeededRandom): Fault | null {
  const places = random.shuffle(placesFor(intent)).sort((a, b) => busy.count(a.streams[0]) - busy.count(b.streams[0]));
  for (const { channelId, streams } of places) {
    const startStep = busy.claim(streams, intent.lengthSteps, random);
    if (startStep === null) continue;
    return {
      id: '',
      kind: intent.kind,
      stream: streams[0],
      channelId,
      startStep,
      endStep: startStep + intent.lengthSteps,
      amplitudeSigma: intent.amplitudeSigma,
      sign: random.below(2) === 0 ? 1 : -1,
      periodSteps: 12 + random.below(25),
    };
  }
  return null;
}

function placesFor(intent: Intent): Place[] {
  if (intent.kind === 'leak')
    return [...leakSites.values()].map(({ channelId, stream, coupledIds }) => ({
      channelId,
      streams: [stream, ...Object.keys(coupledIds)],
    }));
  return stationStreams.flatMap(({ stream, channels }) =>
    channels
      .filter(({ role, onChange, swings }) => role === 'scored' && canBefall(intent, onChange, swings))
      .map(({ id }): Place => ({ channelId: id, streams: [stream] })),
  );
}

/** A frozen or decoupled value shows only where the true one moves; silence only where samples are regular. */
function canBefall(intent: Intent, onChange: boolean, swings: boolean): boolean {
  switch (intent.kind) {
    case 'stuck':
      return intent.onChange ? onChange : swings;
    case 'decoupling':
      return swings;
    case 'dropout':
      return !onChange;
    case 'step':
    case 'drift':
    case 'spike':
    case 'noise':
    case 'oscillation':
    case 'leak':
      return true;
  }
}

/** When each stream of a stretch is taken, by faults with their rest and by losses of signal. */
class BusyStreams {
  readonly #fromStep: number;
  readonly #lost: readonly (readonly [number, number])[];
  readonly #taken = new Map<string, (readonly [number, number])[]>();

  constructor(seed: number, fromStep: number) {
    this.#fromStep = fromStep;
    const around = clearAfterSteps + clearBeforeSteps;
    this.#lost = lossesOfSignalBetween(seed, fromStep - around, fromStep + stretchSteps + around).map(
      ({ startStep, dumpStep }) => [startStep - clearBeforeSteps, dumpStep + clearAfterSteps] as const,
    );
  }

  /** Faults of this stream so far. */
  count(stream: string): number {
    return this.#taken.get(stream)?.length ?? 0;
  }

  /** Takes a random free time of this length in all the streams; null where none is found. Starts lie on strides. */
  claim(streams: readonly string[], lengthSteps: number, random: SeededRandom): number | null {
    // The rest after the last fault lies inside the stretch, so that stretches need not know each other.
    const starts = Math.floor((stretchSteps - restSteps - lengthSteps) / strideSteps);
    for (let attempt = 0; attempt < 20; attempt++) {
      const startStep = this.#fromStep + strideSteps * random.below(starts + 1);
      if (!this.#isFree(streams, startStep, startStep + lengthSteps)) continue;
      for (const stream of streams) this.#take(stream, startStep - restSteps, startStep + lengthSteps + restSteps);
      return startStep;
    }
    return null;
  }

  #isFree(streams: readonly string[], startStep: number, endStep: number): boolean {
    const isClear = ([from, to]: readonly [number, number]): boolean => endStep <= from || startStep >= to;
    return this.#lost.every(isClear) && streams.every((stream) => (this.#taken.get(stream) ?? []).every(isClear));
  }

  #take(stream: string, fromStep: number, toStep: number): void {
    this.#taken.set(stream, [...(this.#taken.get(stream) ?? []), [fromStep, toStep]]);
  }
}
