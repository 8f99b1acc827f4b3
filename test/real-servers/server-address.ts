import { localServers, type ServerKind } from '../../deploy/local/local-servers.ts';

/** What tests find the servers' addresses in; see global-setup.ts. */
export const addressVariables = {
  kafka: 'CUPOLA_TEST_KAFKA',
  influxdb: 'CUPOLA_TEST_INFLUXDB',
} as const satisfies Record<ServerKind, string>;

/**
 * host:port of a real server that all tests share: that of `npm run test:services` and `test:all`, else of
 * `deploy/local/up`. Make topics and databases of your own there.
 */
export function serverAddress(kind: ServerKind): string {
  const address = process.env[addressVariables[kind]] ?? localServers()[kind]?.address;
  if (address !== undefined) return address;
  throw new Error(`this test needs ${kind}: use npm run test:services, or run deploy/local/up before it`);
}
