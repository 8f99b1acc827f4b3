import fastifyStatic from '@fastify/static';
import { fastify, type FastifyInstance } from 'fastify';
import { CupolaError } from '../../pipelines/errors.ts';
import { apiError } from './api-error.ts';
import { guardOrigin } from './origin-guard.ts';
import { addRoutes, type RouteSources } from './routes.ts';

const maxBodyBytes = 65_536;

/** How the server is reached, and what it serves beside the API. */
export interface ServerOptions {
  readonly host: string;
  /** Folder of the built page; without one only the API is served. */
  readonly assets: string | null;
  /** Told of errors that the console does not know. */
  readonly report: (error: unknown) => void;
}

/** The HTTP server: routes, the page, one shape for every refusal, and a guard against foreign origins. */
export function createServer({ host, assets, report }: ServerOptions, sources: RouteSources): FastifyInstance {
  const server = fastify({ forceCloseConnections: true, bodyLimit: maxBodyBytes });
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
  addRoutes(server, sources);
  if (assets !== null) server.register(fastifyStatic, { root: assets, cacheControl: false });
  return server;
}
