import { logConformance } from '../../conformance/log.ts';
import { sharedKafka } from './shared-kafka.ts';

let names = 0;

logConformance('kafka', async () => {
  const kafka = sharedKafka();
  return {
    open: () => kafka.open(),
    name: (purpose) => `${purpose}-${names++}`,
    dispose: async () => {},
  };
});
