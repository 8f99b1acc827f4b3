import { levelNames } from '../sources/mqtt/topic-pattern.ts';
import { accessProblems } from './config-log-problems.ts';
import { unknownNames } from './config-payload.ts';
import { problem, type ConfigProblem } from './config-problems.ts';
import type { Config } from './config-schema.ts';
import { isLive, sourceName } from './config-sources.ts';
import { streamProblems } from './defined-streams.ts';

/** What live sources and the streams that are defined for them have wrong together. */
export function* liveSourceProblems({ sources, streamDefinitions }: Config): Generator<ConfigProblem> {
  yield* definitionProblems({ sources, streamDefinitions });
  for (const [i, source] of sources.entries()) {
    // The station's feed has the streams of the simulated station where none are defined.
    const needsStreams = isLive(source) && source.type !== 'iss-live';
    if (needsStreams && !streamDefinitions.some((defined) => defined.source === source.name))
      yield problem(['sources', i], source.name, 'the source of a stream in streamDefinitions, as it brings none');
    if (source.type === 'mqtt') yield* topicProblems(source, i, ({ topic }) => [...levelNames(topic), 'topic']);
    if (source.type === 'kafka') {
      yield* topicProblems(source, i, () => ['key', 'topic']);
      yield* repeatedTopics(source, i);
      yield* accessProblems(['sources', i], source);
    }
  }
}

type Streams = Pick<Config, 'sources' | 'streamDefinitions'>;

function* definitionProblems({ sources, streamDefinitions }: Streams): Generator<ConfigProblem> {
  const open = sources.filter(isLive).map(sourceName);
  const ids = streamDefinitions.map(({ stream }) => stream);
  for (const [i, defined] of streamDefinitions.entries()) {
    const path = ['streamDefinitions', i] as const;
    const bound = `the name of a source without streams of its own: ${open.join(', ') || 'there is none'}`;
    if (!open.includes(defined.source)) yield problem([...path, 'source'], defined.source, bound);
    if (ids.indexOf(defined.stream) < i)
      yield problem([...path, 'stream'], defined.stream, 'another id than those before it');
    yield* streamProblems(defined, i);
  }
}

interface Topics {
  readonly topics: readonly { readonly topic: string; readonly channel?: string | undefined }[];
}

/** Templates of channels with names that stand for nothing. */
function* topicProblems(
  { topics }: Topics,
  at: number,
  namesOf: (topic: { readonly topic: string }) => string[],
): Generator<ConfigProblem> {
  for (const [i, one] of topics.entries()) {
    const { channel = '' } = one;
    const known = namesOf(one);
    const unknown = unknownNames(channel, known);
    const bound = `a template of ${known.map(braced).join(', ')}; nothing stands for ${unknown.map(braced).join(', ')}`;
    if (unknown.length > 0) yield problem(['sources', at, 'topics', i, 'channel'], channel, bound);
  }
}

/** How far a topic was read is kept by its name. */
function* repeatedTopics({ topics }: Topics, at: number): Generator<ConfigProblem> {
  const names = topics.map(({ topic }) => topic);
  for (const [i, name] of names.entries())
    if (names.indexOf(name) < i)
      yield problem(['sources', at, 'topics', i, 'topic'], name, 'another than those before it');
}

function braced(name: string): string {
  return `{${name}}`;
}
