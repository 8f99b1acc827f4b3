import { CupolaError } from '../../pipelines/errors.ts';
import type { HistoryStore } from '../../pipelines/ports.ts';
import type { StreamDefinition } from '../../pipelines/telemetry/stream-definition.ts';
import type { RunningService } from '../service.ts';
import { fitStream } from './fit-stream.ts';
import { StreamsToTrain } from './streams-to-train.ts';
import type { TrainerOptions, TrainerPorts } from './trainer-ports.ts';

/**
 * The trainer: one stream at a time, from the history to a bundle, and a command that asks for it to govern. It writes
 * nothing but bundles and commands, so it can fail or stop at any time and nothing is lost but the fit.
 */
export async function startTrainer(ports: TrainerPorts, options: TrainerOptions): Promise<RunningService> {
  const stopping = new AbortController();
  const finished = train(ports, options, stopping.signal);
  return {
    name: 'trainer',
    finished,
    async stop() {
      stopping.abort();
      await finished;
    },
  };
}

async function train(ports: TrainerPorts, options: TrainerOptions, signal: AbortSignal): Promise<void> {
  const streams = new StreamsToTrain(ports.log, ports.bundles, options);
  while (!signal.aborted) {
    const due = await firstDue(streams, ports.history).catch(noneWhileAway);
    if (!due) {
      await ports.clock.sleep(options.checkEveryMs, signal);
      continue;
    }
    const report = await fitStream(ports, options, due.definition, due.toMs, signal);
    if (signal.aborted) return;
    streams.fitted(due.definition, due.toMs, report.modelVersion !== null);
    options.onFit(report);
  }
}

async function firstDue(
  streams: StreamsToTrain,
  history: HistoryStore,
): Promise<{ definition: StreamDefinition; toMs: number } | null> {
  for (const definition of await streams.definitions()) {
    const extent = await history.extent(definition.stream);
    if (extent && streams.isDue(definition, extent)) return { definition, toMs: extent.toMs };
  }
  return null;
}

/** Nobody is in a hurry for a fit: while the history's server is away, none is due. */
function noneWhileAway(error: unknown): null {
  if (error instanceof CupolaError && error.code === 'CUPOLA_HISTORY_UNAVAILABLE') return null;
  throw error;
}
