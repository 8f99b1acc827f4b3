import { CupolaError } from '../../pipelines/errors.ts';
import { joinSamples, type SampleBatch } from '../../pipelines/telemetry/sample-batch.ts';
import { strideRows, windowRows, type StreamDefinition } from '../../pipelines/telemetry/stream-definition.ts';
import { trainingWindows, type TrainingWindow } from '../../pipelines/training/training-windows.ts';
import { systemClock } from '../adapters/system-clock.ts';
import { openDataset } from '../sources/open-dataset.ts';
import { scenarioOf, type ScenarioChoices } from '../sources/simulator/scenario.ts';
import { SimulatorSource } from '../sources/simulator/simulator-source.ts';
import { stationDefinitions } from '../sources/simulator/station-streams.ts';
import { recordedTelemetry } from './recorded-telemetry.ts';
import { replayedRecords } from './watch-member.ts';
import type { Source } from '../sources/source.ts';

/** Telemetry for a model: a recording of a data set, or a stream of the simulated station. */
export type TelemetryChoice =
  | { readonly dataset: string; readonly dataDir: string; readonly member?: string }
  | SimulatedChoice;

/** A stretch of the simulated station's telemetry, with no faults and no loss of signal. */
export interface SimulatedChoice {
  readonly seed: number;
  readonly orbits: number;
}

/**
 * All samples that a choice has of a stream with this definition, in order of arrival.
 *
 * Errors: CUPOLA_MODEL_UNSUITED where it has other channels; CUPOLA_DATASET_NOT_FOUND, CUPOLA_DATASET_INVALID;
 * CUPOLA_TRAINING_ABORTED where the signal aborts.
 */
export async function modelTelemetry(
  definition: StreamDefinition,
  choice: TelemetryChoice,
  signal: AbortSignal,
): Promise<SampleBatch> {
  const samples: SampleBatch[] = [];
  for await (const record of modelRecords(definition, choice, signal))
    if (record.type === 'samples' && record.stream === definition.stream) samples.push(record);
  if (signal.aborted) throw new CupolaError('CUPOLA_TRAINING_ABORTED', 'telemetry was not read to its end');
  return joinSamples(samples as [SampleBatch, ...SampleBatch[]]);
}

/** The windows of a choice, gaps left out. Errors: as modelTelemetry. */
export async function modelWindows(
  definition: StreamDefinition,
  choice: TelemetryChoice,
  signal: AbortSignal,
): Promise<readonly TrainingWindow[]> {
  return trainingWindows(definition, await modelTelemetry(definition, choice, signal));
}

/** The definition of a stream of the simulated station. Errors: CUPOLA_USAGE_INVALID. */
export function simulatedDefinition(stream: string): StreamDefinition {
  const all = stationDefinitions('simulator');
  const found = all.find((definition) => definition.stream === stream);
  if (found) return found;
  const bound = `one of ${all.map((definition) => definition.stream).join(', ')}`;
  throw new CupolaError('CUPOLA_USAGE_INVALID', `stream is ${stream}, must be ${bound}`, {
    field: 'stream',
    value: stream,
    bound,
  });
}

type Records = ReturnType<typeof recordedTelemetry>;

/** All telemetry of a choice, for a detector of a stream with this definition; ends early where the signal aborts. Errors: as modelTelemetry. */
export async function* modelRecords(
  definition: StreamDefinition,
  choice: TelemetryChoice,
  signal: AbortSignal,
): Records {
  const count = { rejected: 0 };
  if (!('dataset' in choice)) {
    requireChannels(definition, simulatedDefinition(definition.stream));
    yield* recordedTelemetry(withDefinition(simulator(choice), definition), count, signal);
    return;
  }
  const options = {
    windowRows: windowRows(definition),
    strideRows: strideRows(definition),
    hidesContext: definition.channels.every(({ role }) => role === 'scored'),
  };
  const { member = definition.stream.split('/').at(-1)! } = choice;
  const [found] = await openDataset({ ...choice, member, options });
  requireChannels(definition, found!.recording.definition);
  yield* replayedRecords({ ...found!.recording, definition }, count, signal);
}

/** The scenario of a choice. */
export function simulatedScenario({ seed, orbits }: SimulatedChoice): ScenarioChoices {
  return { seed, historyOrbits: orbits, faults: false, lossOfSignal: false };
}

function simulator(choice: SimulatedChoice): SimulatorSource {
  const choices = simulatedScenario(choice);
  const { epochMs, historyMs } = scenarioOf(choices);
  return new SimulatorSource({ ...choices, clock: systemClock, speed: Infinity, endAtMs: epochMs + historyMs });
}

/** The same source, one of whose streams is defined like this. */
function withDefinition(source: Source, definition: StreamDefinition): Source {
  return {
    name: source.name,
    definitions: async () =>
      (await source.definitions()).map((own) => (own.stream === definition.stream ? definition : own)),
    read: (position, signal) => source.read(position, signal),
  };
}

function requireChannels(wanted: StreamDefinition, given: StreamDefinition): void {
  if (idsOf(wanted) === idsOf(given) && wanted.intervalMs === given.intervalMs) return;
  const bound = `${wanted.stream} with ${idsOf(wanted)} every ${wanted.intervalMs} ms`;
  throw new CupolaError(
    'CUPOLA_MODEL_UNSUITED',
    `the model is of ${bound}; the telemetry is ${given.stream} with ${idsOf(given)} every ${given.intervalMs} ms`,
    { field: 'channels', value: given.stream, bound },
  );
}

function idsOf({ channels }: StreamDefinition): string {
  return channels.map(({ id }) => id).join(', ');
}
