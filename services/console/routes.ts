import type { FastifyInstance } from 'fastify';
import type { AnomalyEvent } from '../../pipelines/alarms/anomaly-event.ts';
import { CupolaError } from '../../pipelines/errors.ts';
import { parseThreshold, policies } from '../../pipelines/thresholds/policies.ts';
import { anomaliesIn } from './anomalies-in.ts';
import { anomalyDetail } from './anomaly-detail.ts';
import type {
  AnomalyDetail,
  ConsoleStatus,
  DecisionList,
  FaultList,
  ModelDetail,
  ModelList,
  PartitionSummary,
  PolicyDescription,
  PossibleFaultList,
  ThresholdHistory,
  ThresholdOutcome,
  VerdictList,
} from './api.ts';
import { addLatentRoutes } from './latent-routes.ts';
import type { LiveFeed } from './live-feed.ts';
import { addExportRoutes } from './export/export-routes.ts';
import { addCardRoutes } from './model-card/card-routes.ts';
import { partitionSummaries } from './partitions.ts';
import { parseAnomaliesQuery, parseGridQuery, parseOutcomeQuery } from './queries.ts';
import { ribbon } from './ribbon.ts';
import type { StreamModel } from './stream-model.ts';
import { streamView, type ViewSources } from './stream-view.ts';
import { submitCommand, unknownStream, type CommandPorts } from './submit-command.ts';
import { thresholdOutcome } from './threshold-outcome.ts';
import { thresholdSteps } from './threshold-steps.ts';

/** What the routes answer from. */
export interface RouteSources extends ViewSources, CommandPorts {
  readonly feed: LiveFeed;
  status(): ConsoleStatus;
}

/** Every route of the API; api.ts describes what each takes and gives. */
export function addRoutes(server: FastifyInstance, sources: RouteSources): void {
  addStreamRoutes(server, sources);
  addAnomalyRoutes(server, sources);
  addModelRoutes(server, sources);
  addCardRoutes(server, sources);
  addExportRoutes(server, sources);
  addFaultRoutes(server, sources);
  addCommandRoutes(server, sources);
  addLatentRoutes(server, {
    ...sources,
    anomalyEvent: (id) => anomalyEvent(sources, id),
    knownStream: (stream) => known(sources, stream).stream,
  });
  server.get('/api/status', () => sources.status());
  server.get('/api/live', (_request, reply) => {
    reply.hijack();
    sources.feed.subscribe(reply.raw);
  });
}

function addStreamRoutes(server: FastifyInstance, sources: RouteSources): void {
  const { model, summaries, levels } = sources;
  server.get('/api/streams', async () => {
    const streams = model.streams();
    await Promise.all(streams.map((stream) => levels.prepare(stream)));
    return { streams: streams.map((stream) => summaries.streamSnapshot(stream)) };
  });
  server.get('/api/partitions', async (): Promise<{ partitions: readonly PartitionSummary[] }> => ({
    partitions: await partitionSummaries(sources),
  }));
  server.get<ForStream>('/api/streams/:stream', async ({ params }) => {
    const stream = known(sources, params.stream);
    await levels.prepare(stream);
    return summaries.streamDetail(stream);
  });
  server.get<ForStream>('/api/streams/:stream/view', ({ params, query }) => {
    const stream = known(sources, params.stream);
    const definition = stream.definition!;
    const { grid, channelIds } = parseGridQuery(query, definition.intervalMs);
    const channels = definition.channels.filter(({ id, role }) => channelIds?.includes(id) ?? role === 'scored');
    return streamView(sources, stream, channels, grid);
  });
  server.get<ForStream>('/api/streams/:stream/threshold-outcome', ({ params, query }): Promise<ThresholdOutcome> => {
    const stream = known(sources, params.stream);
    const { setting, range } = parseOutcomeQuery(query);
    return thresholdOutcome(sources, stream, parseThreshold(setting), range);
  });
  server.get('/api/ribbon', ({ query }) => ribbon(sources, parseGridQuery(query, 1000).grid));
}

