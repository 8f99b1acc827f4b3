/**
 * A process to be killed: copies `input` to all the other topics, a long transaction a record, for ever; after each
 * acknowledgement it writes the record's offset to stdout. Arguments: the log's path, and the topics to copy to.
 */
import { writeSync } from 'node:fs';
import { openEmbeddedLog } from '../../../../services/adapters/embedded/embedded-log.ts';

const log = openEmbeddedLog({ path: process.argv[2]! });
writeSync(1, 'open\n');
const member = await log.join({
  group: 'copy',
  topic: 'input',
  run: async (assignment) => {
    let position = (await assignment.committedOffset('input')) ?? 0;
    while (!assignment.revoked.aborted) {
      const { records, nextOffset } = await log.read({
        topic: 'input',
        partition: 0,
        fromOffset: position,
        maxRecords: 1,
        waitMs: 60_000,
      });
      const { key, value, timestampMs } = records[0]!;
      const copies = process.argv.slice(3).map((topic) => ({ topic, key, value, timestampMs }));
      await assignment.commit({ records: copies, offsets: { input: nextOffset } });
      writeSync(1, `${position}\n`);
      position = nextOffset;
    }
  },
});
await member.finished;
