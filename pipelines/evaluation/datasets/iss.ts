import { channelFromParameter } from '../../telemetry/dictionary/channel-from-parameter.ts';
import type { Dataset } from './dataset.ts';
import { recordedSeries } from './recorded-series.ts';
import { recordedStream } from './recorded-stream.ts';

const minute = 60_000;
const hour = 60 * minute;

const urineTankFile = 'urine_tank_NODE3000005_log.csv';
const altitudeFile = 'altitude_20250719_1min.csv';

/** What the station's urine tank told in three months: sent on change, with silences of up to 134 h. */
export const issUrineTank: Dataset = {
  name: 'iss-urine-tank',
  summary: 'Three months of the real ISS urine tank (NODE3000005), event driven, with 357 silences of over an hour.',
  folder: 'iss',
  sharedFiles: [],
  members: (paths) => (paths.includes(urineTankFile) ? ['NODE3000005'] : []),
  filesOf: () => [urineTankFile],
  decode: (member, files, options) =>
    // Logged in Central European Time; the log ends before daylight saving time begins.
    recordedSeries(member, files.get(urineTankFile)!, { utcOffsetMs: hour }, () =>
      recordedStream(
        {
          stream: 'urine-tank',
          name: 'Urine tank',
          subsystem: 'ETHOS',
          source: 'iss-urine-tank',
          intervalMs: minute,
          strideRows: 8,
          staleAfterMs: hour,
          warmUpMs: 7 * 24 * hour,
          channels: [channelFromParameter('NODE3000005')],
        },
        options,
      ),
    ),
};

/** The station's altitude over 6.4 orbits, once a minute. */
export const issAltitude: Dataset = {
  name: 'iss-altitude',
  summary: 'Ten hours of the real ISS altitude, once a minute.',
  folder: 'iss',
  sharedFiles: [],
  members: (paths) => (paths.includes(altitudeFile) ? ['altitude'] : []),
  filesOf: () => [altitudeFile],
  decode: (member, files, options) =>
    recordedSeries(member, files.get(altitudeFile)!, {}, () =>
      recordedStream(
        {
          stream: 'altitude',
          name: 'Altitude',
          subsystem: 'TOPO',
          source: 'iss-altitude',
          intervalMs: minute,
          strideRows: 4,
          staleAfterMs: 5 * minute,
          warmUpMs: 4 * hour,
          channels: [{ id: 'altitude', name: 'Altitude', unit: 'km', kind: 'real' }],
        },
        options,
      ),
    ),
};