function addAnomalyRoutes(server: FastifyInstance, sources: RouteSources): void {
  server.get('/api/anomalies', async ({ query }) => {
    const { stream = null, limit, ...range } = parseAnomaliesQuery(query);
    if (stream !== null) known(sources, stream);
    return { anomalies: await anomaliesIn(sources, stream, range, limit) };
  });
  server.get<{ Params: { id: string } }>('/api/anomalies/:id', async ({ params }): Promise<AnomalyDetail> => {
    const event = await anomalyEvent(sources, params.id);
    return anomalyDetail(sources, sources.summaries.anomaly(event), sources.model.stream(event.stream) ?? null);
  });
  server.get<OfStream>('/api/verdicts', ({ query }): VerdictList => {
    const wanted = query.stream === undefined ? null : known(sources, query.stream).stream;
    return { verdicts: sources.model.verdicts().filter(({ stream }) => wanted === null || stream === wanted) };
  });
}

async function anomalyEvent(sources: RouteSources, id: string): Promise<AnomalyEvent> {
  const event = sources.model.anomaly(id) ?? (await anomalyOfHistory(sources, id));
  if (!event) throw unknownId('CUPOLA_ANOMALY_UNKNOWN', id);
  return event;
}

/** An anomaly's id names its stream and its start, which is enough to find it. */
async function anomalyOfHistory({ history }: RouteSources, id: string) {
  const at = id.lastIndexOf('@');
  const startMs = Number(id.slice(at + 1));
  if (at < 1 || !Number.isFinite(startMs)) return null;
  const found = await history.anomalies(id.slice(0, at), { fromMs: startMs, toMs: startMs + 1 }, 10);
  return found.find((event) => event.id === id) ?? null;
}

function addModelRoutes(server: FastifyInstance, sources: RouteSources): void {
  const { model, levels, bundles } = sources;
  server.get<{ Querystring: { stream?: string } }>('/api/models', ({ query }) => models(sources, query.stream));
  server.get<{ Params: { version: string } }>('/api/models/:version', async ({ params }): Promise<ModelDetail> => {
    const { manifest } = await bundles.get(params.version);
    return { version: params.version, manifest };
  });
  server.get<OfStream>('/api/decisions', ({ query }): DecisionList => {
    const wanted = query.stream === undefined ? null : known(sources, query.stream).stream;
    return { decisions: model.decisions().filter(({ stream }) => wanted === null || stream === wanted) };
  });
  server.get('/api/policies', (): { policies: readonly PolicyDescription[] } => ({
    policies: policies.map(({ name, title, parameters }) => ({ name, title, parameters })),
  }));
  server.get<OfStream>('/api/thresholds', async ({ query }): Promise<ThresholdHistory> => {
    const wanted = query.stream === undefined ? model.streams() : [known(sources, query.stream)];
    await Promise.all(wanted.map((stream) => levels.prepare(stream)));
    return { thresholds: wanted.map((stream) => ({ stream: stream.stream, steps: thresholdSteps(levels, stream) })) };
  });
}

async function models(sources: RouteSources, stream?: string): Promise<ModelList> {
  if (stream !== undefined) known(sources, stream);
  const governing = sources.model.streams().flatMap((one) => one.models.at(-1)?.modelVersion ?? []);
  return { models: await sources.bundles.list(stream), governing };
}

function addFaultRoutes(server: FastifyInstance, sources: RouteSources): void {
  server.get<OfStream>('/api/faults', ({ query }): FaultList => {
    const wanted = query.stream === undefined ? null : known(sources, query.stream).stream;
    const faults = sources.model.knownFaults().filter(({ stream }) => wanted === null || stream === wanted);
    return { faults };
  });
  server.get<ForStream>('/api/streams/:stream/possible-faults', ({ params }): PossibleFaultList => {
    const { stream } = known(sources, params.stream);
    return { faults: sources.possibleFaults.get(stream) ?? [] };
  });
}

function addCommandRoutes(server: FastifyInstance, sources: RouteSources): void {
  server.post('/api/commands', async ({ body }, reply) => {
    const status = await submitCommand(sources, body);
    return reply.code(202).send(status);
  });
  server.get<{ Params: { id: string } }>('/api/commands/:id', ({ params }) => {
    const status = sources.model.command(params.id);
    if (!status) throw unknownId('CUPOLA_COMMAND_UNKNOWN', params.id);
    return status;
  });
}

interface ForStream {
  Params: { stream: string };
}

interface OfStream {
  Querystring: { stream?: string };
}

function known({ model }: RouteSources, stream: string): StreamModel {
  const found = model.stream(stream);
  if (!found) throw unknownStream(stream);
  return found;
}

function unknownId(code: 'CUPOLA_ANOMALY_UNKNOWN' | 'CUPOLA_COMMAND_UNKNOWN', id: string): CupolaError {
  return new CupolaError(code, `there is no ${id}`, { field: 'id', value: id });
}
