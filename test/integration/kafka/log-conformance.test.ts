import { openKafkaLog } from '../../../services/adapters/kafka/kafka-log.ts';
import { logConformance } from '../../conformance/log.ts';
import { startTestKafka } from './test-broker.ts';

let names = 0;

logConformance('kafka', async () => {
  const kafka = await startTestKafka();
  return {
    open: () => openKafkaLog({ brokers: kafka.addresses, partitions: 4 }),
    name: (purpose) => `${purpose}-${names++}`,
    dispose: () => kafka.stop(),
  };
});
