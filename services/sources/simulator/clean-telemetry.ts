import { SampleColumns } from './sample-columns.ts';
import { scenarioOf, stepAt, type ScenarioChoices } from './scenario.ts';
import { stationStreams } from './station-streams.ts';
import { TelemetryGenerator } from './telemetry-generator.ts';

/**
 * What is true of the simulated station, without its sensors' noise and resolution, in every step of [fromMs, toMs): steps x
 * channels of a stream, row-major, channels in the definition's order.
 */
export function cleanTelemetry(stream: string, choices: ScenarioChoices, fromMs: number, toMs: number): Float64Array {
  const { channels } = stationStreams.find((one) => one.stream === stream)!;
  const scenario = scenarioOf(choices);
  const [from, to] = [stepAt(scenario, fromMs), stepAt(scenario, toMs)];
  const generator = TelemetryGenerator.fromStart({ ...scenario, faultsAt: () => [] });
  const clean = new Float64Array((to - from) * channels.length);
  while (generator.step < to) {
    const row = generator.step - from;
    generator.advance(new SampleColumns());
    if (row >= 0)
      channels.forEach(({ truth }, channel) => (clean[row * channels.length + channel] = truth(generator.station)));
  }
  return clean;
}
