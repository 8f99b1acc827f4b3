import { bundleVersion } from '../../../pipelines/autoencoders/bundle.ts';
import { encodeModelSetting } from '../../../pipelines/json-records.ts';
import { topics } from '../../../pipelines/topics.ts';
import type { FitPorts } from '../../../pipelines/training/fit-bundle.ts';
import { fitOnTelemetry } from '../../../services/host/fit-on-telemetry.ts';
import { stagedStreams } from '../../staged-station/craft.ts';
import { stagedNowMs, type ConsoleUnderTest } from './console-under-test.ts';

/** Trains a model of a staged stream on what its history holds up to an hour ago, and lets it govern from then on. */
export async function letAutoencoderGovern(
  { ports }: ConsoleUnderTest,
  stream: string,
  fitPorts: FitPorts,
): Promise<string> {
  const { definition } = stagedStreams.find((one) => one.definition.stream === stream)!;
  const effectiveFromMs = stagedNowMs - 3_600_000;
  const range = { fromMs: 0, toMs: effectiveFromMs };
  const samples = await ports.history.samples(stream, definition.version, range);
  const chosen = { name: 'dense', settings: { hidden: [], code: 8 } };
  const bundle = await fitOnTelemetry(definition, samples, chosen, fitPorts, { maxEpochs: 1 });
  await ports.bundles.put(bundle);
  const modelVersion = bundleVersion(bundle);
  const setting = {
    stream,
    definitionVersion: definition.version,
    modelVersion,
    effectiveFromMs,
    commandOffset: null,
    commandId: null,
    refusedBecause: null,
    issuedBy: 'trainer',
    reason: 'trained on the staged station',
  };
  const value = encodeModelSetting(setting);
  await ports.log.append([{ topic: topics.models.name, key: stream, value, timestampMs: stagedNowMs }]);
  return modelVersion;
}
