import { TableCellHeight } from '@grafana/grafana-foundation-sdk/common';
import type { DataTransformerConfig } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/table';
import { dataSource } from './influx-query.ts';

/** A dense table. */
export function quietTable(title: string, description: string): PanelBuilder {
  return new PanelBuilder()
    .title(title)
    .description(description)
    .datasource(dataSource)
    .cellHeight(TableCellHeight.Sm)
    .filterable(true);
}

/** Fields of a query's answer, and the headings that they stand under, left to right; others are left out. */
export function columns(headings: Readonly<Record<string, string>>): DataTransformerConfig[] {
  const names = Object.keys(headings);
  return [
    { id: 'filterFieldsByName', options: { include: { names } } },
    {
      id: 'organize',
      options: {
        excludeByName: {},
        indexByName: Object.fromEntries(names.map((name, index) => [name, index])),
        renameByName: headings,
      },
    },
  ];
}
