import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { AnomalyEvent } from '../../pipelines/alarms/anomaly-event.ts';
import { parseRequest } from './api-error.ts';
import type { ModelCodes, SimilarIncidents, StreamCodes } from './api.ts';
import { modelCodes, streamCodes } from './latent-views.ts';
import { similarIncidents, type IncidentSources } from './similar-incidents.ts';

const latestMs = 8.64e15;
const timeMs = z.coerce.number().min(0).max(latestMs);
const count = z.coerce.number().int().min(1);
const similarSchema = z.object({ limit: count.max(50).default(5) });
const codesSchema = z
  .object({ fromMs: timeMs.default(0), toMs: timeMs.default(latestMs), limit: count.max(5000).default(1000) })
  .refine(({ fromMs, toMs }) => toMs > fromMs, { path: ['toMs'], message: 'must be after fromMs' });

/** How the routes find what a path names; each throws where there is no such thing. */
export interface LatentRouteSources extends IncidentSources {
  anomalyEvent(id: string): Promise<AnomalyEvent>;
  knownStream(stream: string): string;
}

/** Routes of what is like what: similar incidents, and codes. */
export function addLatentRoutes(server: FastifyInstance, sources: LatentRouteSources): void {
  server.get<{ Params: { id: string } }>(
    '/api/anomalies/:id/similar',
    async ({ params, query }): Promise<SimilarIncidents> => {
      const { limit } = parseRequest(similarSchema, query);
      return similarIncidents(sources, await sources.anomalyEvent(params.id), limit);
    },
  );
  server.get<{ Params: { stream: string } }>(
    '/api/streams/:stream/codes',
    ({ params, query }): Promise<StreamCodes> => {
      const { limit, ...range } = parseRequest(codesSchema, query);
      return streamCodes(sources, sources.knownStream(params.stream), range, limit);
    },
  );
  server.get<{ Params: { version: string } }>(
    '/api/models/:version/codes',
    ({ params, query }): Promise<ModelCodes> => {
      const { limit, ...range } = parseRequest(codesSchema, query);
      return modelCodes(sources, params.version, range, limit);
    },
  );
}
