import { copyFile, mkdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Assignment, Log } from '../../pipelines/ports.ts';
import { topics } from '../../pipelines/topics.ts';
import { openEmbeddedHistory } from '../../services/adapters/embedded/history-store.ts';
import { openEmbeddedLog } from '../../services/adapters/embedded/embedded-log.ts';

const topic = topics.telemetry.name;

/** How far a run is: telemetry records that ingest, scorer and recorder have each committed. */
export async function runProgress(path: string): Promise<number> {
  const log = openEmbeddedLog({ path });
  const history = openEmbeddedHistory({ path });
  try {
    await log.ensureTopics(Object.values(topics));
    let records = 0;
    for (let partition = 0; partition < (await log.partitions(topic)); partition++)
      records += (await log.range(topic, partition)).end + ((await history.position(topic, partition)) ?? 0);
    return records + (await scoredRecords(log));
  } finally {
    await history.close();
    await log.close();
  }
}

/**
 * The progress of a run that was killed, read from a copy: whoever opens the file itself would repair it before the next
 * process can.
 */
export async function progressOfKilled(path: string): Promise<number> {
  const folder = `${path}-copy`;
  const copy = join(folder, basename(path));
  await mkdir(folder);
  await copyFile(path, copy);
  await copyFile(`${path}-wal`, `${copy}-wal`).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  try {
    return await runProgress(copy);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Records up to which the scorer has committed what they lead to. */
async function scoredRecords(log: Log): Promise<number> {
  let records = 0;
  const run = async (assignment: Assignment): Promise<void> => {
    records += (await assignment.committedOffset(topic)) ?? 0;
  };
  const membership = await log.join({ group: 'scorer', topic, run });
  await membership.leave();
  return records;
}
