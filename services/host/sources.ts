import type { Clock } from '../../pipelines/ports.ts';
import { nearestNames } from '../../pipelines/telemetry/dictionary/nearest-names.ts';
import { streamDefinitionSchema, type StreamDefinition } from '../../pipelines/telemetry/stream-definition.ts';
import { openDataset } from '../sources/open-dataset.ts';
import { ReplaySource } from '../sources/replay.ts';
import { scenarioOf } from '../sources/simulator/scenario.ts';
import { SimulatorSource } from '../sources/simulator/simulator-source.ts';
import type { Source } from '../sources/source.ts';
import { ConfigInvalid, locate, problem } from './config-problems.ts';
import type { Config } from './config-schema.ts';
import { streamDefinition } from './defined-streams.ts';
import {
  isLive,
  sourceName,
  type ReplayConfig,
  type SimulateConfig,
  type SourceConfig,
  type StreamOverride,
} from './config-sources.ts';
import { openLiveSource, type LiveSourceHost } from './live-sources.ts';

/** What sources need of their host. */
export interface SourcesHost extends LiveSourceHost {
  /** Ends a simulated station when so many seconds, at its speed, have followed its history. */
  readonly liveSeconds?: number | undefined;
}

/** The sources of a configuration. */
export interface OpenedSources {
  readonly sources: readonly Source[];
  /** Every stream of theirs. */
  readonly streams: readonly string[];
  /** The simulated station, where there is one. */
  readonly simulator: SimulatorSource | null;
}

/**
 * Opens the sources, with the configuration's changes to their stream definitions.
 *
 * Errors: CUPOLA_CONFIG_INVALID where a changed stream does not exist or breaks a rule of its own; those of openDataset.
 */
export async function openSources(config: Config, host: SourcesHost): Promise<OpenedSources> {
  let simulator: SimulatorSource | null = null;
  const sources: Source[] = [];
  const streams: string[] = [];
  for (const source of config.sources) {
    const opened = await openSource(source, config.streamDefinitions, host);
    if (opened instanceof SimulatorSource) simulator = opened;
    sources.push(await redefineStreams(opened, config.streams));
    streams.push(...(await opened.definitions()).map(({ stream }) => stream));
  }
  refuseUnknownStreams(config.streams, streams);
  return { sources, streams, simulator };
}

async function openSource(
  source: SourceConfig,
  defined: Config['streamDefinitions'],
  host: SourcesHost,
): Promise<Source> {
  if (isLive(source)) {
    const own = defined.filter((stream) => stream.source === source.name);
    return openLiveSource(source, own.map(streamDefinition), host);
  }
  const { clock, liveSeconds } = host;
  if (source.type === 'replay') return openReplay(source, clock);
  return openSimulator(source, clock, liveSeconds && liveSeconds * 1000 * source.speed);
}

/** The simulated station; with `liveMs` it ends when so much station time has followed its history. */
export function openSimulator(config: SimulateConfig, clock: Clock, liveMs?: number): SimulatorSource {
  const { type: _, ...options } = config;
  const { epochMs, historyMs } = scenarioOf(options);
  const end = liveMs === undefined ? {} : { endAtMs: epochMs + historyMs + liveMs };
  return new SimulatorSource({ ...options, ...end, clock, name: sourceName(config) });
}

async function openReplay(config: ReplayConfig, clock: Clock): Promise<Source> {
  const { dataset, dataDir, member, speed, windowRows, strideRows, staleAfterMs } = config;
  const options = withoutUndefined({ windowRows, strideRows, staleAfterMs });
  const members = await openDataset({ dataset, dataDir, options, ...withoutUndefined({ member }) });
  const recordings = members.map(({ recording }) => recording);
  return new ReplaySource({ name: sourceName(config), recordings, speed, clock });
}

function withoutUndefined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}

/**
 * A source whose stream definitions are changed as the configuration says.
 *
 * Errors: CUPOLA_CONFIG_INVALID where a changed definition breaks a rule of its own.
 */
async function redefineStreams(source: Source, overrides: Config['streams']): Promise<Source> {
  const definitions = (await source.definitions()).map((one) => redefine(one, overrides[one.stream]));
  return {
    name: source.name,
    definitions: async () => definitions,
    read: (position, signal) => source.read(position, signal),
    ...(source.injectFault && { injectFault: (command) => source.injectFault!(command) }),
  };
}

function redefine(definition: StreamDefinition, override: StreamOverride | undefined): StreamDefinition {
  if (!override) return definition;
  const parsed = streamDefinitionSchema.safeParse({ ...definition, ...override });
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => {
    const [field] = path as (keyof StreamOverride)[];
    const bound = message.replace(/^must be /, '');
    return locate(
      problem(['streams', definition.stream, field!], override[field!] ?? definition[field!], bound),
      'streams',
    );
  });
  throw new ConfigInvalid(problems);
}

/** Refuses changes to streams that no source has. Errors: CUPOLA_CONFIG_INVALID. */
function refuseUnknownStreams(overrides: Config['streams'], known: readonly string[]): void {
  const problems = Object.keys(overrides)
    .filter((stream) => !known.includes(stream))
    .map((stream) => {
      const [nearest] = nearestNames(stream, known, 1);
      const bound = `a stream of the sources${nearest === undefined ? '' : `; did you mean ${nearest}?`}`;
      return locate(problem(['streams', stream], stream, bound), 'configuration');
    });
  if (problems.length > 0) throw new ConfigInvalid(problems);
}
