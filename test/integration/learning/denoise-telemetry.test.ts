import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Bundle } from '../../../pipelines/autoencoders/bundle.ts';
import type { CupolaError } from '../../../pipelines/errors.ts';
import { denoisedCsv, denoiseTelemetry, type DenoiseReport } from '../../../services/host/denoise/denoise-telemetry.ts';
import { noiseFigures } from '../../../services/host/denoise/signal-to-noise.ts';
import { closeFitPorts, openFitPorts } from '../../../services/host/fit-ports.ts';
import { fitOnTelemetry } from '../../../services/host/fit-on-telemetry.ts';
import { modelTelemetry, simulatedDefinition } from '../../../services/host/model-telemetry.ts';
import { stationStreams } from '../../../services/sources/simulator/station-streams.ts';
import { exampleBundle } from '../../conformance/example-models.ts';

const { signal } = new AbortController();
const definition = { ...simulatedDefinition('atmosphere'), windowLengthMs: 160_000 };
const ports = await openFitPorts();
after(() => closeFitPorts(ports));

describe('denoised telemetry', () => {
  let bundle: Bundle;
  let report: DenoiseReport;

  before(async () => {
    const samples = await modelTelemetry(definition, { seed: 1, orbits: 4 }, signal);
    const chosen = { name: 'dense', settings: {} };
    bundle = await fitOnTelemetry(definition, samples, chosen, ports, { maxEpochs: 2 });
    report = await denoiseTelemetry(bundle, { seed: 1, orbits: 5 }, ports.runtime, signal);
  });

  it('is of what the model has not seen, all scored channels, and lies nearer to the truth than what was observed', () => {
    assert.equal(report.seenInTraining, false);
    assert.ok(report.fromMs >= bundle.manifest.holdout.toMs);
    const scored = definition.channels.filter(({ role }) => role === 'scored').map(({ id }) => id);
    assert.deepEqual(
      report.figures!.map(({ channelId }) => channelId),
      scored,
    );
    const gains = report.figures!.map(({ gain }) => gain);
    const mean = gains.reduce((sum, gain) => sum + gain, 0) / gains.length;
    assert.ok(mean > 9, `${gains.map((gain) => gain.toFixed(1)).join(', ')} dB`);
    for (const { gain, snrIn, snrOut, lastValueGain } of report.figures!) {
      assert.ok(Math.abs(snrIn + gain - snrOut) < 1e-9);
      assert.ok(gain > 6 && lastValueGain < 0.5, `${gain} dB, last value ${lastValueGain} dB`);
    }
  });

  it('has the noise that the simulator states before it, so the truth is the truth', () => {
    const { channels } = stationStreams.find(({ stream }) => stream === 'atmosphere')!;
    for (const { channelId, noiseIn } of report.figures!) {
      const { sigma } = channels.find(({ id }) => id === channelId)!;
      assert.ok(Math.abs(noiseIn / sigma - 1) < 0.12, `${channelId}: ${noiseIn}, not ${sigma}`);
    }
  });

  it('is written with a line a row and three columns a channel', () => {
    const lines = denoisedCsv(report).trimEnd().split('\n');
    assert.equal(lines.length, report.rows + 1);
    assert.equal(lines[0]!.split(',').length, 1 + 3 * report.channels.length);
  });

  it('says so where the model was trained on it, and is refused by models that reconstruct nothing', async () => {
    const seen = await denoiseTelemetry(bundle, { seed: 1, orbits: 1 }, ports.runtime, signal);
    assert.equal(seen.seenInTraining, true);
    const limits = { ...exampleBundle({ rows: 4, features: 2, scoredFeatures: 2 }, 1) };
    const asked = { manifest: { ...limits.manifest, definition }, onnx: null };
    await assert.rejects(
      denoiseTelemetry(asked, { seed: 1, orbits: 1 }, ports.runtime, signal),
      (error: CupolaError) => error.code === 'CUPOLA_MODEL_UNSUITED',
    );
  });
});

it('figures of angles go the shorter way round', () => {
  const clean = Float64Array.from({ length: 100 }, (_, row) => 350 + row / 5);
  const wrapped = clean.map((value, row) => (value + (row % 2 === 0 ? 1 : -1)) % 360);
  const channel = { ...definition.channels[0]!, kind: 'angle', period: 360 } as const;
  const figures = noiseFigures(channel, { observed: wrapped, clean, denoised: clean.map((value) => value % 360) });
  assert.ok(Math.abs(figures.noiseIn - 1) < 1e-9 && figures.noiseOut < 1e-6);
});
