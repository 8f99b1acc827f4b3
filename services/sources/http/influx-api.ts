import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../../pipelines/ports.ts';
import { lineProtocolDecoder, type LineProtocolMapping } from '../../../pipelines/telemetry/line-protocol-codec.ts';
import type { LinePrecision } from '../../../pipelines/telemetry/line-protocol-time.ts';
import { SourceEnded, type ArrivalQueue, type Room } from '../arrival-queue.ts';
import { carriesToken } from './credentials.ts';
import { Refused } from './refused.ts';
import { readBody } from './request-body.ts';

/** What the part of InfluxDB's HTTP API that takes telemetry needs. */
export interface InfluxApiOptions {
  /** The source's. */
  readonly name: string;
  readonly queue: ArrivalQueue;
  readonly clock: Clock;
  readonly mapping: LineProtocolMapping;
  readonly maxBodyBytes: number;
  /** null lets everybody in. */
  readonly token: string | null;
}

/** What a request is answered with; a body is JSON. */
interface Answer {
  readonly status: number;
  readonly body?: object;
}

/** Clients look for a number that they know: what is spoken is the write API of that version. */
const version = '1.8.10-cupola';
const retryAfterSeconds = '1';
const precisions: ReadonlyMap<string, LinePrecision> = new Map([
  ['n', 'ns'],
  ['ns', 'ns'],
  ['u', 'us'],
  ['us', 'us'],
  ['µ', 'us'],
  ['ms', 'ms'],
  ['s', 's'],
]);
const maxQueryBytes = 65_536;

/**
 * Answers requests as InfluxDB's write API does, of version 1 (`/write`) and 2 (`/api/v2/write`), with what clients ask
 * beside it: `/ping`, `/health` and `CREATE DATABASE`. A write is answered once the log has taken it.
 */
export function influxApi(options: InfluxApiOptions): (request: IncomingMessage, response: ServerResponse) => void {
  const decode = lineProtocolDecoder(options.mapping);

  async function answer(request: IncomingMessage): Promise<Answer> {
    const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname === '/ping') return query.has('verbose') ? { status: 200, body: { version } } : { status: 204 };
    if (pathname === '/health') return health(options.queue.isOpen);
    if (request.headers.origin !== undefined) throw new Refused(403, 'pages in a browser may not write telemetry here');
    if (options.token !== null && !carriesToken(request, query, options.token))
      throw new Refused(401, 'the token is missing or is not the one that this source expects');
    if (pathname === '/query') return createDatabase(request, query, options.queue.room());
    if (pathname !== '/write' && pathname !== '/api/v2/write') throw new Refused(404, `nothing at ${pathname}`);
    if (request.method !== 'POST') throw new Refused(405, `method is ${request.method}, must be POST`);
    return write(request, precisionOf(query));
  }

  async function write(request: IncomingMessage, precision: LinePrecision): Promise<Answer> {
    const { queue } = options;
    if (!queue.isOpen) throw new Refused(503, 'ingest is not reading this source');
    const room = queue.room();
    try {
      const bytes = await readBody(request, options.maxBodyBytes, room);
      const arrival = decode(bytes, options.name, { precision, defaultTimeMs: options.clock.nowMs() });
      const { samples, rejected } = arrival;
      if (samples.channel.length > 0 || rejected.length > 0) await queue.put(arrival);
      const bad = rejected.filter(({ reason }) => reason === 'undecodable');
      if (bad.length > 0) throw partialWrite(samples.channel.length, bad.length, bad[0]!);
      return { status: 204 };
    } finally {
      room.release();
    }
  }

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const given = await answer(request).catch((error: unknown) => refusal(error));
    send(response, given, options.queue.isOpen);
    // What was not read of a refused body stands between its sender and the next request.
    request.resume();
  }

  return (request, response) => {
    // Where the sender has gone, whatever was taken is in the log, and it will send the rest again.
    respond(request, response).catch(() => response.destroy());
  };
}

function health(isOpen: boolean): Answer {
  const [status, message] = isOpen ? ['pass', 'ready for writes'] : ['fail', 'ingest is not reading this source'];
  return { status: isOpen ? 200 : 503, body: { name: 'cupola', message, status, checks: [], version } };
}

function precisionOf(query: URLSearchParams): LinePrecision {
  const given = query.get('precision') ?? 'ns';
  const precision = precisions.get(given);
  if (precision) return precision;
  throw new Refused(400, `precision is ${JSON.stringify(given)}, must be one of ${[...precisions.keys()].join(', ')}`);
}

/** Clients create their database before they write to it: there is none, and nothing to create. */
async function createDatabase(request: IncomingMessage, query: URLSearchParams, room: Room): Promise<Answer> {
  try {
    const body = new TextDecoder().decode(await readBody(request, maxQueryBytes, room));
    const statement = query.get('q') ?? new URLSearchParams(body).get('q') ?? '';
    if (/^\s*create\s+database\b/i.test(statement)) return { status: 200, body: { results: [{ statement_id: 0 }] } };
    throw new Refused(400, 'this takes telemetry and answers no queries');
  } finally {
    room.release();
  }
}

/** The good samples are in the log, and so are the bad lines, as dead letters: sending all of it again would not help. */
function partialWrite(
  good: number,
  bad: number,
  first: { readonly position: string; readonly detail: string },
): Refused {
  const line = Number(/\d+/.exec(first.position)![0]);
  const others = bad > 1 ? ` (and ${bad - 1} more)` : '';
  const text = `partial write: ${first.position}: ${first.detail}${others}; ${good} samples were written, dropped=${bad}`;
  return new Refused(400, text, line);
}

function refusal(error: unknown): Answer {
  const refused =
    error instanceof Refused
      ? error
      : error instanceof SourceEnded
        ? new Refused(503, error.message)
        : new Refused(500, String(error));
  const { status, message, line } = refused;
  // Version 1 clients read `error`, those of version 2 `code` and `message`.
  return { status, body: { code: codeOf(status), message, error: message, ...(line !== null && { line }) } };
}

function codeOf(status: number): string {
  const codes: Readonly<Record<number, string>> = {
    401: 'unauthorized',
    403: 'forbidden',
    404: 'not found',
    405: 'method not allowed',
    413: 'request too large',
    429: 'too many requests',
    500: 'internal error',
    503: 'unavailable',
  };
  return codes[status] ?? 'invalid';
}

function send(response: ServerResponse, { status, body }: Answer, isOpen: boolean): void {
  const waits = status === 429 || status === 503;
  const json = body && JSON.stringify(body);
  response.writeHead(status, {
    'x-influxdb-version': version,
    ...(!isOpen && { connection: 'close' }),
    ...(json !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(json) }),
    ...(waits && { 'retry-after': retryAfterSeconds }),
    ...(body && 'error' in body && { 'x-influxdb-error': headerText(body.error as string) }),
    ...(status === 401 && { 'www-authenticate': 'Basic realm="cupola"' }),
  });
  response.end(json);
}

/** Headers hold ASCII only. */
function headerText(text: string): string {
  return text.replace(/[^ -~]/g, '?');
}
