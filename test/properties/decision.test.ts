/** The laws of the detector's second half, for thresholds that remember, smooth and look ahead. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deserialize, serialize } from 'node:v8';
import * as fc from 'fast-check';
import type { Bundle } from '../../pipelines/autoencoders/bundle.ts';
import type { SetThresholdCommand, ThresholdRecord } from '../../pipelines/commands.ts';
import { Decision, type Decided, type DecisionState } from '../../pipelines/detector.ts';
import type { ScoreEvent, WindowScore } from '../../pipelines/scoring/score-event.ts';
import { SettingsTimeline } from '../../pipelines/settings-timeline.ts';
import type { ThresholdSetting } from '../../pipelines/thresholds/threshold-setting.ts';
import { windowRows } from '../../pipelines/telemetry/stream-definition.ts';
import { stagedStreams } from '../staged-station/craft.ts';
import { stagedBundle } from '../staged-station/staged-bundle.ts';

const staged = stagedStreams[0]!;
const { stream, intervalMs, strideMs, windowLengthMs } = staged.definition;
const strides = windowLengthMs / strideMs;
const rows = windowRows(staged.definition);
const bundles = new Map<string, Bundle>(
  ['one', 'two'].map((name) => [name, combinable(stagedBundle(staged, name, 0))]),
);

function combinable({ manifest, onnx }: Bundle): Bundle {
  return { manifest: { ...manifest, holdoutStrideErrors: manifest.holdoutErrors.map((error) => error / 2) }, onnx };
}

const parameters = { memory: 100, delay: 4, smoothing: 0 };
const settings: readonly ThresholdSetting[] = [
  { policy: 'mean-sigma', parameters: { k: 4 } },
  { policy: 'dynamic', parameters },
  { policy: 'dynamic-floor', parameters: { ...parameters, smoothing: 3, buffer: 1, floorError: 0 } },
  { policy: 'mean-sigma', parameters: { k: 4, combined: 1 } },
  { policy: 'dynamic-floor', parameters: { ...parameters, smoothing: 3, floorError: 0, combined: 1 } },
  { policy: 'recent-quantile', parameters: { memory: 20, margin: 1, relearn: 0 } },
  { policy: 'dspot', parameters: { depth: 20, tail: 0.1, risk: 1e-3 } },
];

function scoreOf(index: number, anomalyScore: number, modelVersion: string): WindowScore {
  const strideErrors = Float32Array.from({ length: strides }, (_, at) => anomalyScore * (1 + at / 8));
  return {
    type: 'score',
    stream,
    definitionVersion: 1,
    windowStartMs: index * strideMs,
    windowEndMs: index * strideMs + windowLengthMs,
    modelVersion,
    reconstructionError: anomalyScore,
    anomalyScore,
    strideErrors,
    // 0, 2/3, 4/3 and 2 times their stride's, in turn.
    rowErrors: Float32Array.from(
      { length: rows },
      (_, row) => (strideErrors[Math.floor((row * strides) / rows)]! * (row % 4)) / 1.5,
    ),
    contributions: Float32Array.from(staged.channels, (_, channel) => channel + index),
    latent: new Float32Array(0),
    reconstruction: new Float32Array(0),
    missingShare: 0,
    backfill: false,
  };
}

function commandOf(setting: ThresholdSetting, offset: number): SetThresholdCommand {
  return { type: 'set-threshold', id: `c${offset}`, stream, issuedAtMs: 0, issuedBy: 'test', reason: '', setting };
}

/** What comes for a decision: a score, a gap, or a command. */
type Step =
  | { readonly score: number; readonly model: string }
  | { readonly gap: true }
  | { readonly setting: ThresholdSetting };
const oddly = fc.oneof(
  { weight: 3, arbitrary: fc.double({ min: 0.6, max: 1.4, noNaN: true }) },
  { weight: 2, arbitrary: fc.double({ min: 1.4, max: 50, noNaN: true }) },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 30,
    arbitrary: fc.record({ score: oddly, model: fc.constantFrom(...Array<string>(20).fill('one'), 'two') }),
  },
  { weight: 1, arbitrary: fc.constant<Step>({ gap: true }) },
  { weight: 4, arbitrary: fc.record({ setting: fc.constantFrom(...settings) }) },
);
const steps = fc.array(step, { minLength: 20, maxLength: 80 });

