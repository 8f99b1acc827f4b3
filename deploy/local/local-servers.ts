import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { CupolaError } from '../../pipelines/errors.ts';
import { startInfluxdb } from './influxdb-server.ts';
import { startKafka } from './kafka-broker.ts';
import { defaultKafkaVersion, type KafkaVersion } from './kafka-jars.ts';
import { serverPids } from './server-pids.ts';

export const serverKinds = ['kafka', 'influxdb'] as const;
export type ServerKind = (typeof serverKinds)[number];

/** What runs of a kind. */
export interface LocalServer {
  /** host:port; of several brokers with commas between. */
  readonly address: string;
  readonly pids: readonly number[];
  readonly version?: KafkaVersion;
}

export interface LocalServersOptions {
  readonly kinds: readonly ServerKind[];
  /** 1 by default. */
  readonly brokers?: 1 | 3 | undefined;
  /** defaultKafkaVersion() where none is named. */
  readonly version?: KafkaVersion | undefined;
  /** Hears what runs already, what is being started and what was ended. */
  readonly say: (line: string) => void;
}

/** What was started, by kind. */
export type LocalServers = Readonly<Partial<Record<ServerKind, LocalServer>>>;

/** Where the servers keep what they have: in the project's folder, out of git, unless CUPOLA_LOCAL_DIR says another. */
export const localFolder =
  process.env.CUPOLA_LOCAL_DIR ?? fileURLToPath(new URL('../../.cupola-local', import.meta.url));

/**
 * Starts what is wanted and does not run yet; it runs on after this process has ended.
 *
 * Errors: CUPOLA_LOCAL_SERVER_MISSING, CUPOLA_LOCAL_SERVER_FAILED, CUPOLA_USAGE_INVALID (another Kafka runs).
 */
export async function up(options: LocalServersOptions, folder = localFolder): Promise<LocalServers> {
  const { kinds, say } = options;
  for (const kind of kinds) {
    const known = localServers(folder)[kind];
    const pids = serverPids(join(folder, kind));
    if (known && known.pids.every((pid) => pids.includes(pid))) {
      if (kind === 'kafka') refuseAnother(known, options);
      say(`${kind} runs already at ${known.address}`);
      continue;
    }
    await end(join(folder, kind));
    say(`starting ${kind}`);
    const server = await start(kind, join(folder, kind), options);
    writeServers(folder, { ...localServers(folder), [kind]: server });
    say(`${kind} is ready at ${server.address}`);
  }
  return localServers(folder);
}

/** What `up` started and `down` has not ended. */
export function localServers(folder = localFolder): LocalServers {
  return existsSync(stateFile(folder)) ? (JSON.parse(readFileSync(stateFile(folder), 'utf8')) as LocalServers) : {};
}

/** Ends every server and removes all that they had. */
export async function down(say: (line: string) => void, folder = localFolder): Promise<void> {
  const ended = await end(folder);
  say(ended === 0 ? 'nothing runs' : `${ended === 1 ? 'one server is' : `${ended} servers are`} down`);
}

/** At once, since their data goes too. Returns how many there were. */
async function end(folder: string): Promise<number> {
  const pids = serverPids(folder);
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  while (serverPids(folder).length > 0) await sleep(20);
  rmSync(folder, { recursive: true, force: true });
  return pids.length;
}

async function start(kind: ServerKind, folder: string, options: LocalServersOptions): Promise<LocalServer> {
  if (kind === 'influxdb') {
    const server = await startInfluxdb({ folder, detached: true });
    return { address: server.address, pids: [server.pid!] };
  }
  const { brokers: count = 1, version = defaultKafkaVersion(), say } = options;
  const { brokers, address } = await startKafka({ folder, brokers: count, version, say, detached: true });
  return { address, pids: brokers.map(({ pid }) => pid!), version };
}

function refuseAnother({ pids, version }: LocalServer, wanted: LocalServersOptions): void {
  const asked = { brokers: wanted.brokers ?? pids.length, version: wanted.version ?? version };
  if (asked.brokers === pids.length && asked.version === version) return;
  throw new CupolaError(
    'CUPOLA_USAGE_INVALID',
    `Kafka ${version} runs already, with brokers ${pids.length}; run deploy/local/down before you start another`,
    { field: 'kafka', value: asked },
  );
}

function stateFile(folder: string): string {
  return join(folder, 'servers.json');
}

function writeServers(folder: string, servers: LocalServers): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${stateFile(folder)}.tmp`, JSON.stringify(servers, null, 2));
  renameSync(`${stateFile(folder)}.tmp`, stateFile(folder));
}
