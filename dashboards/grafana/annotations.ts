import { AnnotationQueryBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { dataSource, ofStream, table } from './influx-query.ts';
import { palette } from './palette.ts';

/** Anomalies from start to end, in the words that Grafana looks for: time, timeEnd, text, tags. */
export function anomalyAnnotations(): AnnotationQueryBuilder {
  return annotations(
    'Anomalies',
    palette.serious,
    `SELECT "endMs" AS "timeEnd", "topChannel" AS "text", "stream" AS "tags" FROM "raw"."anomaly" WHERE ${ofStream}`,
  );
}

/** Where windows were not scored. */
export function gapAnnotations(): AnnotationQueryBuilder {
  return annotations(
    'Gaps',
    palette.off,
    `SELECT "value" AS "windows not scored", "stream" AS "text" FROM "raw"."gap" WHERE ${ofStream}`,
  );
}

function annotations(name: string, colour: string, query: string): AnnotationQueryBuilder {
  return new AnnotationQueryBuilder()
    .name(name)
    .datasource(dataSource)
    .enable(true)
    .iconColor(colour)
    .target(table('Anno', query));
}
