import { identifier, policies } from './influx-names.ts';
import type { InfluxServer } from './influx-server.ts';

const hourMs = 3_600_000;

/** How long the server keeps what; null for ever. */
export interface InfluxRetention {
  readonly rawMs: number | null;
  readonly minutesMs: number | null;
}

/** A part of what the recorder needs in InfluxDB, as it is and as it should be. */
export interface InfluxPart {
  readonly kind: 'database' | 'retention policy' | 'continuous query';
  readonly name: string;
  /** `differs`: there, but not as it should be. */
  readonly state: 'there' | 'missing' | 'differs';
  /** What is there; null where it is missing. */
  readonly found: string | null;
  readonly wanted: string;
  /** What would make it so; more than one, one after the other. */
  readonly statements: readonly string[];
}

/** Measurements that have a mean, a least and a greatest value a minute. */
const downsampled = ['telemetry', 'reconstruction', 'score'] as const;
const tagsOf = { telemetry: 'stream, version, channel', reconstruction: 'stream, version, channel', score: 'stream' };

/**
 * Compares what is in the server with what should be. Looks at the recorder's own parts alone, and changes nothing.
 *
 * Errors: CUPOLA_HISTORY_UNAVAILABLE, CUPOLA_HISTORY_REFUSED.
 */
export async function planInflux(server: InfluxServer, retention: InfluxRetention): Promise<InfluxPart[]> {
  const { database } = server;
  const isThere = (await rows(server, 'SHOW DATABASES')).some(([name]) => name === database);
  const durations = isThere ? await foundPolicies(server) : new Map<string, string>();
  const queries = isThere ? await foundQueries(server) : new Map<string, string>();
  return [
    databasePart(database, isThere),
    // Whoever asks without naming a policy means what was recorded; in a database of somebody else's, what it was before.
    ...policyParts(database, retention, durations, isThere ? '' : ' DEFAULT'),
    ...downsampled.map((measurement) => queryPart(database, measurement, queries)),
  ];
}

/** Makes what is missing; what differs, where `alters`. Returns what was changed. Errors: as of planInflux. */
export async function applyInflux(
  server: InfluxServer,
  retention: InfluxRetention,
  alters: boolean,
): Promise<InfluxPart[]> {
  const plan = await planInflux(server, retention);
  const changes = plan.filter(({ state }) => state === 'missing' || (alters && state === 'differs'));
  for (const { statements } of changes) for (const statement of statements) await server.execute(statement);
  return changes;
}

function databasePart(name: string, isThere: boolean): InfluxPart {
  const statements = [`CREATE DATABASE ${identifier(name)}`];
  const state = isThere ? 'there' : 'missing';
  return { kind: 'database', name, state, found: isThere ? name : null, wanted: name, statements };
}

function policyParts(
  database: string,
  retention: InfluxRetention,
  found: ReadonlyMap<string, string>,
  rawSuffix: '' | ' DEFAULT',
): InfluxPart[] {
  const wanted = { [policies.raw]: retention.rawMs, [policies.minutes]: retention.minutesMs, [policies.kept]: null };
  return Object.entries(wanted).map(([name, keepMs]) => {
    const has = found.get(name) ?? null;
    const duration = durationText(keepMs);
    const verb = has === null ? 'CREATE' : 'ALTER';
    const statement =
      `${verb} RETENTION POLICY ${identifier(name)} ON ${identifier(database)} ` +
      `DURATION ${duration} REPLICATION 1${name === policies.raw ? rawSuffix : ''}`;
    const state = has === null ? 'missing' : has === duration ? 'there' : 'differs';
    return { kind: 'retention policy', name, state, found: has, wanted: duration, statements: [statement] };
  });
}

/** As InfluxDB shows it: whole hours, or 0s for ever. */
function durationText(keepMs: number | null): string {
  return keepMs === null ? '0s' : `${Math.max(1, Math.ceil(keepMs / hourMs))}h0m0s`;
}

function queryPart(
  database: string,
  measurement: (typeof downsampled)[number],
  found: ReadonlyMap<string, string>,
): InfluxPart {
  const name = `cupola_${measurement}_1m`;
  const wanted = continuousQuery(database, name, measurement);
  const has = found.get(name) ?? null;
  const drop = has === null ? [] : [`DROP CONTINUOUS QUERY ${identifier(name)} ON ${identifier(database)}`];
  const state = has === null ? 'missing' : unquoted(has) === unquoted(wanted) ? 'there' : 'differs';
  return { kind: 'continuous query', name, state, found: has, wanted, statements: [...drop, wanted] };
}

/** In the form in which InfluxDB shows it, but for quotes. What arrives up to half an hour late still counts. */
function continuousQuery(database: string, name: string, measurement: (typeof downsampled)[number]): string {
  const source = `${identifier(database)}.${policies.raw}.${measurement}`;
  const target = `${identifier(database)}.${policies.minutes}.${measurement}_1m`;
  return (
    `CREATE CONTINUOUS QUERY ${name} ON ${identifier(database)} RESAMPLE FOR 30m BEGIN ` +
    `SELECT mean(value) AS mean, min(value) AS min, max(value) AS max INTO ${target} FROM ${source} ` +
    `GROUP BY time(1m), ${tagsOf[measurement]} END`
  );
}

/** InfluxDB shows quotes only where there must be some. */
function unquoted(statement: string): string {
  return statement.replaceAll('"', '');
}

async function foundPolicies(server: InfluxServer): Promise<Map<string, string>> {
  const found = await rows(server, `SHOW RETENTION POLICIES ON ${identifier(server.database)}`);
  return new Map(found.map(([name, duration]) => [name as string, duration as string]));
}

async function foundQueries(server: InfluxServer): Promise<Map<string, string>> {
  const [series] = await server.query('SHOW CONTINUOUS QUERIES');
  const ours = series!.find(({ name }) => name === server.database);
  return new Map((ours?.values ?? []).map(([name, query]) => [name as string, query as string]));
}

async function rows(server: InfluxServer, statement: string): Promise<readonly (readonly unknown[])[]> {
  const [series] = await server.query(statement);
  return series![0]?.values ?? [];
}
