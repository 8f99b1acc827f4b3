import { historyStoreConformance } from '../../conformance/history-store.ts';
import { openInfluxHistory } from '../../../services/adapters/influx/influx-history.ts';
import { serverAddress } from '../../real-servers/server-address.ts';
import { newInfluxDatabase } from './influx-database.ts';

historyStoreConformance('InfluxDB', async () => {
  const database = await newInfluxDatabase(serverAddress('influxdb'));
  return { open: async () => openInfluxHistory(database), dispose: () => database.drop() };
});
