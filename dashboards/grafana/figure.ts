import { BigValueColorMode, BigValueGraphMode, ReduceDataOptionsBuilder } from '@grafana/grafana-foundation-sdk/common';
import type { ThresholdsConfigBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { dataSource, timeSeries } from './influx-query.ts';

/** One number, coloured by `colours`; a server that has nothing to count says nothing, which is 0 here. */
export function figure(
  title: string,
  description: string,
  query: string,
  colours: ThresholdsConfigBuilder,
): PanelBuilder {
  return new PanelBuilder()
    .title(title)
    .description(description)
    .datasource(dataSource)
    .height(3)
    .span(3)
    .unit('none')
    .noValue('0')
    .thresholds(colours)
    .colorMode(BigValueColorMode.Value)
    .graphMode(BigValueGraphMode.None)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .withTarget(timeSeries('A', query, title));
}
