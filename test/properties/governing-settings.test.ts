import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import * as fc from 'fast-check';
import type { ModelSetting, ThresholdRecord } from '../../pipelines/commands.ts';
import { ThresholdLevels, type ThresholdStep } from '../../pipelines/thresholds/threshold-levels.ts';
import { FileBundleStore } from '../../services/adapters/files/bundle-store.ts';
import { systemClock } from '../../services/adapters/system-clock.ts';
import { GoverningSettings } from '../../services/recorder/governing-settings.ts';
import { stagedStreams } from '../staged-station/craft.ts';
import { stagedBundle } from '../staged-station/staged-bundle.ts';

const folder = mkdtempSync(join(tmpdir(), 'cupola-settings-'));
const bundles = new FileBundleStore(folder, systemClock);
let versions: string[];

before(async () => {
  const stream = stagedStreams[0]!;
  versions = [];
  for (const architecture of ['one', 'two']) versions.push(await bundles.put(stagedBundle(stream, architecture, 0)));
});
after(() => rmSync(folder, { recursive: true }));

const everySetting = {
  stream: fc.constantFrom('a', 'b'),
  effectiveFromMs: fc.integer({ min: 0, max: 5 }),
  refusedBecause: fc.constantFrom(null, null, null, 'no'),
  commandOffset: fc.constant(null),
  commandId: fc.constant(null),
  issuedBy: fc.constant('test'),
  reason: fc.constant(''),
};
const models = inOrder<ModelSetting>(
  fc.record({
    ...everySetting,
    definitionVersion: fc.constant(1),
    // The third is of a model that is nowhere.
    modelVersion: fc.nat(2).map((index) => versions[index] ?? 'none'),
  }),
);
const thresholds = inOrder<ThresholdRecord>(
  fc.record({
    ...everySetting,
    modelVersion: fc.constant(null),
    setting: fc.record({
      policy: fc.constant('mean-sigma'),
      parameters: fc.record({ k: fc.integer({ min: 1, max: 9 }) }),
    }),
  }),
);

test('however the topics of settings are read, and wherever that is cut short, the newest step of each time is that of all settings', async () => {
  const reading = fc.record({ models, thresholds, chunks: fc.array(fc.nat(5)) });
  await fc.assert(
    fc.asyncProperty(reading, async (all) => {
      const expected = await stepsOf(all.models, all.thresholds);
      assert.deepEqual(await written(all), expected);
    }),
    { numRuns: 300 },
  );
});

/** Settings of one topic take effect in the order in which they are written. */
function inOrder<T extends ModelSetting | ThresholdRecord>(setting: fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  const list = fc.array(setting, { maxLength: 6 });
  return list.map((some) => some.sort((a, b) => a.effectiveFromMs - b.effectiveFromMs));
}

async function stepsOf(
  allModels: readonly ModelSetting[],
  allThresholds: readonly ThresholdRecord[],
): Promise<Map<string, ThresholdStep>> {
  const levels = new ThresholdLevels(bundles);
  const steps: ThresholdStep[] = [];
  for (const stream of ['a', 'b']) {
    const governs = (setting: ModelSetting | ThresholdRecord): boolean =>
      setting.stream === stream && setting.refusedBecause === null;
    const settings = { models: allModels.filter(governs), thresholds: allThresholds.filter(governs) };
    await levels.prepare(settings);
    steps.push(...levels.steps(settings));
  }
  return byTime(steps);
}

interface Reading {
  readonly models: readonly ModelSetting[];
  readonly thresholds: readonly ThresholdRecord[];
  /** Even: so much of the models, odd: of the thresholds; 0: begins anew with what was read. */
  readonly chunks: readonly number[];
}

/** What stands in a store where a step replaces the one of its stream and time. */
async function written({ models: allModels, thresholds: allThresholds, chunks }: Reading) {
  let settings = new GoverningSettings(bundles);
  const left = { models: [...allModels], thresholds: [...allThresholds] };
  const steps: ThresholdStep[] = [];
  const read = async (some: readonly (ModelSetting | ThresholdRecord)[]): Promise<void> => {
    settings.take(some);
    steps.push(...(await settings.stepsSince(some)));
  };
  for (const chunk of chunks) {
    await read((chunk % 2 === 0 ? left.models : left.thresholds).splice(0, chunk));
    if (chunk > 0) continue;
    settings = new GoverningSettings(bundles);
    settings.take(allModels.slice(0, allModels.length - left.models.length));
    settings.take(allThresholds.slice(0, allThresholds.length - left.thresholds.length));
  }
  await read(left.thresholds);
  await read(left.models);
  return byTime(steps);
}

function byTime(steps: readonly ThresholdStep[]): Map<string, ThresholdStep> {
  const newest = new Map(steps.map((step) => [`${step.stream} ${step.fromMs}`, step]));
  return new Map([...newest].sort(([a], [b]) => (a < b ? -1 : 1)));
}
