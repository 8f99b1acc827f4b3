import type { PanelBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { figure } from './figure.ts';
import { ofStream } from './influx-query.ts';
import { palette } from './palette.ts';
import { steps } from './severity.ts';

const quiet = steps(palette.telemetry);
const unheard = steps(palette.telemetry, [1, palette.off]);

/** What a station comes to in numbers, over the chosen time. */
export function stationFigures(): PanelBuilder[] {
  return [
    figure(
      'Open anomalies',
      'Anomalies that began in the chosen time and are not over.',
      count('anomaly', `"type" != 'closed' AND `),
      steps(palette.normal, [1, palette.serious]),
    ),
    figure('Anomalies', 'Anomalies that began in the chosen time.', count('anomaly'), quiet),
    figure('Streams scored', 'Streams with at least one scored window.', streamsScored, quiet),
    figure('Windows scored', 'Windows that have a score.', count('score'), quiet),
    figure(
      'Windows not scored',
      'Windows with too much missing: nobody knows whether they were normal.',
      `SELECT sum("value") FROM "raw"."gap" WHERE ${ofStream}`,
      unheard,
    ),
    figure('Channels silent', 'How often a channel was silent for longer than it may rest.', count('stale'), unheard),
    figure(
      'Behind at ingest',
      'How far behind its newest sample a batch came in; 99 of 100 batches were faster.',
      `SELECT percentile("value", 99) FROM "raw"."ingest" WHERE ${ofStream}`,
      quiet,
    ).unit('ms'),
    figure(
      'Not recorded',
      'Samples and events that InfluxDB will never have: it was away for too long, or refused them.',
      'SELECT sum("value") FROM "raw"."loss" WHERE $timeFilter',
      steps(palette.telemetry, [1, palette.caution]),
    ),
  ];
}

const streamsScored =
  'SELECT count("windows") FROM ' +
  `(SELECT count("value") AS "windows" FROM "raw"."score" WHERE ${ofStream} GROUP BY "stream") WHERE $timeFilter`;

function count(measurement: string, condition = ''): string {
  return `SELECT count("value") FROM "raw"."${measurement}" WHERE ${condition}${ofStream}`;
}
