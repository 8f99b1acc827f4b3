/** `deploy/local/down`: ends what `deploy/local/up` started, and removes it. */
import { parseArgs } from 'node:util';
import { down } from './local-servers.ts';
import { runScript, say } from './script.ts';

const usage = `Usage: deploy/local/down

Ends the servers of deploy/local/up and removes their data. Kafka's jars stay in ~/.cache/cupola for the next time.`;

await runScript(usage, async (args) => {
  parseArgs({ args });
  await down(say);
});
