import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openCluster } from '../../../services/adapters/kafka/kafkajs-cluster.ts';
import { clientOptions, sharedKafka } from './shared-kafka.ts';

const kafka = sharedKafka();

function socketsOpen(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'TCPSocketWrap').length;
}

test('many requests at once after a connection broke open one new one', async () => {
  const opened = openCluster(clientOptions(kafka), 5000);
  const { cluster } = opened;
  await cluster.connect();
  await cluster.refreshMetadata();
  const broker = await cluster.findBroker({ nodeId: cluster.getNodeIds()[0]! });
  const before = socketsOpen();
  const failing = broker.metadata([]);
  for (const address of kafka.brokers) opened.disconnect(address);
  await assert.rejects(failing, /disconnected/);
  await sleep(50);
  await Promise.all(Array.from({ length: 20 }, () => broker.metadata([])));
  assert.equal(socketsOpen(), before);
  opened.disconnect();
});

test('requests set no timers in the past, which Node warns of', async () => {
  const warnings: Error[] = [];
  process.on('warning', (warning) => warnings.push(warning));
  const log = await kafka.open();
  await kafka.ensure(log, 'warnings');
  await log.append([{ topic: 'warnings', partition: 0, key: 'k', value: null, timestampMs: 1 }]);
  await log.close();
  // Warnings come in a later turn.
  process.emitWarning('the last one');
  while (!warnings.some(({ message }) => message === 'the last one')) await once(process, 'warning');
  assert.deepEqual(
    warnings.map(({ message }) => message),
    ['the last one'],
  );
});
