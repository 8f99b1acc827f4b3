import { allocateFeatureWindows } from '../features/encode-window.ts';
import type { WindowMatrix } from '../features/transform-window.ts';
import type { FeatureWindows, ScoringRuntime } from '../ports.ts';
import type { WindowView } from '../windowing/stream-windower.ts';
import type { GoverningModel, WindowFacts } from './governing-model.ts';
import type { ScoreEvent } from './score-event.ts';

const nothing: WindowMatrix = { values: new Float64Array(0), mask: new Uint8Array(0) };

interface AwaitedScore {
  readonly batch: ModelBatch;
  readonly index: number;
  readonly facts: WindowFacts;
  readonly window: WindowMatrix;
}

/**
 * Score events of any number of streams in the order in which they came about, some of them still to be scored: windows
 * are gathered into one batch a model, whatever stream they are of, and take their place again when scored.
 */
export class PreparedWindows {
  readonly #items: (ScoreEvent | AwaitedScore)[] = [];
  readonly #batches = new Map<string, ModelBatch>();

  get length(): number {
    return this.#items.length;
  }

  addEvent(event: ScoreEvent): void {
    this.#items.push(event);
  }

  /** Encodes a window at once: its view need not outlive the call. */
  addWindow(model: GoverningModel, view: WindowView): void {
    let batch = this.#batches.get(model.version);
    if (!batch) this.#batches.set(model.version, (batch = new ModelBatch(model)));
    const { startMs, endMs, missingShare, backfill } = view;
    this.#items.push({
      batch,
      index: batch.add(view),
      facts: { startMs, endMs, missingShare, backfill },
      window: model.decodesRelatively ? { values: view.values.slice(), mask: view.mask.slice() } : nothing,
    });
  }

  /** Scores what awaits it and returns all events in order. The models must be loaded in the runtime. */
  async score(runtime: ScoringRuntime): Promise<ScoreEvent[]> {
    const batches = [...this.#batches.values()];
    const scored = new Map(
      await Promise.all(
        batches.map(async (batch) => [batch, await runtime.score(batch.model.version, batch.take())] as const),
      ),
    );
    return this.#items.map((item) =>
      'batch' in item
        ? item.batch.model.scoreEvent(scored.get(item.batch)!, item.index, item.facts, item.window)
        : item,
    );
  }
}

/** Windows for one model, in arrays that grow. */
class ModelBatch {
  readonly model: GoverningModel;
  #windows: FeatureWindows;
  #count = 0;

  constructor(model: GoverningModel) {
    this.model = model;
    this.#windows = allocateFeatureWindows(model.layout, 8);
  }

  add(view: WindowView): number {
    if (this.#count === this.#windows.count) this.#grow();
    this.model.encode(view, this.#windows, this.#count);
    return this.#count++;
  }

  take(): FeatureWindows {
    const { layout } = this.model;
    return {
      count: this.#count,
      features: this.#windows.features.slice(0, this.#count * layout.rows * layout.features),
      weight: this.#windows.weight.slice(0, this.#count * layout.rows * layout.scoredFeatures),
    };
  }

  #grow(): void {
    const grown = allocateFeatureWindows(this.model.layout, this.#count * 2);
    grown.features.set(this.#windows.features);
    grown.weight.set(this.#windows.weight);
    this.#windows = grown;
  }
}
