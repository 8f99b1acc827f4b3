import { CupolaError } from '../../errors.ts';
import { nearestNames } from './nearest-names.ts';
import { parameterFileSchema, type Parameter, type StateSets, type StoredParameter } from './parameter.ts';
import parameterFile from './parameters.json' with { type: 'json' };

/** The 298 parameters of the station's public telemetry, by id; see README.md for where they come from. */
export const parameterDictionary: ReadonlyMap<string, Parameter> = readDictionary();

/**
 * A parameter of the dictionary.
 *
 * Errors: CUPOLA_PARAMETER_UNKNOWN, naming the nearest known ids.
 */
export function parameterById(id: string): Parameter {
  const parameter = parameterDictionary.get(id);
  if (parameter) return parameter;
  const bound = `a known parameter; the nearest are ${nearestNames(id, parameterDictionary.keys(), 3).join(', ')}`;
  throw new CupolaError('CUPOLA_PARAMETER_UNKNOWN', `parameter is ${JSON.stringify(id)}, must be ${bound}`, {
    field: 'parameter',
    value: id,
    bound,
  });
}

function readDictionary(): ReadonlyMap<string, Parameter> {
  const { stateSets, parameters } = parameterFileSchema.parse(parameterFile);
  const dictionary = new Map<string, Parameter>();
  for (const parameter of parameters) dictionary.set(parameter.id, withStates(parameter, stateSets));
  return dictionary;
}

function withStates(parameter: StoredParameter, stateSets: StateSets): Parameter {
  if (parameter.kind !== 'enumeration') return parameter;
  return { ...parameter, states: stateSets[parameter.states]!.map(([value, label]) => ({ value, label })) };
}
