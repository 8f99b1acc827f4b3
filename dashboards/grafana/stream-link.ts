import { DashboardLinkBuilder, type DashboardLink } from '@grafana/grafana-foundation-sdk/dashboard';

export const overviewUid = 'cupola-station-overview';
export const detailUid = 'cupola-stream-detail';

/** From a stream's name, wherever Grafana has it, to its details, over the same time. */
export function streamLink(stream: string): DashboardLink {
  return new DashboardLinkBuilder('Open the stream')
    .url(`/d/${detailUid}?var-stream=${stream}&\${__url_time_range}`)
    .build();
}
