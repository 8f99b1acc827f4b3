import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts } from './free-ports.ts';
import { requireProgram } from './required-program.ts';
import { ServerProcess } from './server-process.ts';

export interface InfluxdbOptions {
  /** Holds its configuration, data and log; made where it is missing. */
  readonly folder: string;
  readonly detached?: boolean;
}

/**
 * Starts a real InfluxDB, Debian's `influxd`, on free ports, and waits until it answers /ping.
 *
 * Errors: CUPOLA_LOCAL_SERVER_MISSING, CUPOLA_LOCAL_SERVER_FAILED.
 */
export async function startInfluxdb({ folder, detached = false }: InfluxdbOptions): Promise<ServerProcess> {
  const program = requireProgram('influxd');
  const [http, rpc] = await freePorts(2);
  mkdirSync(folder, { recursive: true });
  const configFile = join(folder, 'influxdb.conf');
  writeFileSync(configFile, configuration(folder, http!, rpc!));
  const server = new ServerProcess({
    name: 'InfluxDB',
    program,
    args: ['-config', configFile],
    logFile: join(folder, 'influxd.log'),
    address: `127.0.0.1:${http}`,
    isReady: () => answersPing(http!),
    detached,
  });
  await server.start();
  return server;
}

function configuration(folder: string, http: number, rpc: number): string {
  const path = (name: string): string => JSON.stringify(join(folder, name));
  return `reporting-disabled = true
bind-address = "127.0.0.1:${rpc}"
[meta]
  dir = ${path('meta')}
[data]
  dir = ${path('data')}
  wal-dir = ${path('wal')}
  query-log-enabled = false
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:${http}"
  log-enabled = false
[continuous_queries]
  log-enabled = false
[logging]
  level = "warn"
`;
}

async function answersPing(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/ping`)).status === 204;
  } catch {
    return false;
  }
}
