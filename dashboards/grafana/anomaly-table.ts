import type { PanelBuilder } from '@grafana/grafana-foundation-sdk/table';
import { MappingType } from '@grafana/grafana-foundation-sdk/dashboard';
import { ofStream, table } from './influx-query.ts';
import { palette } from './palette.ts';
import { columns, quietTable } from './quiet-table.ts';
import { severityColumn } from './severity.ts';
import { streamLink } from './stream-link.ts';

const query =
  'SELECT "stream", "type", "endMs", "value" / "threshold" AS "excess", "value", "threshold", "topChannel", "modelVersion" ' +
  `FROM "raw"."anomaly" WHERE ${ofStream} ORDER BY time DESC LIMIT 200`;

const state = {
  id: 'mappings',
  value: [
    {
      type: MappingType.ValueToText,
      options: {
        opened: { text: 'open', color: palette.serious },
        extended: { text: 'open', color: palette.serious },
        closed: { text: 'over', color: palette.dim },
      },
    },
  ],
};

/** The newest anomalies first, each with how far it went beyond its threshold and the channel that contributed most. */
export function anomalyTable(): PanelBuilder {
  return quietTable(
    'Anomalies',
    'What the detector said, newest first. Peak over threshold: from 2 serious, from 5 critical.',
  )
    .withTarget(table('A', query))
    .transformations(
      columns({
        Time: 'Began',
        endMs: 'Until',
        stream: 'Stream',
        type: 'State',
        excess: 'Peak / threshold',
        value: 'Peak',
        threshold: 'Threshold',
        topChannel: 'First channel',
        modelVersion: 'Model',
      }),
    )
    .overrideByName('Until', [{ id: 'unit', value: 'dateTimeAsIso' }])
    .overrideByName('Stream', [{ id: 'links', value: [streamLink('${__value.raw}')] }])
    .overrideByName('State', [{ id: 'custom.cellOptions', value: { type: 'color-text' } }, state])
    .overrideByName('Peak / threshold', severityColumn)
    .overrideByRegexp('^(Peak|Threshold)$', [{ id: 'decimals', value: 2 }]);
}
