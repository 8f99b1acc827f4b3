import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { parseArchitecture } from '../../pipelines/autoencoders/architecture-settings.ts';
import { closeFitPorts, openFitPorts } from '../../services/host/fit-ports.ts';
import { fitOnTelemetry } from '../../services/host/fit-on-telemetry.ts';
import { craftDefinition, fitOptions, TrainedCraft } from './trained-craft.ts';

const chosen = { name: 'dense', settings: { hidden: [16], code: 3 } };
const craft = await TrainedCraft.start();
after(() => craft.stop());

test("a stream's first fit starts from another stream's model of the same shape, where the trainer may", async () => {
  const ports = await openFitPorts();
  const donor = { ...craftDefinition, stream: 'wheels' };
  const rows = Array.from({ length: 900 }, (_, row) => row);
  const samples = {
    type: 'samples',
    stream: 'wheels',
    definitionVersion: 1,
    ingestTimeMs: 900_000,
    channel: Uint16Array.from(rows.flatMap(() => [0, 1])),
    eventTimeMs: Float64Array.from(rows.flatMap((row) => [row * 1000, row * 1000])),
    value: Float64Array.from(rows.flatMap((row) => [0, 1].map((shift) => Math.sin((2 * Math.PI * row) / 40 + shift)))),
  } as const;
  const bundle = await fitOnTelemetry(donor, samples, chosen, ports, { maxEpochs: 60, learningRate: 0.01 });
  await closeFitPorts(ports);
  await craft.bundles.put(bundle);

  const fit = { ...fitOptions, architecture: parseArchitecture(chosen.name, chosen.settings), maxEpochs: 2 };
  await craft.train({ fit, startFrom: 'same-shape' });
  await craft.fly(1300);
  await craft.until('a fit', async () => craft.fits.length > 0);
  const [first] = craft.fits;
  assert.equal(first!.error, null);
  const { manifest } = await craft.bundles.get(first!.modelVersion!);
  const loss = manifest.fit.epochs[0]!.holdoutLoss;
  const ofDonor = bundle.manifest.fit.epochs.at(-1)!.holdoutLoss;
  assert.ok(loss < 0.1, `${loss} after an epoch: chance would be near 1, the donor came to ${ofDonor}`);
});
