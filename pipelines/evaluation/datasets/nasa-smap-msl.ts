import type { ChannelDefinition } from '../../telemetry/channel.ts';
import type { Dataset, DatasetFiles } from './dataset.ts';
import { invalidDataset } from './invalid-dataset.ts';
import { decodeNasaLabels, type NasaLabels } from './nasa-labels.ts';
import { recordedStream, type RecordedStreamOptions } from './recorded-stream.ts';
import type { DatasetMember } from './recording.ts';
import { decodeTrainingAndTest } from './training-and-test.ts';

const minute = 60_000;
const labelsFile = 'labeled_anomalies.csv';

/**
 * Telemetry of the SMAP satellite and the Curiosity rover (MSL), one row a minute, with labelled anomalies in the test
 * part. Each channel is a stream of its own: one scored value and the 0/1 commands that were sent, which are context.
 *
 * Source: Hundman et al., "Detecting Spacecraft Anomalies Using LSTMs and Nonparametric Dynamic Thresholding", KDD 2018.
 */
export const nasaSmapMsl = nasaDataset('nasa-smap-msl', ['SMAP', 'MSL']);
/** The SMAP channels of {@link nasaSmapMsl}. */
export const smap = nasaDataset('smap', ['SMAP']);
/** The MSL channels of {@link nasaSmapMsl}. */
export const msl = nasaDataset('msl', ['MSL']);

function nasaDataset(name: string, spacecraft: readonly string[]): Dataset {
  return {
    name,
    summary: `Telemetry of ${spacecraft.join(' and ')} with labelled anomalies, one channel a stream, one row a minute.`,
    folder: 'nasa-smap-msl',
    sharedFiles: [labelsFile],
    members: (paths, shared) =>
      [...labelsIn(shared)].flatMap(([channel, labels]) =>
        spacecraft.includes(labels.spacecraft) && filesOf(channel).every((path) => paths.includes(path))
          ? [channel]
          : [],
      ),
    filesOf,
    decode: decodeChannel,
  };
}

function filesOf(channel: string): [train: string, test: string] {
  return [`train/${channel}.npy`, `test/${channel}.npy`];
}

function labelsIn(files: DatasetFiles): ReadonlyMap<string, NasaLabels> {
  return decodeNasaLabels(files.get(labelsFile)!, labelsFile);
}

function decodeChannel(channel: string, files: DatasetFiles, options: RecordedStreamOptions): DatasetMember {
  const [trainFile, testFile] = filesOf(channel);
  const { columns, timeline, ...rows } = decodeTrainingAndTest(files, trainFile, testFile, minute);
  const labels =
    labelsIn(files).get(channel) ?? invalidDataset(labelsFile, `without ${channel}`, 'a line for each channel');
  if (labels.testRows !== timeline.testRows)
    invalidDataset(`${testFile} rows`, timeline.testRows, `${labels.testRows}, as in ${labelsFile}`);
  const definition = recordedStream(
    {
      stream: channel,
      name: `${labels.spacecraft} channel ${channel}`,
      subsystem: labels.spacecraft,
      source: 'nasa-smap-msl',
      intervalMs: minute,
      strideRows: 4,
      staleAfterMs: 5 * minute,
      // Every row has all channels: a window with a missing one reaches out of its part.
      maxMissingShare: 0,
      warmUpMs: timeline.trainingRows * minute,
      channels: telemetryAndCommands(channel, columns),
    },
    options,
  );
  return { name: channel, recording: { definition, ...rows }, timeline, labelled: labels.sequences };
}

function telemetryAndCommands(channel: string, columns: number): ChannelDefinition[] {
  return Array.from({ length: columns }, (_, column) => ({
    id: column === 0 ? `${channel}/telemetry` : `${channel}/command-${column}`,
    name: column === 0 ? `${channel} telemetry` : `${channel} command ${column}`,
    unit: '',
    kind: 'real',
    role: column === 0 ? 'scored' : 'context',
    onChange: false,
    // Values were brought into [-1, 1] by their range.
    leastDeviation: 0.1,
  }));
}
