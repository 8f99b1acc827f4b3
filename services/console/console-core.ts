import type { BundleStore, Clock, Log } from '../../pipelines/ports.ts';
import { ThresholdLevels } from '../../pipelines/thresholds/threshold-levels.ts';
import type { ConsoleStatus, LiveDelta, LiveSnapshot } from './api.ts';
import { foldTopics } from './fold-topics.ts';
import { LiveFeed } from './live-feed.ts';
import { ReadModel } from './read-model.ts';
import { Summaries } from './summaries.ts';
import { TelemetryWatch } from './telemetry-watch.ts';

const publishEveryMs = 250;
const heartbeatEveryMs = 1000;
const snapshotAnomalies = 200;

/** What the core reads, and whom it tells of what it met and went on after. */
export interface CorePorts {
  readonly log: Log;
  readonly bundles: BundleStore;
  readonly clock: Clock;
  readonly report: (error: unknown) => void;
}

/** What stands behind the routes: the fold of the log, and the feed of what changes in it. */
export class ConsoleCore {
  readonly #ports: CorePorts;
  readonly model = new ReadModel();
  readonly levels: ThresholdLevels;
  readonly summaries: Summaries;
  readonly watch: TelemetryWatch;
  readonly feed = new LiveFeed(() => this.#snapshot());
  #reading = true;

  constructor(ports: CorePorts) {
    this.#ports = ports;
    this.levels = new ThresholdLevels(ports.bundles);
    this.summaries = new Summaries(this.model, this.levels);
    this.watch = new TelemetryWatch(ports.log, ports.clock);
  }

  /** Folds the log, until the signal aborts. */
  follow(signal: AbortSignal): Promise<void> {
    const { log, report } = this.#ports;
    return foldTopics(log, this.model, { report, caughtUp: () => (this.#reading = false) }, signal);
  }

  /** Publishes what changed, and without changes a heartbeat. */
  async publish(signal: AbortSignal): Promise<void> {
    const { clock } = this.#ports;
    let publishedAtMs = -Infinity;
    while (!signal.aborted) {
      await this.watch.look();
      const delta = await this.#delta();
      const changed = delta.streams.length + delta.anomalies.length + delta.faults.length + delta.commands.length > 0;
      if (changed || clock.nowMs() - publishedAtMs >= heartbeatEveryMs) {
        this.feed.publish(delta);
        publishedAtMs = clock.nowMs();
      }
      await clock.sleep(publishEveryMs, signal);
    }
  }

  /** How telemetry comes. */
  status(): ConsoleStatus {
    const { watch, model } = this;
    return {
      stationTimeMs: watch.stationTimeMs,
      speed: watch.speed,
      telemetry: this.#reading
        ? 'reading'
        : watch.lost
          ? 'lost'
          : watch.stationTimeMs === null
            ? 'waiting'
            : 'arriving',
      telemetryAgeMs: watch.stationTimeMs === null ? null : watch.ageMs,
      simulated: model.simulated,
      faultsInjected: model.faults().length,
    };
  }

  #snapshot(): LiveSnapshot {
    const { model, summaries } = this;
    return {
      status: this.status(),
      streams: model.streams().map((stream) => summaries.streamSnapshot(stream)),
      anomalies: model
        .anomalies()
        .slice(0, snapshotAnomalies)
        .map((event) => summaries.anomaly(event)),
      faults: model.faults().slice(0, snapshotAnomalies),
    };
  }

  async #delta(): Promise<LiveDelta> {
    const { model, summaries, levels } = this;
    const changes = model.takeChanges();
    const streams = [...changes.streams].filter(({ definition }) => definition !== null);
    await Promise.all(streams.map((stream) => levels.prepare(stream)));
    return {
      status: this.status(),
      streams: streams.map((stream) => summaries.streamDelta(stream)),
      anomalies: [...changes.anomalies]
        .flatMap((id) => model.anomaly(id) ?? [])
        .map((event) => summaries.anomaly(event)),
      faults: model.takeBegunFaults(),
      commands: [...changes.commands].flatMap((id) => model.command(id) ?? []),
    };
  }
}
