import fastifyStatic from '@fastify/static';
import { fastify, type FastifyInstance } from 'fastify';
import { CupolaError } from '../../pipelines/errors.ts';
import type { BundleStore, Clock, HistoryStore, Log } from '../../pipelines/ports.ts';
import type { RunningService } from '../service.ts';
import { apiError } from './api-error.ts';
import type { ConsoleStatus, LiveDelta, LiveSnapshot } from './api.ts';
import { foldTopics } from './fold-topics.ts';
import { LiveFeed } from './live-feed.ts';
import { guardOrigin } from './origin-guard.ts';
import { ReadModel } from './read-model.ts';
import { addRoutes } from './routes.ts';
import { Summaries } from './summaries.ts';
import { TelemetryWatch } from './telemetry-watch.ts';
import { ThresholdLevels } from './threshold-levels.ts';

const publishEveryMs = 250;
const heartbeatEveryMs = 1000;
const snapshotAnomalies = 200;

/** What the console needs of the outside. */
export interface ConsoleOptions {
  readonly log: Log;
  readonly history: HistoryStore;
  readonly bundles: BundleStore;
  readonly clock: Clock;
  /** 127.0.0.1 unless other machines should see it; there is no login. */
  readonly host?: string;
  /** 0 takes any that is free. */
  readonly port: number;
  /** Folder of the built page; without one only the API is served. */
  readonly assets?: string;
  /** Told of what the console met and went on after. */
  readonly report?: (error: unknown) => void;
}

export interface ConsoleService extends RunningService {
  /** Where the page is. */
  readonly url: string;
}

/**
 * Starts the console: folds the log's topics into what the page shows, and serves page and API.
 *
 * Errors: CUPOLA_PORT_IN_USE.
 */
export async function startConsole(options: ConsoleOptions): Promise<ConsoleService> {
  const stopping = new AbortController();
  const core = new ConsoleCore(options);
  const server = createServer(options, core);
  const url = await listen(server, options);
  const running = Promise.all([core.follow(stopping.signal), core.publish(stopping.signal)]);
  const finished = running.then(() => undefined);
  // Whoever never looks at `finished` must not die of it.
  finished.catch(() => undefined);
  const stop = async (): Promise<void> => {
    stopping.abort();
    core.feed.close();
    await server.close();
    await finished;
  };
  return { name: 'console', url, finished, stop };
}

/** What stands behind the routes: the fold, and the feed of what changes in it. */
class ConsoleCore {
  readonly #options: ConsoleOptions;
  readonly model = new ReadModel();
  readonly levels: ThresholdLevels;
  readonly summaries: Summaries;
  readonly watch: TelemetryWatch;
  readonly feed = new LiveFeed(() => this.#snapshot());
  #reading = true;

  constructor(options: ConsoleOptions) {
    this.#options = options;
    this.levels = new ThresholdLevels(options.bundles);
    this.summaries = new Summaries(this.model, this.levels);
    this.watch = new TelemetryWatch(options.log, options.clock);
  }

  follow(signal: AbortSignal): Promise<void> {
    const { log, report = () => undefined } = this.#options;
    return foldTopics(log, this.model, { report, caughtUp: () => (this.#reading = false) }, signal);
  }

  /** Publishes what changed, and without changes a heartbeat. */
  async publish(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
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

function createServer(options: ConsoleOptions, core: ConsoleCore): FastifyInstance {
  const { host = '127.0.0.1', report = () => undefined } = options;
  const server = fastify({ forceCloseConnections: true, bodyLimit: 65_536 });
  server.addHook('onRequest', async ({ raw }, reply) => {
    guardOrigin(raw, host);
    reply.headers({
      'content-security-policy': "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
  });
  server.setErrorHandler((error, _request, reply) => {
    const { status, body } = apiError(error);
    if (status >= 500) report(error);
    return reply.code(status).send(body);
  });
  server.setNotFoundHandler(({ method, url }) => {
    throw new CupolaError('CUPOLA_ROUTE_UNKNOWN', `nothing at ${method} ${url}`, { field: 'url', value: url });
  });
  addRoutes(server, {
    ...options,
    model: core.model,
    levels: core.levels,
    summaries: core.summaries,
    feed: core.feed,
    status: () => core.status(),
  });
  if (options.assets !== undefined) server.register(fastifyStatic, { root: options.assets, cacheControl: false });
  return server;
}

async function listen(server: FastifyInstance, { host = '127.0.0.1', port }: ConsoleOptions): Promise<string> {
  try {
    return await server.listen({ host, port });
  } catch (cause) {
    await server.close();
    if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw cause;
    const bound = 'a port that nothing else listens on';
    throw new CupolaError('CUPOLA_PORT_IN_USE', `port ${port} of ${host} is in use`, {
      field: 'port',
      value: port,
      bound,
      cause,
    });
  }
}
