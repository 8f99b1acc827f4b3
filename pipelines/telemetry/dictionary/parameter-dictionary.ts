import { CupolaError } from '../../errors.ts';
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
  const bound = `a known parameter; the nearest are ${nearestIds(id, 3).join(', ')}`;
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

function nearestIds(id: string, count: number): string[] {
  const distances = [...parameterDictionary.keys()].map((known) => ({ known, distance: editDistance(id, known) }));
  return distances
    .sort((a, b) => a.distance - b.distance)
    .slice(0, count)
    .map(({ known }) => known);
}

/** Insertions, deletions and replacements between two texts (Levenshtein, 1966), of which only the first 40 characters count. */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (let i = 0; i < Math.min(from.length, 40); i++) {
    const current = [i + 1];
    for (let j = 0; j < to.length; j++) {
      const replaced = previous[j]! + (from[i] === to[j] ? 0 : 1);
      current.push(Math.min(replaced, previous[j + 1]! + 1, current[j]! + 1));
    }
    previous = current;
  }
  return previous[to.length]!;
}