/** Everything that is said of the steps from `from` to before `to`. */
function run(decision: Decision, all: readonly Step[], from: number, to: number): Decided {
  const out: Decided = { anomalies: [], settings: [], judged: [] };
  for (let index = from; index < to; index++) take(decision, all[index]!, index, out);
  return out;
}

function take(decision: Decision, what: Step, index: number, out: Decided | null): void {
  if ('setting' in what) decision.request(commandOf(what.setting, index), index);
  else decision.decide(eventOf(what, index), out);
}

function eventOf(what: Exclude<Step, { readonly setting: ThresholdSetting }>, index: number): ScoreEvent {
  if ('score' in what) return scoreOf(index, what.score, what.model);
  const firstWindowStartMs = index * strideMs;
  return { type: 'gap', stream, definitionVersion: 1, firstWindowStartMs, windows: 1, missingShare: 1 };
}

function said({ anomalies, judged }: Decided): unknown {
  return {
    anomalies,
    judged: judged!.map((one) => [one.window.windowEndMs, one.score, one.level, one.violates, one.located]),
  };
}

test('a decision that goes on from a snapshot says the same, wherever it was taken and whatever governs or awaits', () => {
  let waited = 0;
  const cases = fc.record({ all: steps, at: fc.nat(), memory: fc.nat() });
  fc.assert(
    fc.property(cases, ({ all, at, memory }) => {
      const cut = at % (all.length + 1);
      const rebuiltFrom = memory % (cut + 1);
      const timeline = new SettingsTimeline<ThresholdRecord>();
      const uninterrupted = new Decision(stream, timeline, bundles);
      run(uninterrupted, all, 0, rebuiltFrom);
      const stored = serialize(uninterrupted.snapshot());
      run(uninterrupted, all, rebuiltFrom, cut);
      // As after a crash: from the snapshot, without a word, up to what was committed; commands are asked for again.
      const written = timeline.all();
      const obeyed = new Set(written.map(({ commandOffset }) => commandOffset));
      const state = deserialize(stored) as DecisionState;
      const restored = new Decision(stream, new SettingsTimeline(written), bundles, state);
      waited += state.judge?.awaiting.length ?? 0;
      for (let index = 0; index < cut; index++) {
        const what = all[index]!;
        if ('setting' in what ? !obeyed.has(index) : index >= rebuiltFrom) take(restored, what, index, null);
      }
      assert.deepEqual(said(run(restored, all, cut, all.length)), said(run(uninterrupted, all, cut, all.length)));
      assert.deepEqual(restored.snapshot(), uninterrupted.snapshot());
    }),
    { numRuns: 300 },
  );
  assert.ok(waited > 20, 'or the law was tried on nothing that awaits');
});

test('where windows are combined, every stride that one of them covers is judged once, in order', () => {
  fc.assert(
    fc.property(steps, fc.nat(20), (all, gaps) => {
      const decision = new Decision(stream, new SettingsTimeline(), bundles);
      const setting = { policy: 'dynamic', parameters: { ...parameters, combined: 1 } };
      const unlessSet = all.filter((what) => !('setting' in what));
      const lengthened = unlessSet.flatMap((what) => ('gap' in what ? Array<Step>(gaps).fill(what) : [what]));
      const out = run(decision, [{ setting }, ...lengthened], 0, lengthened.length + 1);
      decision.conclude(-Infinity, out);
      const covered = new Set<number>();
      for (const [index, what] of lengthened.entries())
        if ('score' in what)
          for (let stride = 0; stride < strides; stride++) covered.add((index + 2 + stride) * strideMs);
      assert.deepEqual(
        out.judged!.map(({ window }) => window.windowEndMs),
        [...covered].sort((a, b) => a - b),
      );
    }),
    { numRuns: 100 },
  );
});

