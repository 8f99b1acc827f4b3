import { CupolaError } from '../../pipelines/errors.ts';
import { decodeCommand, encodeDeadLetter } from '../../pipelines/json-records.ts';
import type { Log, LogRecord, OutgoingRecord } from '../../pipelines/ports.ts';
import { topics } from '../../pipelines/topics.ts';
import type { Source } from '../sources/source.ts';
import { readToEnd } from '../stage/read-range.ts';
import { commandPositionsRecord, lastCommandPositions, type CommandPositions } from './source-position.ts';

/** Takes a command to a source, or throws why it cannot be obeyed. */
type Obey = (record: LogRecord) => void;

/**
 * The commands to one source. Each is given to it exactly once: where to read on is committed in one transaction with the
 * chunk that holds what the command led to.
 */
export class SourceCommands {
  readonly #log: Log;
  readonly #source: string;
  readonly #obey: Obey;
  readonly #positions: Map<number, number>;
  /** Whether the positions are not in the log yet. */
  #moved: boolean;
  #refused: { readonly record: LogRecord; readonly detail: string }[] = [];

  private constructor(log: Log, source: string, obey: Obey, positions: CommandPositions, isNew: boolean) {
    this.#log = log;
    this.#source = source;
    this.#obey = obey;
    this.#positions = new Map(positions);
    this.#moved = isNew;
  }

  /**
   * The commands from where the last commit ended; at a source's first start, from now on: what was asked before is not
   * meant for it. Null for a source that takes none.
   */
  static async for(log: Log, source: Source, streams: readonly string[]): Promise<SourceCommands | null> {
    if (!source.injectFault) return null;
    const obey: Obey = ({ key, value }) => {
      if (!streams.includes(key!)) return;
      const command = decodeCommand(value!);
      if (command.type === 'inject-fault') source.injectFault!(command);
    };
    const committed = await lastCommandPositions(log, source.name);
    const positions = committed ?? (await ends(log, streams));
    return new SourceCommands(log, source.name, obey, positions, committed === null);
  }

  /** Gives the source what was asked by now. To be called after read(), between two chunks. */
  async take(): Promise<void> {
    for (const [partition, fromOffset] of this.#positions) {
      const { records, nextOffset } = await readToEnd(this.#log, topics.commands.name, partition, fromOffset);
      for (const record of records) this.#give(record);
      if (nextOffset > fromOffset) this.#moved = true;
      this.#positions.set(partition, nextOffset);
    }
  }

  /** What is to be committed with the next chunk: where to read on, and what could not be obeyed. */
  takeRecords(timestampMs: number): OutgoingRecord[] {
    const refused = this.#refused.map(({ record, detail }) => this.#deadLetter(record, detail, timestampMs));
    const position = this.#moved ? [commandPositionsRecord(this.#source, [...this.#positions], timestampMs)] : [];
    this.#moved = false;
    this.#refused = [];
    return [...refused, ...position];
  }

  /** The console refuses what cannot be; what comes another way must not end ingest, nor be dropped in silence. */
  #give(record: LogRecord): void {
    try {
      this.#obey(record);
    } catch (error) {
      if (!(error instanceof CupolaError)) throw error;
      this.#refused.push({ record, detail: error.message });
    }
  }

  #deadLetter({ topic, partition, offset, value }: LogRecord, detail: string, timestampMs: number): OutgoingRecord {
    const position = `${topic}/${partition}, offset ${offset}`;
    const letter = { source: this.#source, reason: 'command-impossible', detail, position, bytes: value! } as const;
    return { topic: topics.deadLetter.name, key: this.#source, value: encodeDeadLetter(letter), timestampMs };
  }
}

/** The end of each partition of commands that holds any of the streams. */
async function ends(log: Log, streams: readonly string[]): Promise<CommandPositions> {
  const positions = new Map<number, number>();
  for (const stream of streams) {
    const partition = await log.partitionOf(topics.commands.name, stream);
    positions.set(partition, (await log.range(topics.commands.name, partition)).end);
  }
  return [...positions];
}
