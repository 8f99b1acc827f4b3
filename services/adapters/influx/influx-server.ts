import { InfluxDB } from 'influx';
import { CupolaError } from '../../../pipelines/errors.ts';

/** Where an InfluxDB is: 1.8, or the v1 API of a later version. */
export interface InfluxOptions {
  readonly url: string;
  readonly database: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** After which a server that does not take points counts as away; 10 s by default. Queries may take six times that. */
  readonly answerWithinMs?: number;
}

/** Rows of a query: one series, or one for each group. */
export interface ResultSeries {
  readonly name?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly columns: readonly string[];
  /** Rows; `time` is in microseconds since the epoch. */
  readonly values: readonly (readonly unknown[])[];
}

export type WritePrecision = 'ms' | 'u';

/** Told how many points the server refused while it took the others. */
type OnRefused = (points: number, reason: string) => void;

/** Hosts are asked again at once: who waits, and how long, is decided by whoever calls. */
const noBackoff = { getDelay: () => 0, next: () => noBackoff, reset: () => noBackoff };

/**
 * One database of an InfluxDB over HTTP. Queries and statements go through npm `influx`; points, which are many, as line
 * protocol as it stands, since the library takes an object a point.
 *
 * Errors: CUPOLA_HISTORY_UNAVAILABLE where the server does not answer or cannot now, CUPOLA_HISTORY_REFUSED where it does
 * not want to; `subject.value` is the HTTP status.
 */
export class InfluxServer {
  readonly database: string;
  readonly #url: URL;
  readonly #client: InfluxDB;
  readonly #headers: Record<string, string>;
  readonly #answerWithinMs: number;

  constructor(options: InfluxOptions) {
    this.database = options.database;
    this.#url = new URL(options.url);
    this.#answerWithinMs = options.answerWithinMs ?? 10_000;
    this.#client = connect(this.#url, options, 6 * this.#answerWithinMs);
    this.#headers = authorization(options);
  }

  /** Writes lines of the line protocol into a retention policy. */
  async write(policy: string, precision: WritePrecision, lines: string, onRefused: OnRefused): Promise<void> {
    const url = new URL(`${this.#url.href.replace(/\/$/, '')}/write`);
    url.search = new URLSearchParams({ db: this.database, rp: policy, precision }).toString();
    const signal = AbortSignal.timeout(this.#answerWithinMs);
    let response: { status: number; text: string };
    try {
      const answer = await fetch(url, { method: 'POST', body: lines, headers: this.#headers, signal });
      response = { status: answer.status, text: answer.ok ? '' : await answer.text() };
    } catch (cause) {
      throw this.#unavailable(cause);
    }
    const { status, text } = response;
    if (status < 300) return;
    const refused = status === 400 && /partial write: .*dropped=(\d+)/.exec(text);
    if (refused) return onRefused(Number(refused[1]), messageOf(text));
    throw this.#failed(status, messageOf(text));
  }

  /** The series of each of the statements. */
  async query(...statements: readonly string[]): Promise<(readonly ResultSeries[])[]> {
    // A request with very many statements would not fit into an address.
    const options = { database: this.database, precision: 'u', method: 'POST' } as const;
    const results = await this.#results(statements, options);
    return results.map(({ series }) => series ?? []);
  }

  /** Statements that change something outside of any database. */
  async execute(...statements: readonly string[]): Promise<void> {
    await this.#results(statements, { method: 'POST' });
  }

  async #results(
    statements: readonly string[],
    options: { readonly method: 'POST'; readonly database?: string; readonly precision?: 'u' },
  ): Promise<readonly Result[]> {
    let answer: { readonly results: readonly Result[] };
    try {
      answer = (await this.#client.queryRaw(statements.join(';\n'), options)) as typeof answer;
    } catch (cause) {
      const status = (cause as { res?: { statusCode?: number } }).res?.statusCode;
      if (status === undefined) throw this.#unavailable(cause);
      throw this.#failed(status, (cause as Error).message);
    }
    const error = answer.results.find((result) => result.error !== undefined)?.error;
    if (error !== undefined) throw this.#failed(200, error);
    return answer.results;
  }

  #unavailable(cause: unknown): CupolaError {
    const { cause: inner, message } = cause as Error & { cause?: Error };
    const reason = inner?.message || message;
    return new CupolaError('CUPOLA_HISTORY_UNAVAILABLE', `${this.#url.origin} does not answer (${reason})`, {
      field: 'history.url',
      value: this.#url.origin,
      cause,
    });
  }

  #failed(status: number, message: string): CupolaError {
    if (status >= 500 || status === 429)
      return new CupolaError('CUPOLA_HISTORY_UNAVAILABLE', `${this.#url.origin} cannot now (${status}: ${message})`, {
        field: 'history.url',
        value: status,
      });
    return new CupolaError('CUPOLA_HISTORY_REFUSED', `${this.#url.origin} refuses: ${message}`, {
      field: 'history',
      value: status,
    });
  }
}

interface Result {
  readonly series?: readonly ResultSeries[];
  readonly error?: string;
}

function connect(url: URL, { database, username, password }: InfluxOptions, requestTimeout: number): InfluxDB {
  const protocol = url.protocol === 'https:' ? 'https' : 'http';
  const port = Number(url.port || (protocol === 'https' ? 443 : 80));
  return new InfluxDB({
    hosts: [{ host: url.hostname, port, protocol, path: url.pathname.replace(/\/$/, '') }],
    database,
    ...(username !== undefined && { username, password: password ?? '' }),
    pool: { backoff: noBackoff, maxRetries: 0, requestTimeout },
  });
}

function authorization({ username, password = '' }: InfluxOptions): Record<string, string> {
  if (username === undefined) return {};
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
}

/** `{"error": "..."}` as InfluxDB says it, or whatever else it says. */
function messageOf(text: string): string {
  try {
    return (JSON.parse(text) as { error?: string }).error ?? text;
  } catch {
    return text;
  }
}
