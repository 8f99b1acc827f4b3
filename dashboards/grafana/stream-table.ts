import type { PanelBuilder } from '@grafana/grafana-foundation-sdk/table';
import { ofStream, table } from './influx-query.ts';
import { palette } from './palette.ts';
import { columns, quietTable } from './quiet-table.ts';
import { coloured, severityColumn, steps } from './severity.ts';
import { streamLink } from './stream-link.ts';

const byStream = `WHERE ${ofStream} GROUP BY "stream"`;
const noneIs0 = { id: 'noValue', value: '0' };

/** A row a stream: how it scores, how often it was anomalous, and what could not be scored. */
export function streamTable(): PanelBuilder {
  return quietTable('Streams', 'What each stream did in the chosen time. Worst: the greatest peak over its threshold.')
    .withTarget(
      table('A', `SELECT last("value") AS "score", last("windowStartMs") AS "newest" FROM "raw"."score" ${byStream}`),
    )
    .withTarget(table('B', `SELECT max("value") AS "peak", count("value") AS "windows" FROM "raw"."score" ${byStream}`))
    .withTarget(table('C', `SELECT count("value") AS "anomalies" FROM "raw"."anomaly" ${byStream}`))
    .withTarget(
      table(
        'D',
        `SELECT max("excess") AS "worst" FROM (SELECT "value" / "threshold" AS "excess" FROM "raw"."anomaly" WHERE ${ofStream} GROUP BY "stream") WHERE $timeFilter GROUP BY "stream"`,
      ),
    )
    .withTarget(table('E', `SELECT sum("value") AS "gaps" FROM "raw"."gap" ${byStream}`))
    .withTarget(table('F', `SELECT count("value") AS "silences" FROM "raw"."stale" ${byStream}`))
    .transformations(rows)
    .overrideByName('Stream', [{ id: 'links', value: [streamLink('${__value.raw}')] }])
    .overrideByRegexp('^(Score|Peak)$', [{ id: 'decimals', value: 2 }])
    .overrideByName('Worst', [...severityColumn, { id: 'noValue', value: '–' }])
    .overrideByName('Anomalies', [noneIs0])
    .overrideByRegexp('^(Not scored|Silences)$', [noneIs0, ...coloured(steps(palette.dim, [1, palette.off]))])
    .overrideByName('Newest window', [{ id: 'unit', value: 'dateTimeFromNow' }]);
}

const [pick, arrange] = columns({
  stream: 'Stream',
  score: 'Score',
  peak: 'Peak',
  worst: 'Worst',
  anomalies: 'Anomalies',
  windows: 'Windows',
  gaps: 'Not scored',
  silences: 'Silences',
  newest: 'Newest window',
});

const rows = [pick!, { id: 'joinByField', options: { byField: 'stream', mode: 'outer' } }, arrange!];
