import assert from 'node:assert/strict';
import type { DataFrame, DataTransformerConfig, FieldConfigPropertyItem, FieldConfigSource } from '@grafana/data';
import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { grafana } from './grafana-data.ts';

grafana.standardTransformersRegistry.setInit(() =>
  // Some stand there under two names.
  [...new Map(Object.values(grafana.standardTransformers).map((each) => [each.id, each])).values()].map(
    (transformation) => ({
      id: transformation.id,
      name: transformation.name,
      transformation: () => Promise.resolve(transformation),
      editor: () => null,
      imageDark: '',
      imageLight: '',
    }),
  ),
);

/** Field options that Grafana has for every kind of panel, and those of ours that belong to one. */
const standardOptions = ['unit', 'decimals', 'min', 'max', 'noValue', 'links', 'mappings', 'thresholds', 'color'];
const customOptions = [
  'cellOptions',
  'fillBelowTo',
  'fillOpacity',
  'hideFrom',
  'lineInterpolation',
  'lineStyle',
  'lineWidth',
  'pointSize',
  'showPoints',
  'spanNulls',
];

const registry = new grafana.FieldConfigOptionsRegistry(() => [
  ...standardOptions.map((id) => option(id, id)),
  ...customOptions.map((path) => option(`custom.${path}`, path)),
]);

const theme = grafana.createTheme();

/** A panel's data as the panel gets it: after its transformations, with field options and overrides applied. */
export async function drawnFrames(
  { transformations = [], fieldConfig }: Panel,
  data: DataFrame[],
): Promise<DataFrame[]> {
  // What Grafana does not know it leaves out without a word.
  for (const { id } of transformations) assert.ok(grafana.standardTransformersRegistry.getIfExists(id), id);
  for (const { id } of fieldConfig!.overrides.flatMap(({ properties }) => properties))
    assert.ok(registry.getIfExists(id), id);
  const transformed = await new Promise<DataFrame[]>((resolve, reject) => {
    const steps = transformations as DataTransformerConfig[];
    grafana.transformDataFrame(steps, data).subscribe({ next: resolve, error: reject });
  });
  return grafana.applyFieldOverrides({
    data: transformed,
    fieldConfig: fieldConfig as unknown as FieldConfigSource,
    fieldConfigRegistry: registry,
    replaceVariables: (text) => text,
    theme,
    timeZone: 'utc',
  });
}

function option(id: string, path: string): FieldConfigPropertyItem {
  return {
    id,
    path,
    name: path,
    isCustom: id !== path,
    editor: () => null,
    override: () => null,
    process: (value: unknown) => value,
    shouldApply: () => true,
  };
}
