import {
  DashboardBuilder,
  DashboardCursorSync,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
  type Panel,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { dataSource } from './influx-query.ts';

/** A builder of a panel, of whatever kind. */
interface PanelOfAnyKind {
  id(id: number): this;
  build(): Panel;
}

/** What all dashboards share: UTC, one crosshair for all charts, panels numbered from 1 in their order. */
export function dashboard(
  uid: string,
  title: string,
  description: string,
  panels: readonly PanelOfAnyKind[],
): DashboardBuilder {
  const builder = new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags(['cupola'])
    .timezone('utc')
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from: 'now-6h', to: 'now' })
    .refresh('30s')
    .readonly();
  for (const [index, panel] of panels.entries()) builder.withPanel(panel.id(index + 1));
  return builder;
}

/** A variable whose values are those of a tag. */
export function tagVariable(name: string, label: string, query: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(dataSource)
    .query({ query, refId: 'variable' })
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc);
}

/** For variables of which all values can be shown at once. */
export function withAll(variable: QueryVariableBuilder): QueryVariableBuilder {
  return variable.multi(true).includeAll(true).allValue('.*').current({ text: 'All', value: '$__all' });
}

export const streamVariable = (): QueryVariableBuilder =>
  tagVariable('stream', 'Stream', 'SHOW TAG VALUES FROM "raw"."score" WITH KEY = "stream"');
