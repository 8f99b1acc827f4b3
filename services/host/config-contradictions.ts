import { architectureSettings } from '../../pipelines/autoencoders/architecture-settings.ts';
import { parseThreshold, policies } from '../../pipelines/thresholds/policies.ts';
import type { ThresholdSetting } from '../../pipelines/thresholds/threshold-setting.ts';
import type { ConfigPath } from './config-reference.ts';
import { problem, valueAt, type ConfigProblem } from './config-problems.ts';
import type { Config } from './config-schema.ts';
import { sourceName } from './config-sources.ts';

/** Whether somebody set the field, rather than its default. */
type IsGiven = (path: ConfigPath) => boolean;

/** What no field alone has wrong: fields that contradict one another, or name what does not exist. */
export function contradictions(config: Config, isGiven: IsGiven): ConfigProblem[] {
  return [
    ...sourceProblems(config),
    ...serviceProblems(config, isGiven),
    ...architectureProblems(config),
    ...thresholdProblems(config),
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

function* thresholdProblems({ thresholds }: Config): Generator<ConfigProblem> {
  const path = ['thresholds', 'default'];
  const { policy, parameters } = thresholds.default;
  const known = policies.find(({ name }) => name === policy);
  if (!known)
    return yield problem([...path, 'policy'], policy, `one of ${policies.map(({ name }) => name).join(', ')}`);
  for (const name of Object.keys(parameters)) {
    const names = known.parameters.map((parameter) => parameter.name);
    if (!names.includes(name))
      yield problem(
        [...path, 'parameters', name],
        parameters[name],
        `left out: the parameters of ${policy} are ${names.join(', ')}`,
      );
  }
  for (const { name, min, max } of known.parameters) {
    const value = parameters[name];
    if (value !== undefined && (value < min || value > max))
      yield problem([...path, 'parameters', name], value, `a number from ${min} to ${max}`);
  }
}

/** A threshold with the defaults of its policy for the parameters that were left out. */
export function fullThreshold({ policy, parameters }: ThresholdSetting): ThresholdSetting {
  const known = policies.find(({ name }) => name === policy);
  const defaults = Object.fromEntries(
    (known?.parameters ?? []).map((parameter) => [parameter.name, parameter.default]),
  );
  return parseThreshold({ policy, parameters: { ...defaults, ...parameters } });
}
