import { architectureSettings } from '../../pipelines/autoencoders/architecture-settings.ts';
import { scoringProblem } from '../../pipelines/scoring/scoring-rule.ts';
import { thresholdProblems } from '../../pipelines/thresholds/policies.ts';
import type { ConfigPath } from './config-reference.ts';
import { problem, valueAt, type ConfigProblem } from './config-problems.ts';
import { historyProblems } from './config-history-problems.ts';
import { logProblems } from './config-log-problems.ts';
import type { Config } from './config-schema.ts';
import { liveSourceProblems } from './config-live-source-problems.ts';
import { sourceName } from './config-sources.ts';

/** Whether somebody set the field, rather than its default. */
type IsGiven = (path: ConfigPath) => boolean;

/** What no field alone has wrong: fields that contradict one another, or name what does not exist. */
export function contradictions(config: Config, isGiven: IsGiven): ConfigProblem[] {
  return [
    ...sourceProblems(config),
    ...liveSourceProblems(config),
    ...logProblems(config.log),
    ...historyProblems(config.history),
    ...serviceProblems(config, isGiven),
    ...architectureProblems(config),
    ...scoringProblems(config),
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

function* serviceProblems({ services, training }: Config, isGiven: IsGiven): Generator<ConfigProblem> {
  if (!training.enabled && isGiven(['services']) && services.includes('trainer'))
    yield problem(['training', 'enabled'], false, 'true, or left out, while services name trainer');
}

function* scoringProblems({ training }: Config): Generator<ConfigProblem> {
  const { scoring, architecture } = training;
  const bound = scoring === null ? null : scoringProblem({ rule: scoring }, architecture.name)?.bound;
  if (bound) yield problem(['training', 'scoring'], scoring, bound);
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
    return [problem(path, valueAt(settings, issue.path as ConfigPath), issue.message.replace(/^must be /, ''))];
  });
}
