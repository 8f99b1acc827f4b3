import { architectureSettings } from '../../pipelines/autoencoders/architecture-settings.ts';
import { thresholdProblems } from '../../pipelines/thresholds/policies.ts';
import type { ConfigPath } from './config-reference.ts';
import { problem, valueAt, type ConfigProblem } from './config-problems.ts';
import { logProblems } from './config-log-problems.ts';
import type { Config } from './config-schema.ts';
import { isLive, sourceName } from './config-sources.ts';
import { streamProblems } from './defined-streams.ts';

/** Whether somebody set the field, rather than its default. */
type IsGiven = (path: ConfigPath) => boolean;

/** What no field alone has wrong: fields that contradict one another, or name what does not exist. */
export function contradictions(config: Config, isGiven: IsGiven): ConfigProblem[] {
  return [
    ...sourceProblems(config),
    ...definitionProblems(config),
    ...logProblems(config.log),
    ...serviceProblems(config, isGiven),
    ...architectureProblems(config),
    ...thresholdProblems(config.thresholds.default).map(({ path, value, bound }) =>
      problem(['thresholds', 'default', ...path], value, bound),
    ),
  ];
}

function* sourceProblems({ sources, services }: Config): Generator<ConfigProblem> {
  const names = sources.map(sourceName);
  for (const [i, name] of names.entries()) {
    const first = names.indexOf(name);
    if (first < i)
      yield problem(['sources', i], name, `another source than sources[${first}], which is ${name} already`);
  }
  if (sources.length === 0 && services.includes('ingest'))
    yield problem(['sources'], sources, 'a list of at least one, while services name ingest');
}

function* definitionProblems({ sources, streamDefinitions }: Config): Generator<ConfigProblem> {
  const open = sources.filter(isLive).map(sourceName);
  const ids = streamDefinitions.map(({ stream }) => stream);
  for (const [i, defined] of streamDefinitions.entries()) {
    const path = ['streamDefinitions', i] as const;
    if (!open.includes(defined.source))
      yield problem(
        [...path, 'source'],
        defined.source,
        `the name of a source without streams of its own: ${open.join(', ') || 'there is none'}`,
      );
    if (ids.indexOf(defined.stream) < i)
      yield problem([...path, 'stream'], defined.stream, 'another id than those before it');
    yield* streamProblems(defined, i);
  }
  for (const [i, source] of sources.entries())
    if (isLive(source) && !streamDefinitions.some((defined) => defined.source === sourceName(source)))
      yield problem(
        ['sources', i],
        sourceName(source),
        'the source of a stream in streamDefinitions, as it brings none',
      );
}

function* serviceProblems({ services, training }: Config, isGiven: IsGiven): Generator<ConfigProblem> {
  if (!training.enabled && isGiven(['services']) && services.includes('trainer'))
    yield problem(['training', 'enabled'], false, 'true, or left out, while services name trainer');
}

function architectureProblems({ training }: Config): ConfigProblem[] {
  const { name, settings } = training.architecture;
  const parsed = architectureSettings[name].safeParse(settings);
  return (parsed.error?.issues ?? []).flatMap((issue) => {
    const path = ['training', 'architecture', 'settings', ...(issue.path as ConfigPath)];
    const known = Object.keys(architectureSettings[name].shape).join(', ');
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) =>
        problem([...path, key], settings[key], `left out: the settings of ${name} are ${known}`),
      );
    return [problem(path, valueAt(settings, issue.path as ConfigPath), issue.message)];
  });
}
