/** `deploy/local/up`: a real Kafka and a real InfluxDB on this machine, without containers. */
import { parseArgs } from 'node:util';
import { CupolaError } from '../../pipelines/errors.ts';
import { kafkaVersions } from './kafka-jars.ts';
import { serverKinds, up } from './local-servers.ts';
import { runScript, say } from './script.ts';

const usage = `Usage: deploy/local/up [options]

Starts a real Kafka and a real InfluxDB on free ports of 127.0.0.1, and says where they are once they are ready.
deploy/local/down ends them.

  --json             print where they are as JSON
  --only NAME        ${serverKinds.join(' or ')}
  --brokers COUNT    1 or 3 Kafka brokers (default 1)
  --kafka VERSION    ${kafkaVersions.join(' or ')} (default: CUPOLA_KAFKA_VERSION, or ${kafkaVersions[0]})`;

const brokerCounts = { '1': 1, '3': 3 } as const;

await runScript(usage, async (args) => {
  const { values } = parseArgs({
    args,
    options: {
      json: { type: 'boolean', default: false },
      only: { type: 'string' },
      brokers: { type: 'string' },
      kafka: { type: 'string' },
    },
  });
  const { only, brokers, kafka } = values;
  const servers = await up({
    kinds: only === undefined ? serverKinds : [oneOf('only', only, serverKinds)],
    brokers: brokers === undefined ? undefined : brokerCounts[oneOf('brokers', brokers, ['1', '3'])],
    version: kafka === undefined ? undefined : oneOf('kafka', kafka, kafkaVersions),
    say,
  });
  if (!values.json) return;
  const addresses = Object.entries(servers).map(([kind, { address }]) => [kind, address]);
  console.log(JSON.stringify(Object.fromEntries(addresses)));
});

function oneOf<const T extends string>(name: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((each) => each === value);
  if (found !== undefined) return found;
  throw new CupolaError('CUPOLA_USAGE_INVALID', `--${name} is "${value}"; it must be ${allowed.join(' or ')}`, {
    field: name,
    value,
  });
}
