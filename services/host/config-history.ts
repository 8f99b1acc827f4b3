import { z } from 'zod';
import { dayMs, durationMs, field, hourMs, text } from './config-field.ts';

/** The history, and the server where it is InfluxDB's: a section of cupola.yaml. */
export const historySchema = z.strictObject({
  kind: field(
    z.enum(['embedded', 'influxdb']).default('embedded'),
    'Where the history is: in the data folder, for one process; or in InfluxDB, for any number of them.',
    'influxdb',
  ),
  keepMs: field(
    durationMs(hourMs).default(30 * dayMs),
    'How far back samples, scores and anomalies are kept for charts and training.',
    7 * dayMs,
  ),
  url: field(text.optional(), 'Where InfluxDB is: 1.8, or the v1 API of a later version.', 'http://influxdb:8086'),
  database: field(text.max(100).default('cupola'), 'Database in InfluxDB; `cupola influx apply` makes it.', 'station'),
  username: field(text.optional(), 'Who InfluxDB is told that this is, where it asks.', 'cupola'),
  passwordFile: field(text.optional(), 'File with the password, and nothing else.', '/run/secrets/influxdb-password'),
  keepBy: field(
    z.enum(['eventTime', 'wallClock']).default('eventTime'),
    "Which time keepMs goes back from in InfluxDB. eventTime: the newest telemetry's, by deleting, as in the embedded history. wallClock: the clock's, by retention policies: cheaper, and right for live telemetry alone, for older points are refused.",
    'wallClock',
  ),
  keepMinutesMs: field(
    durationMs(hourMs).default(365 * dayMs),
    'How far back the mean, least and greatest value of each minute are kept in InfluxDB, by the clock; with keepBy eventTime for ever.',
    730 * dayMs,
  ),
  spoolBytes: field(
    z.int().min(1_000_000).max(1e12).default(1e9),
    'Disk in the data folder for what is recorded while InfluxDB is away. Beyond it the oldest is lost, and counted.',
    1e10,
  ),
});

export type HistoryConfig = z.output<typeof historySchema>;
