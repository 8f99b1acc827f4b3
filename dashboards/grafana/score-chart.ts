import type { PanelBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { ofStream, timeSeries } from './influx-query.ts';
import { palette } from './palette.ts';
import { dashed, line, timeChart } from './time-chart.ts';

const score = `SELECT max("value") FROM "raw"."score" WHERE ${ofStream} GROUP BY time($__interval) fill(null)`;
const threshold = `SELECT "threshold" FROM "raw"."anomaly" WHERE ${ofStream}`;

/** A stream's anomaly score and the threshold that its anomalies went beyond. */
export function scoreChart(title: string): PanelBuilder {
  return timeChart(
    title,
    'Anomaly score of each window, in multiples of what is normal for the model; the greatest where there are more windows than pixels. The threshold as each anomaly recorded it.',
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
        { id: 'custom.showPoints', value: 'always' },
        { id: 'custom.pointSize', value: 4 },
      ),
    );
}
