import type { z } from 'zod';
import { CupolaError, errorTable, type ErrorCode } from '../../pipelines/errors.ts';
import type { ApiError } from './api.ts';

/** HTTP status by code; whatever stands not here is the console's own failure. */
const statuses: Partial<Record<ErrorCode, number>> = {
  CUPOLA_REQUEST_INVALID: 400,
  CUPOLA_THRESHOLD_INVALID: 400,
  CUPOLA_FAULT_IMPOSSIBLE: 400,
  CUPOLA_ORIGIN_REFUSED: 403,
  CUPOLA_ROUTE_UNKNOWN: 404,
  CUPOLA_STREAM_UNKNOWN: 404,
  CUPOLA_MODEL_UNKNOWN: 404,
  CUPOLA_ANOMALY_UNKNOWN: 404,
  CUPOLA_COMMAND_UNKNOWN: 404,
  CUPOLA_HISTORY_UNAVAILABLE: 503,
};

/** Any error as an answer: the status, and the one shape that every refusal has. */
export function apiError(error: unknown): { readonly status: number; readonly body: ApiError } {
  const known = error instanceof CupolaError ? error : fromServer(error);
  const { field = null, value = null, bound = null } = known.subject;
  const { code, message, remedy } = known;
  return { status: statuses[code] ?? 500, body: { code, message, field, value, bound, remedy } };
}

/** Fastify refuses bodies that it cannot parse, or will not take, with a status of its own below 500. */
function fromServer(error: unknown): CupolaError {
  const { statusCode } = error as { statusCode?: number };
  const isRefusal = statusCode !== undefined && statusCode < 500;
  const code = isRefusal ? 'CUPOLA_REQUEST_INVALID' : 'CUPOLA_CONSOLE_FAILED';
  const detail = isRefusal && error instanceof Error ? error.message : errorTable[code].meaning;
  return new CupolaError(code, detail, { cause: error });
}

/** Parses what a request holds. Errors: CUPOLA_REQUEST_INVALID naming field, value and bound. */
export function parseRequest<T>(schema: z.ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  const field = path.join('.') || 'request';
  const value = path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown> | null)?.[key], input);
  throw new CupolaError('CUPOLA_REQUEST_INVALID', `${field}: ${message}`, { field, value, bound: message });
}
