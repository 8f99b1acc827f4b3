import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { CupolaError } from '../../../pipelines/errors.ts';
import type { Assignment, LogTransaction, LogWriter } from '../../../pipelines/ports.ts';
import { invalid } from '../log/invalid-request.ts';
import type { GroupPositions, LogStore, WriterEpoch } from './log-store.ts';

/** A transactional writer; opening it fences all earlier ones of its identity. */
export class EmbeddedWriter implements LogWriter {
  readonly #store: LogStore;
  readonly #epoch: WriterEpoch;
  readonly #logClosing: AbortSignal;
  #closed = false;

  constructor(store: LogStore, identity: string, logClosing: AbortSignal) {
    this.#store = store;
    this.#epoch = store.nextEpoch(identity);
    this.#logClosing = logClosing;
  }

  /** Written when it is called, so commits stand in call order; errors reject. */
  async commit(transaction: LogTransaction): Promise<void> {
    if (this.#closed || this.#logClosing.aborted)
      throw new CupolaError('CUPOLA_LOG_CLOSED', `writer ${this.#epoch.identity} was closed`);
    this.#store.commit(transaction.records, this.#epoch, this.positions(transaction.offsets));
    await yieldToEventLoop();
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  protected positions(offsets: LogTransaction['offsets']): GroupPositions | null {
    if (offsets === undefined) return null;
    throw invalid('offsets', JSON.stringify(offsets), 'left out: only an assignment of a group has positions');
  }
}

/** The writer of one partition of a group, with the group's positions in it; its identity is GROUP/TOPIC/PARTITION. */
export class EmbeddedAssignment extends EmbeddedWriter implements Assignment {
  readonly partition: number;
  readonly revoked: AbortSignal;
  readonly #store: LogStore;
  readonly #group: string;

  constructor(
    store: LogStore,
    owned: { readonly group: string; readonly topic: string; readonly partition: number },
    revoked: AbortSignal,
    logClosing: AbortSignal,
  ) {
    super(store, `${owned.group}/${owned.topic}/${owned.partition}`, logClosing);
    this.#store = store;
    this.#group = owned.group;
    this.partition = owned.partition;
    this.revoked = revoked;
  }

  async committedOffset(topic: string): Promise<number | null> {
    this.#store.partition(topic, this.partition);
    return this.#store.position(this.#group, topic, this.partition);
  }

  protected override positions(offsets: LogTransaction['offsets']): GroupPositions | null {
    return offsets ? { group: this.#group, partition: this.partition, offsets } : null;
  }
}
