import type { PanelBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { ofStream, timeSeries } from './influx-query.ts';
import { palette } from './palette.ts';
import { dashed, line, timeChart } from './time-chart.ts';

const score = `SELECT max("value") FROM "raw"."score" WHERE ${ofStream} GROUP BY time($__interval) fill(null)`;
const threshold = `SELECT "value" FROM ${governing('${__from}ms')}, (SELECT "value" FROM "kept"."threshold" WHERE ${ofStream}), ${governing('${__to}ms')}`;

/**
 * What governed at one time: thresholds are recorded where they change, which may be long before, and InfluxDB fills what
 * is missing from within a query's own time alone. So of two parts of fifty years, the second begins at that time, and has
 * the last value of the first.
 */
function governing(time: string): string {
  const until = `"stream" =~ /^$stream$/ AND time > ${time} - 2600w AND time <= ${time}`;
  return `(SELECT last("value") AS "value" FROM "kept"."threshold" WHERE ${until} GROUP BY time(2600w, ${time}) fill(previous) LIMIT 1 OFFSET 1)`;
}

/** A stream's anomaly score and the threshold that governed it. */
export function scoreChart(title: string): PanelBuilder {
  return timeChart(
    title,
    'Anomaly score of each window, in multiples of what is normal for the model; the greatest where there are more windows than pixels. Dashed, the threshold that governs windows that begin there.',
  )
    .unit('none')
    .decimals(2)
    .axisSoftMin(0)
    .withTarget(timeSeries('A', score, 'score'))
    .withTarget(timeSeries('B', threshold, 'threshold'))
    .overrideByName('score', line(palette.accent))
    .overrideByName(
      'threshold',
      line(
        palette.caution,
        dashed,
        { id: 'custom.lineInterpolation', value: 'stepAfter' },
        { id: 'custom.spanNulls', value: true },
      ),
    );
}