test('what violates is located within its stride if rows stand out, and nothing else is', () => {
  let [found, none] = [0, 0];
  fc.assert(
    fc.property(steps, (all) => {
      const { judged } = run(new Decision(stream, new SettingsTimeline(), bundles), all, 0, all.length);
      for (const { window, violates, located } of judged!) {
        if (!violates) assert.equal(located, null);
        else if (!located) none++;
        else {
          found++;
          const startMs = window.windowEndMs - strideMs;
          // The first row of four has no error, and the last the greatest.
          assert.ok(startMs < located.fromMs && located.toMs === window.windowEndMs);
          assert.equal((located.fromMs - startMs) % intervalMs, 0);
        }
      }
    }),
    { numRuns: 100 },
  );
  assert.ok(found > 20 && none > 20, `${found} ${none}`);
});

test('every window that is scored is judged once, in order, at the latest when nothing follows', () => {
  fc.assert(
    fc.property(steps, (every) => {
      const decision = new Decision(stream, new SettingsTimeline(), bundles);
      const all = every.filter((what) => !('setting' in what && what.setting.parameters['combined']));
      const out = run(decision, all, 0, all.length);
      decision.conclude(-Infinity, out);
      const scored = all.flatMap((what, index) => ('score' in what ? index * strideMs + windowLengthMs : []));
      assert.deepEqual(
        out.judged!.map(({ window }) => window.windowEndMs),
        scored,
      );
    }),
    { numRuns: 100 },
  );
});

test('an anomaly says when it was decided, which is later by what the policy waits, and a gap waits for nothing', () => {
  const decision = new Decision(stream, new SettingsTimeline(), bundles);
  const setting = { policy: 'dynamic-floor', parameters: { ...parameters, delay: 3, floorError: 0 } };
  const scores = [1, 1, 1, 40, 40, 40, 40, 1, 1, 1, 1, 1, 40, 40].map((score) => ({ score, model: 'one' }));
  const all: readonly Step[] = [{ setting }, ...scores, { gap: true }];
  const { anomalies } = run(decision, all, 0, all.length);
  const end = (index: number): number => index * strideMs + windowLengthMs;
  const opened = anomalies.filter(({ type }) => type === 'opened');
  const overlap = strideMs < windowLengthMs ? 1 : 0;
  assert.deepEqual(
    opened.map(({ startMs, decidedAtMs }) => [startMs, decidedAtMs]),
    [
      [end(4) - strideMs, end(4 + overlap + 3)],
      [end(13) - strideMs, end(13 + overlap)],
    ],
  );
  assert.equal(anomalies.at(-1)!.type, 'closed');
});

test('a threshold that the holdout is too short for is refused with its bound, and what governed goes on', () => {
  const timeline = new SettingsTimeline<ThresholdRecord>();
  const decision = new Decision(stream, timeline, bundles);
  const setting = { policy: 'conformal', parameters: { alpha: 0.0001 } };
  const { settings: written } = run(decision, [{ setting }, { score: 1, model: 'one' }], 0, 2);
  assert.deepEqual(
    written.map(({ setting: { policy }, refusedBecause }) => [policy, refusedBecause]),
    [
      ['mean-sigma', null],
      [
        'conformal',
        'CUPOLA_THRESHOLD_INVALID: parameters.alpha is 0.0001; it must be at least 0.004976: the holdout has 200 windows',
      ],
    ],
  );
  assert.equal(timeline.latest()!.setting.policy, 'mean-sigma');
});

test('an anomaly never ends before it was last found to go on', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const { anomalies } = run(new Decision(stream, new SettingsTimeline(), bundles), all, 0, all.length);
      for (const [index, { id, decidedAtMs }] of anomalies.entries()) {
        const before = anomalies.slice(0, index).findLast((one) => one.id === id);
        assert.ok(decidedAtMs >= (before?.decidedAtMs ?? -Infinity));
      }
    }),
    { numRuns: 100 },
  );
});
