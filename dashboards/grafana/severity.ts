import {
  FieldColorModeId,
  ThresholdsConfigBuilder,
  type DynamicConfigValue,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { palette, type Colour } from './palette.ts';

type Step = readonly [bound: number, colour: Colour];

/** From how many times its threshold a score counts as what, as in the console. */
export const excessSteps: readonly Step[] = [
  [1, palette.caution],
  [2, palette.serious],
  [5, palette.critical],
];

/** One colour below the first bound, and another from each bound on. */
export function steps(below: Colour, ...from: readonly Step[]): ThresholdsConfigBuilder {
  const all = [{ value: null, color: below }, ...from.map(([value, color]) => ({ value, color }))];
  return new ThresholdsConfigBuilder().steps(all);
}

/** A column whose numbers take the colours of these steps. */
export function coloured(colours: ThresholdsConfigBuilder): DynamicConfigValue[] {
  return [
    { id: 'custom.cellOptions', value: { type: 'color-text' } },
    { id: 'color', value: { mode: FieldColorModeId.Thresholds } },
    { id: 'thresholds', value: colours.build() },
  ];
}

/** A column of peaks over their thresholds, where there were anomalies. */
export const severityColumn: DynamicConfigValue[] = [
  ...coloured(steps(palette.dim, ...excessSteps)),
  { id: 'decimals', value: 2 },
];
