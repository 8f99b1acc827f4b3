import type { HeartbeatReport } from './evaluate-heartbeats.ts';
import { heartbeatTable } from './figure-table.ts';
import { escaped, htmlNotes, htmlPage, htmlTable } from './html-page.ts';

/** The evaluation on heartbeats as one HTML file. */
export function heartbeatHtml(report: HeartbeatReport): string {
  const { heading, rows } = heartbeatTable(report);
  return htmlPage('Abnormal heartbeats (ECG5000)', [
    htmlTable(heading, rows, report.members.length),
    htmlNotes(report.notes),
    `<p><code>${escaped(JSON.stringify(report.settings))}</code></p>`,
  ]);
}
