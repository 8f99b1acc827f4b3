import { allocateFeatureWindows } from '../features/encode-window.ts';
import type { WindowMatrix } from '../features/transform-window.ts';
import type { FeatureWindows, ScoredWindows, ScoringRuntime } from '../ports.ts';
import type { WindowView } from '../windowing/stream-windower.ts';
import type { AwaitedWindow, GoverningModel } from './governing-model.ts';
import type { ScoreEvent } from './score-event.ts';

/** Windows of a batch at most: many enough to keep a runtime busy, few enough to stay in the processor's cache. */
const maxBatch = 256;
/** A batch's room at first, and how much it grows each time. */
const leastRoom = 16;
const growth = 4;

/**
 * Score events of any number of streams in the order in which they came about, some of them still to be scored: windows
 * are gathered into batches by model, whatever stream they are of, and take their place again when scored. A batch that is
 * full is scored while others are still gathered, where a runtime has its model already.
 */
export class PreparedWindows {
  readonly #runtimeOf: (version: string) => ScoringRuntime | null;
  /** null where a window is still to be scored. */
  readonly #events: (ScoreEvent | null)[] = [];
  readonly #batches: ModelBatch[] = [];
  /** The newest batch of each model. */
  readonly #newest = new Map<string, ModelBatch>();

  /** `runtimeOf` gives the runtime that has a model loaded by now, if any. */
  constructor(runtimeOf: (version: string) => ScoringRuntime | null = () => null) {
    this.#runtimeOf = runtimeOf;
  }

  get length(): number {
    return this.#events.length;
  }

  addEvent(event: ScoreEvent): void {
    this.#events.push(event);
  }

  /** Encodes a window at once: its view need not outlive the call. */
  addWindow(model: GoverningModel, view: WindowView): void {
    let batch = this.#newest.get(model.version);
    if (!batch || batch.isFull) {
      batch = new ModelBatch(model);
      this.#newest.set(model.version, batch);
      this.#batches.push(batch);
    }
    batch.add(view, this.#events.length);
    this.#events.push(null);
    const runtime = batch.isFull ? this.#runtimeOf(model.version) : null;
    if (runtime) void batch.begin(runtime);
  }

  /** Scores what awaits it and returns all events in order. The models must be loaded in the runtime. */
  async score(runtime: ScoringRuntime): Promise<ScoreEvent[]> {
    await Promise.all(this.#batches.map((batch) => batch.score(runtime, this.#events)));
    return this.#events as ScoreEvent[];
  }
}

const nothing: WindowMatrix = { values: new Float64Array(0), mask: new Uint8Array(0) };

/** Windows for one model, in arrays that grow. */
class ModelBatch {
  readonly #model: GoverningModel;
  #features: FeatureWindows;
  readonly #windows: AwaitedWindow[] = [];
  /** Where each one's event belongs. */
  readonly #places: number[] = [];
  #underWay: Promise<ScoredWindows> | null = null;

  constructor(model: GoverningModel) {
    this.#model = model;
    this.#features = allocateFeatureWindows(model.layout, leastRoom);
  }

  get isFull(): boolean {
    return this.#windows.length === maxBatch;
  }

  add(view: WindowView, place: number): void {
    if (this.#windows.length === this.#features.count) this.#grow();
    this.#model.encode(view, this.#features, this.#windows.length);
    const { startMs, endMs, missingShare, backfill } = view;
    const matrix = this.#model.decodesRelatively ? { values: view.values.slice(), mask: view.mask.slice() } : nothing;
    this.#windows.push({ startMs, endMs, missingShare, backfill, matrix });
    this.#places.push(place);
  }

  /** Has its windows scored; no more may be added. */
  begin(runtime: ScoringRuntime): Promise<ScoredWindows> {
    const underWay = runtime.score(this.#model.version, this.#taken());
    // Whoever asks for the events hears of it.
    underWay.catch(() => undefined);
    return (this.#underWay = underWay);
  }

  /** Puts each window's event in its place. */
  async score(runtime: ScoringRuntime, events: (ScoreEvent | null)[]): Promise<void> {
    const scored = await (this.#underWay ?? this.begin(runtime));
    this.#model.scoreEvents(scored, this.#windows).forEach((event, index) => (events[this.#places[index]!] = event));
  }

  #taken(): FeatureWindows {
    const count = this.#windows.length;
    const { rows, features, scoredFeatures } = this.#model.layout;
    return {
      count,
      features: this.#features.features.subarray(0, count * rows * features),
      weight: this.#features.weight.subarray(0, count * rows * scoredFeatures),
    };
  }

  #grow(): void {
    const grown = allocateFeatureWindows(this.#model.layout, this.#features.count * growth);
    grown.features.set(this.#features.features);
    grown.weight.set(this.#features.weight);
    this.#features = grown;
  }
}
