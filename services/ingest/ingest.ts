import type { Log, LogWriter } from '../../pipelines/ports.ts';
import type { RunningService } from '../service.ts';
import type { Source } from '../sources/source.ts';
import { ChunkRecords } from './chunk-records.ts';
import { SourceCommands } from './source-commands.ts';
import { lastPosition } from './source-position.ts';
import { unpublishedDefinitions } from './stream-registry.ts';

/** What ingest needs of the outside. */
export interface IngestPorts {
  readonly log: Log;
}

/**
 * Ingest of one source: its samples, re-keyed by stream, and the passing of its time, into the telemetry log. Each chunk
 * commits with the source's position, and with how far its commands were read, so that a restart goes on where the last
 * commit ended.
 */
export async function startIngest({ log }: IngestPorts, source: Source): Promise<RunningService> {
  const stopping = new AbortController();
  const writer = await log.writer(`ingest/${source.name}`);
  const finished = ingest(log, writer, source, stopping.signal);
  return {
    name: `ingest ${source.name}`,
    finished,
    async stop() {
      stopping.abort();
      await finished;
    },
  };
}

async function ingest(log: Log, writer: LogWriter, source: Source, signal: AbortSignal): Promise<void> {
  try {
    const definitions = await source.definitions();
    const unpublished = await unpublishedDefinitions(log, definitions);
    const records = await ChunkRecords.for(log, source.name, definitions);
    const streams = definitions.map(({ stream }) => stream);
    const commands = await SourceCommands.for(log, source, streams);
    const first = [...records.ofDefinitions(unpublished), ...(commands?.takeRecords(0) ?? [])];
    if (first.length > 0) await writer.commit({ records: first });
    const chunks = source.read(await lastPosition(log, source.name), signal);
    await commands?.take();
    for await (const chunk of chunks) {
      const taken = commands?.takeRecords(chunk.ingestTimeMs) ?? [];
      await writer.commit({ records: [...records.ofChunk(chunk), ...taken] });
      await commands?.take();
    }
  } finally {
    await writer.close();
  }
}
