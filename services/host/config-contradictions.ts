import { parseThreshold, policies } from '../../pipelines/thresholds/policies.ts';
import type { ThresholdSetting } from '../../pipelines/thresholds/threshold-setting.ts';
import type { ConfigPath } from './config-fields.ts';
import { problem, type ConfigProblem } from './config-problems.ts';
import type { Config } from './config-schema.ts';

/** Whether somebody set the field, rather than its default. */
type IsGiven = (path: ConfigPath) => boolean;

/** What no field alone has wrong: fields that contradict one another, or name what does not exist. */
export function contradictions(config: Config, isGiven: IsGiven): ConfigProblem[] {
  return [...sourceProblems(config), ...serviceProblems(config, isGiven), ...thresholdProblems(config)];
}

function* sourceProblems({ sources, services }: Config): Generator<ConfigProblem> {
  const simulators = sources.flatMap(({ type }, i) => (type === 'simulate' ? [i] : []));
  for (const second of simulators.slice(1))
    yield problem(
      ['sources', second, 'type'],
      'simulate',
      `another type: sources[${simulators[0]}] simulates the station already`,
    );
  for (const [i, source] of sources.entries()) {
    if (source.type === 'replay' && source.dataset === 'iss-urine-tank' && source.channel !== undefined)
      yield problem(['sources', i, 'channel'], source.channel, 'left out: iss-urine-tank is one channel');
  }
  if (sources.length === 0 && services.includes('ingest'))
    yield problem(['sources'], sources, 'a list of at least one, while services name ingest');
}

function* serviceProblems({ services, training }: Config, isGiven: IsGiven): Generator<ConfigProblem> {
  if (!training.enabled && isGiven(['services']) && services.includes('trainer'))
    yield problem(['training', 'enabled'], false, 'true, or left out, while services name trainer');
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
