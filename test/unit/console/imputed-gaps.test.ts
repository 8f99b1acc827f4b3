import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { StreamDetail, StreamView } from '../../../services/console/api.ts';
import { closeFitPorts, openFitPorts } from '../../../services/host/fit-ports.ts';
import { expectedValue, stagedStreams } from '../../staged-station/craft.ts';
import { consoleUnderTest, eventually, stagedNowMs } from './console-under-test.ts';
import { letAutoencoderGovern } from './governing-autoencoder.ts';

const minute = 60_000;
const silent = 'USLAB000024';
const silentFromMs = stagedNowMs - 31 * minute;
const fitPorts = await openFitPorts();
after(() => closeFitPorts(fitPorts));
const running = await consoleUnderTest({ after }, { runtime: fitPorts.runtime });

async function view(hours = 2): Promise<StreamView> {
  const range = `fromMs=${stagedNowMs - hours * 60 * minute}&toMs=${stagedNowMs}&binMs=10000`;
  return (await running.get<StreamView>(`/api/streams/attitude/view?${range}`)).body;
}

test('a channel that fell silent is imputed from the others where a trained model governs, and no score changes by it', async () => {
  const before = await view();
  assert.ok(
    before.channels.every(({ imputed }) => imputed === null),
    'a model without weights imputes nothing',
  );
  const events = await running.ports.history.scoreEvents('attitude', { fromMs: 0, toMs: stagedNowMs }, 10_000);

  const version = await letAutoencoderGovern(running, 'attitude', fitPorts);
  await eventually(async () => {
    const { body } = await running.get<StreamDetail>('/api/streams/attitude');
    return body.model?.version === version;
  });
  const { grid, channels, score } = await view();
  for (const { channelId, imputed } of channels) assert.equal(imputed === null, channelId !== silent, channelId);
  const found = channels.find(({ channelId }) => channelId === silent)!.imputed!;
  const { channels: staged } = stagedStreams.find(({ definition }) => definition.stream === 'attitude')!;
  const channel = staged.find(({ definition }) => definition.id === silent)!;
  let [squares, bins] = [0, 0];
  found.min.forEach((value, bin) => {
    const timeMs = grid.fromMs + bin * grid.binMs;
    if (timeMs < silentFromMs - grid.binMs) assert.equal(value, null, `${timeMs} was observed`);
    if (value === null) return;
    squares += (value - expectedValue(channel, timeMs)) ** 2;
    bins++;
  });
  assert.ok(bins > 100, `${bins} of some 180 bins`);
  assert.ok(Math.sqrt(squares / bins) < 3 * channel.noise, `${Math.sqrt(squares / bins)}, noise ${channel.noise}`);

  assert.deepEqual(score, before.score);
  const afterwards = await running.ports.history.scoreEvents('attitude', { fromMs: 0, toMs: stagedNowMs }, 10_000);
  assert.deepEqual(afterwards, events);
});
