import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { stationOverview } from './station-overview.ts';
import { streamDetail } from './stream-detail.ts';

/** The texts of all dashboards, by file name. */
export function dashboardFiles(): Record<string, string> {
  return { 'station-overview.json': text(stationOverview()), 'stream-detail.json': text(streamDetail()) };
}

function text(dashboard: Dashboard): string {
  return `${JSON.stringify(dashboard, null, 2)}\n`;
}
