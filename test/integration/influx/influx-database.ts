import { randomUUID } from 'node:crypto';
import { applyInflux } from '../../../services/adapters/influx/influx-layout.ts';
import { InfluxServer, type InfluxOptions } from '../../../services/adapters/influx/influx-server.ts';

const forEver = { rawMs: null, minutesMs: null };

/** A database of a test's own on a server, with everything that the history needs in it. */
export async function newInfluxDatabase(
  address: string,
): Promise<InfluxOptions & { readonly drop: () => Promise<void> }> {
  const options = { url: `http://${address}`, database: `test_${randomUUID().replaceAll('-', '')}` };
  const server = new InfluxServer(options);
  await applyInflux(server, forEver, false);
  return { ...options, drop: () => server.execute(`DROP DATABASE "${options.database}"`) };
}
