import type { FastifyInstance } from 'fastify';
import { CupolaError } from '../../pipelines/errors.ts';
import type { PossibleFaults } from '../../pipelines/fault-request.ts';
import type { BundleStore, Clock, HistoryStore, Log, ScoringRuntime } from '../../pipelines/ports.ts';
import type { RunningService } from '../service.ts';
import type { ConsoleStatus } from './api.ts';
import { ConsoleCore } from './console-core.ts';
import { createServer } from './console-server.ts';
import { ImputedGaps } from './imputed-gaps.ts';

/** What the console needs of the outside. */
export interface ConsoleOptions {
  readonly log: Log;
  readonly history: HistoryStore;
  readonly bundles: BundleStore;
  readonly clock: Clock;
  /** What imputes where channels were silent; without one nothing is. */
  readonly runtime?: ScoringRuntime;
  /** 127.0.0.1 unless other machines should see it; there is no login. */
  readonly host?: string;
  /** 0 takes any that is free. */
  readonly port: number;
  /** Folder of the built page; without one only the API is served. */
  readonly assets?: string;
  /** What faults the streams of simulated stations can have; by default no source is one. */
  readonly possibleFaults?: PossibleFaults;
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
  const { host = '127.0.0.1', port, assets = null, report = () => undefined, possibleFaults = new Map() } = options;
  const core = new ConsoleCore({ ...options, report });
  const { model, levels, summaries, feed } = core;
  const status = (): ConsoleStatus => core.status();
  const server = createServer(
    { host, assets, report },
    { ...options, possibleFaults, model, levels, summaries, feed, status, imputed: new ImputedGaps(options, report) },
  );
  const url = await listen(server, host, port);
  const stopping = new AbortController();
  const finished = untilOneFails([core.follow(stopping.signal), core.publish(stopping.signal)], stopping);
  const stop = async (): Promise<void> => {
    stopping.abort();
    feed.close();
    await server.close();
    await finished.catch(() => undefined);
  };
  return { name: 'console', url, finished, stop };
}

/** Ends both halves when one fails. Whoever never looks at the promise must not die of it. */
function untilOneFails(halves: readonly Promise<void>[], stopping: AbortController): Promise<void> {
  const all = Promise.all(halves).then(() => undefined);
  all.catch(() => stopping.abort());
  return all;
}

async function listen(server: FastifyInstance, host: string, port: number): Promise<string> {
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
