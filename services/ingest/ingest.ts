import { CupolaError, type ErrorCode } from '../../pipelines/errors.ts';
import type { Clock, Log, LogWriter } from '../../pipelines/ports.ts';
import type { RunningService } from '../service.ts';
import type { Source } from '../sources/source.ts';
import { ChunkRecords } from './chunk-records.ts';
import { SourceCommands } from './source-commands.ts';
import { lastPosition } from './source-position.ts';
import { unpublishedDefinitions } from './stream-registry.ts';

/** What ingest needs of the outside. */
export interface IngestPorts {
  readonly log: Log;
  readonly clock: Clock;
}

/** What a log gets over. */
const passing: ReadonlySet<ErrorCode> = new Set(['CUPOLA_COMMIT_UNCERTAIN', 'CUPOLA_LOG_UNREACHABLE']);
const beginAnewAfterMs = 1000;

/**
 * Ingest of one source: its samples, re-keyed by stream, and the passing of its time, into the telemetry log. Each chunk
 * commits with the source's position, and with how far its commands were read, so that a restart goes on where the last
 * commit ended. So does it itself, where the log was away for too long; `report` hears of that.
 */
export async function startIngest(
  ports: IngestPorts,
  source: Source,
  report: (error: CupolaError) => void = () => undefined,
): Promise<RunningService> {
  const stopping = new AbortController();
  const writer = await ports.log.writer(writerOf(source));
  const finished = keepIngesting(ports, writer, source, stopping.signal, report);
  return {
    name: `ingest ${source.name}`,
    finished,
    async stop() {
      stopping.abort();
      await finished;
    },
  };
}

function writerOf(source: Source): string {
  return `ingest/${source.name}`;
}

async function keepIngesting(
  { log, clock }: IngestPorts,
  first: LogWriter,
  source: Source,
  signal: AbortSignal,
  report: (error: CupolaError) => void,
): Promise<void> {
  for (let writer: LogWriter | null = first; ; writer = null) {
    try {
      return await ingest(log, writer ?? (await log.writer(writerOf(source))), source, signal);
    } catch (error) {
      if (signal.aborted || !(error instanceof CupolaError) || !passing.has(error.code)) throw error;
      report(error);
      await clock.sleep(beginAnewAfterMs, signal);
    }
  }
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
