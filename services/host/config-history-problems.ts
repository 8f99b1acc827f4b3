import { historySchema, type HistoryConfig } from './config-history.ts';
import { problem, type ConfigProblem } from './config-problems.ts';

/** What the embedded history has too. */
const everyHistory = new Set(['kind', 'keepMs']);

/** What no field of the history alone has wrong. */
export function* historyProblems(history: HistoryConfig): Generator<ConfigProblem> {
  if (history.kind === 'influxdb') return yield* influxProblems(history);
  const preset = historySchema.parse({});
  for (const [name, value] of Object.entries(history))
    if (!everyHistory.has(name) && value !== preset[name as keyof HistoryConfig])
      yield problem(['history', name], value, 'left out, while history.kind is embedded');
}

function* influxProblems({ url, username, passwordFile }: HistoryConfig): Generator<ConfigProblem> {
  if (url === undefined) yield problem(['history', 'url'], url, 'given, while history.kind is influxdb');
  else if (!/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
    yield problem(['history', 'url'], url, 'an address that begins with http:// or https://');
  if (passwordFile !== undefined && username === undefined)
    yield problem(['history', 'username'], username, 'given with passwordFile');
}
