/**
 * How much of a figure is owed to the choice of settings: a grid of thresholds around the preset's, and what comes of choosing
 * among them without the family of channels that is scored (names that share a letter are siblings).
 *
 * `npm run quality -- families --data DIR` fits the preset `fast` once and judges its scores by every threshold of the grid;
 * `--work DIR` names the folder where results are kept.
 */
import { parseArgs } from 'node:util';
import { presetFor } from '../../pipelines/evaluation/presets.ts';
import { parseThreshold } from '../../pipelines/thresholds/policies.ts';
import type { ChannelResult } from '../../services/host/evaluate/evaluate-channel.ts';
import { comparedOn, evaluated, figuresLine, figuresOf, underThreshold } from './evaluated.ts';

const axes = {
  smoothing: [8, 12, 18],
  floorMargin: [2, 3, 4, 6],
  floorError: [0.01, 0.05, 0.25],
  decrease: [0.2, 0.3, 0.4],
};

type Entries = readonly ChannelResult['entry'][];

/** One point of the grid: where it stands on each axis, and what it comes to by channel. */
interface GridPoint {
  readonly at: readonly number[];
  readonly entries: Entries;
}

export async function measureFamilies(args: string[]): Promise<number> {
  const options = { data: { type: 'string' }, work: { type: 'string', default: '.cupola/quality' } } as const;
  const { data, work } = parseArgs({ args, options }).values;
  if (data === undefined) throw new Error('--data is missing: the folder that holds nasa-smap-msl');
  const results = await evaluated(data, work, 'fast', {});
  const { policy, parameters } = presetFor('fast', comparedOn).threshold;
  const grid = gridOf().map((at): GridPoint => {
    const changes = Object.entries(axes).map(([name, values], axis) => [name, values[at[axis]!]!]);
    const threshold = parseThreshold({ policy, parameters: { ...parameters, ...Object.fromEntries(changes) } });
    return { at, entries: underThreshold(results, threshold) };
  });
  const f05 = grid.map(({ entries }) => f05Of(entries));
  const mean = f05.reduce((sum, value) => sum + value, 0) / f05.length;
  process.stdout.write(
    [
      '| | P | R | F0.5 | F1 |',
      '|-|-:|-:|-:|-:|',
      line('preset `fast`', underThreshold(results, parseThreshold({ policy, parameters }))),
      line('without the family: best of the grid', withoutFamily(grid, bestPoint)),
      line('without the family: best neighbourhood', withoutFamily(grid, bestNeighbourhood)),
      '',
      `F0.5 over the grid of ${grid.length}: mean ${mean.toFixed(3)}, ${Math.min(...f05).toFixed(3)} to ${Math.max(...f05).toFixed(3)}.`,
      'Chosen by all channels:',
      line(`best of the grid, ${namesOf(grid, bestPoint)}`, grid[bestPoint(grid)]!.entries),
      line(`best neighbourhood, ${namesOf(grid, bestNeighbourhood)}`, grid[bestNeighbourhood(grid)]!.entries),
      '',
    ].join('\n'),
  );
  return 0;
}

/** The settings of the point that is chosen by all channels. */
function namesOf(grid: readonly GridPoint[], choose: (grid: readonly GridPoint[]) => number): string {
  const { at } = grid[choose(grid)]!;
  return Object.entries(axes)
    .map(([name, values], axis) => `${name} ${values[at[axis]!]!}`)
    .join(', ');
}

function line(name: string, entries: Entries): string {
  return `| ${name} | ${figuresLine(figuresOf(entries))} |`;
}

/** All points, as indexes into each axis. */
function gridOf(): number[][] {
  return Object.values(axes).reduce<number[][]>(
    (points, values) => points.flatMap((point) => values.map((_, index) => [...point, index])),
    [[]],
  );
}

/** Each family's channels under the point that is chosen by all others. */
function withoutFamily(grid: readonly GridPoint[], choose: (others: readonly GridPoint[]) => number): Entries {
  const families = new Set(grid[0]!.entries.map(({ channel }) => channel[0]!));
  return [...families].flatMap((family) => {
    const others = grid.map(({ at, entries }) => ({ at, entries: entries.filter((one) => one.channel[0] !== family) }));
    return grid[choose(others)]!.entries.filter(({ channel }) => channel[0] === family);
  });
}

function bestPoint(grid: readonly GridPoint[]): number {
  return greatestIndex(grid.map(({ entries }) => f05Of(entries)));
}

/** The point whose neighbours, itself among them, do best on average. */
function bestNeighbourhood(grid: readonly GridPoint[]): number {
  const f05 = grid.map(({ entries }) => f05Of(entries));
  return greatestIndex(
    grid.map(({ at }) => {
      const near = f05.filter((_, other) => grid[other]!.at.every((index, axis) => Math.abs(index - at[axis]!) <= 1));
      return near.reduce((sum, value) => sum + value, 0) / near.length;
    }),
  );
}

function greatestIndex(values: readonly number[]): number {
  return values.indexOf(Math.max(...values));
}

function f05Of(entries: Entries): number {
  return figuresOf(entries).f05 ?? 0;
}
